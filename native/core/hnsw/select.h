// Chooses a row's neighbours from its candidates.
#pragma once

#include <span>
#include <vector>

#include "core/hnsw/gather.h"

namespace sepet::hnsw {

// One thread's.
class Selector {
 public:
  explicit Selector(const LevelInput& level) : level_(level) {}

  // Keeps of `candidates` (best first, in the scores of Gather for `row`), at most `places`, those that score
  // higher for the row than for any kept before them: the others can be reached over that one. Places that
  // are left up to `fill` go to the best of the others (Malkov, Yashunin 2016, algorithm 4).
  std::span<const Hit> Choose(uint32_t row, std::span<const Hit> candidates, size_t places, size_t fill);

  // The score of `other` for `row`, as Gather gives it.
  float Score(uint32_t row, uint32_t other) const;

 private:
  enum class Fate : uint8_t { kOpen, kKept, kCovered };

  void Cover(size_t kept, std::span<const Hit> candidates, float length, const float* scores, size_t first);

  const LevelInput& level_;
  Columns columns_;
  std::vector<uint32_t> rows_;
  std::vector<float> scores_;
  std::vector<uint16_t> above_;
  std::vector<Fate> fates_;
  std::vector<Hit> chosen_;
};

}  // namespace sepet::hnsw
