#include "core/hnsw/rowset.h"

#include <bit>

namespace sepet::hnsw {

size_t RowSet::Count() const {
  size_t count = 0;
  for (size_t pair = 0; pair < Pairs(); ++pair)
    if (const uint64_t bits = Pair(pair); bits != 0) count += static_cast<size_t>(std::popcount(bits));
  return count;
}

void RowSet::List(std::vector<uint32_t>& list) const {
  list.clear();
  for (size_t pair = 0; pair < Pairs(); ++pair)
    for (uint64_t bits = Pair(pair); bits != 0; bits &= bits - 1)
      list.push_back(static_cast<uint32_t>(pair * 64 + static_cast<size_t>(std::countr_zero(bits))));
}

void RowSet::Sample(size_t count, size_t wanted, std::vector<uint32_t>& list) const {
  if (count <= wanted) return List(list);
  list.clear();
  size_t before = 0;  // members in the pairs already passed
  for (size_t pair = 0; pair < Pairs() && list.size() < wanted; ++pair) {
    uint64_t bits = Pair(pair);
    const size_t after = before + static_cast<size_t>(std::popcount(bits));
    // The place in the whole set of the next member to take.
    for (size_t next = list.size() * count / wanted; next < after && list.size() < wanted;
         next = list.size() * count / wanted) {
      for (; before < next; ++before) bits &= bits - 1;
      list.push_back(static_cast<uint32_t>(pair * 64 + static_cast<size_t>(std::countr_zero(bits))));
    }
    before = after;
  }
}

}  // namespace sepet::hnsw
