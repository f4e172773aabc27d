#include "core/hnsw/tournament.h"

#include <algorithm>

#include "core/hnsw/sixteen.h"

namespace sepet::hnsw {
namespace {

constexpr size_t kChildren = kSixteen;

// Which of 16 numbers that is, without a branch that could go either way.
inline size_t PlaceOf(const int32_t* numbers, int32_t highest) {
  size_t place = kChildren;
  for (size_t i = kChildren; i-- > 0;) place = numbers[i] == highest ? i : place;
  return place;
}

}  // namespace

std::span<int32_t> Tournament::Reset(size_t count) {
  size_t depth = 0;
  do {
    count = std::max<size_t>(1, (count + kChildren - 1) / kChildren);
    if (levels_.size() == depth) levels_.emplace_back();
    levels_[depth].resize(count * kChildren);
    if (depth > 0) std::fill(levels_[depth].begin(), levels_[depth].end(), kTaken);
    ++depth;
  } while (count > 1);
  levels_.resize(depth);
  return levels_[0];
}

void Tournament::Start() {
  for (size_t depth = 1; depth < levels_.size(); ++depth) {
    const std::vector<int32_t>& below = levels_[depth - 1];
    for (size_t at = 0; at < below.size(); at += kChildren)
      levels_[depth][at / kChildren] = HighestOf(&below[at]);
  }
}

Tournament::Highest Tournament::Take() {
  const int32_t highest = HighestOf(levels_.back().data());
  size_t at = 0;
  for (size_t depth = levels_.size(); depth-- > 0;)
    at = at * kChildren + PlaceOf(&levels_[depth][at * kChildren], highest);
  levels_[0][at] = kTaken;
  for (size_t depth = 1, node = at; depth < levels_.size(); ++depth) {
    node /= kChildren;
    levels_[depth][node] = HighestOf(&levels_[depth - 1][node * kChildren]);
  }
  return {highest, static_cast<uint32_t>(at)};
}

}  // namespace sepet::hnsw
