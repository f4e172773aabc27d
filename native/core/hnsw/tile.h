// Scores of a few vectors against many at once, as the builder needs them by the thousand million.
//
// A vector is kept as its direction in 16-bit fixed point and its length. The inner product of two directions
// is a sum of whole numbers, the same in any order, and only its product with a length is rounded: so every
// CPU gives the same scores, and a graph has the same bytes wherever it was built.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/prefetch.h"
#include "core/base/unset.h"
#include "core/hnsw/vectors.h"
#include "core/simd/kernels.h"

namespace sepet::hnsw {

inline constexpr size_t kTileRows = 4;  // vectors that a tile scores
inline constexpr size_t kBlock = 16;    // columns of a block of packed vectors

// The directions have length 32,000: their inner products stay below 2^31 with every rounding.
class Directions {
 public:
  // `lifted` vectors x have one more value sqrt(R^2 - |x|^2), R the longest norm, so that all lie on a sphere
  // where the greatest inner product is the nearest (Bachrach et al. 2014). R is 16 mean norms at most:
  // beside one giant all others would be the same direction; the few that are longer get 0.
  Directions(const Vectors& vectors, bool lifted, uint32_t threads);

  size_t rows() const { return lengths_.size(); }
  size_t pairs() const {
    return pairs_;
  }  // of values a row, the last filled up with a zero where dims is odd
  const int16_t* Row(size_t row) const { return values_.data() + row * pairs_ * 2; }
  void Prefetch(size_t row) const { PrefetchLines(Row(row), std::min<size_t>(pairs_ * 4, 512)); }
  // Relative to the longest; 0 for a vector of zeros.
  float Length(size_t row) const { return lengths_[row]; }

 private:
  size_t pairs_;
  UnsetVector<int16_t> values_;
  std::vector<float> lengths_;
};

// Vectors side by side: for a block of 16 columns its pairs of values one after the other, 16 to a pair.
struct Columns {
  std::vector<int16_t> values;
  std::vector<float> lengths;  // 0 for columns past the last
  size_t blocks = 0;

  // Takes rows[i] as column i.
  void Pack(const Directions& directions, std::span<const uint32_t> rows);
};

struct TileInput {
  const int16_t* rows[kTileRows];
  float floors[kTileRows];
  const int16_t* columns;  // of the first block to score
  const float* lengths;
  size_t pairs;
  size_t blocks;
};

// scores[r * blocks * 16 + c] = float(row r . column c) * lengths[c]; bit c % 16 of
// above[r * blocks + c / 16] says whether that is more than floors[r].
using ScoreTile = void (*)(const TileInput& input, float* scores, uint16_t* above);

// The one that goes with these kernels.
ScoreTile TileFor(const simd::Kernels& kernels);

}  // namespace sepet::hnsw
