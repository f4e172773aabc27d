#include "core/hnsw/rowset.h"

#include <algorithm>
#include <bit>
#include <cstring>

#if defined(__x86_64__)
#define SEPET_POPCNT __attribute__((target("popcnt,bmi")))
#endif
#define SEPET_INLINE [[gnu::always_inline]] inline

namespace sepet::hnsw {
namespace {

SEPET_INLINE uint64_t LoadPair(const uint32_t* words, size_t pair) {
  uint64_t bits;
  std::memcpy(&bits, words + pair * 2, sizeof bits);
  return bits;
}

SEPET_INLINE size_t CountPairs(const uint32_t* words, size_t pairs) {
  size_t count = 0;
  for (size_t pair = 0; pair < pairs; ++pair)
    count += static_cast<size_t>(std::popcount(LoadPair(words, pair)));
  return count;
}

// Writes rows of a pair to `at` and returns where the next one goes. kGuess places are written whatever the
// number of bits, so that no branch depends on it unless there are more.
template <size_t kGuess>
SEPET_INLINE uint32_t* ListPair(uint64_t bits, uint32_t first, uint32_t* at) {
  uint32_t* const end = at + std::popcount(bits);
  for (size_t i = 0; i < kGuess; ++i, bits &= bits - 1)
    *at++ = first + static_cast<uint32_t>(std::countr_zero(bits | uint64_t{1} << 63));
  for (; bits != 0; bits &= bits - 1) *at++ = first + static_cast<uint32_t>(std::countr_zero(bits));
  return end;
}

// Where a list is written: `count` places and 64 more, which is what one pair may write behind them. Ends
// early where there are more bits than were counted, because somebody changed them.
struct Places {
  uint32_t* at;
  uint32_t* end;
};

template <size_t kGuess>
SEPET_INLINE void ListPairs(const uint32_t* words, size_t pairs, Places& places) {
  uint32_t* at = places.at;
  for (size_t pair = 0; pair < pairs && at <= places.end; ++pair) {
    const uint64_t bits = LoadPair(words, pair);
    // Worth a branch only where it goes the same way nearly always.
    if (kGuess == 0 && bits == 0) continue;
    at = ListPair<kGuess>(bits, static_cast<uint32_t>(pair * 64), at);
  }
  places.at = at;
}

// The number of places tells how dense the set is.
SEPET_INLINE void ListAll(const uint32_t* words, size_t pairs, Places& places) {
  const auto count = static_cast<size_t>(places.end - places.at);
  if (count * 8 < pairs) return ListPairs<0>(words, pairs, places);
  if (count < pairs) return ListPairs<2>(words, pairs, places);
  if (count < pairs * 4) return ListPairs<6>(words, pairs, places);
  ListPairs<12>(words, pairs, places);
}

// Those of the rows begin .. end - 1, of which `pair` holds the 64 from `first` on.
SEPET_INLINE uint64_t Between(uint64_t bits, uint32_t first, uint32_t begin, uint32_t end) {
  if (first < begin) bits &= ~uint64_t{0} << (begin - first);
  if (end - first < 64) bits &= (uint64_t{1} << (end - first)) - 1;
  return bits;
}

SEPET_INLINE uint32_t* ListRange(const uint32_t* words, uint32_t begin, uint32_t end, uint32_t* at) {
  // None where the range is empty: its pair may be one of which there is only half.
  if (begin == end) return at;
  for (uint32_t pair = begin / 64; pair * 64 < end; ++pair)
    at = ListPair<RowSet::kListRoom>(Between(LoadPair(words, pair), pair * 64, begin, end), pair * 64, at);
  return at;
}

#if defined(__x86_64__)

bool HasPopcnt() {
  static const bool has = __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("bmi");
  return has;
}
// Eight pairs an instruction, where there is one that counts bits.
__attribute__((target("avx512f,avx512vpopcntdq"))) size_t CountEights(const uint32_t* words, size_t pairs) {
  return CountPairs(words, pairs);
}
SEPET_POPCNT size_t CountOnes(const uint32_t* words, size_t pairs) {
  return CountPairs(words, pairs);
}
size_t CountFast(const uint32_t* words, size_t pairs) {
  static const bool has_eights = __builtin_cpu_supports("avx512vpopcntdq");
  return has_eights ? CountEights(words, pairs) : CountOnes(words, pairs);
}
SEPET_POPCNT uint32_t* ListRangeFast(const uint32_t* words, uint32_t begin, uint32_t end, uint32_t* at) {
  return ListRange(words, begin, end, at);
}
SEPET_POPCNT void ListFast(const uint32_t* words, size_t pairs, Places& places) {
  ListAll(words, pairs, places);
}

#else

bool HasPopcnt() {
  return false;
}
size_t CountFast(const uint32_t* words, size_t pairs) {
  return CountPairs(words, pairs);
}
uint32_t* ListRangeFast(const uint32_t* words, uint32_t begin, uint32_t end, uint32_t* at) {
  return ListRange(words, begin, end, at);
}
void ListFast(const uint32_t* words, size_t pairs, Places& places) {
  ListAll(words, pairs, places);
}

#endif

}  // namespace

size_t RowSet::Count() const {
  const size_t whole = rows_ / 64;
  const size_t count = HasPopcnt() ? CountFast(words_.data(), whole) : CountPairs(words_.data(), whole);
  return whole == Pairs() ? count : count + static_cast<size_t>(std::popcount(Pair(whole)));
}

void RowSet::List(size_t count, std::vector<uint32_t>& list) const {
  const size_t whole = rows_ / 64;
  list.resize(count + 64);
  Places places{list.data(), list.data() + count};
  HasPopcnt() ? ListFast(words_.data(), whole, places) : ListAll(words_.data(), whole, places);
  if (whole < Pairs() && places.at <= places.end)
    places.at = ListPair<0>(Pair(whole), static_cast<uint32_t>(whole * 64), places.at);
  list.resize(std::min(count, static_cast<size_t>(places.at - list.data())));
}

size_t RowSet::ListBetween(uint32_t begin, uint32_t end, uint32_t* list) const {
  const auto whole = static_cast<uint32_t>(rows_ / 64 * 64);
  const uint32_t middle = std::clamp(whole, begin, end);
  uint32_t* at = HasPopcnt() ? ListRangeFast(words_.data(), begin, middle, list)
                             : ListRange(words_.data(), begin, middle, list);
  if (middle < end) at = ListPair<0>(Between(Pair(whole / 64), whole, middle, end), whole, at);
  return static_cast<size_t>(at - list);
}

void RowSet::Sample(size_t count, size_t wanted, std::vector<uint32_t>& list) const {
  if (count <= wanted) return List(count, list);
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
