// A random rotation that costs d log d: rounds of sign flips and Walsh-Hadamard transforms over the first and
// the last power of two of the coordinates in turn (Kac's walk with fast transforms, as in the RaBitQ
// library, arXiv 2405.12497). It spreads what a vector holds evenly over its coordinates, so that all of them
// can be coded alike. Additions and sign flips only: the same bits on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sepet::hnsw {

class Rotation {
 public:
  // Of `dims` coordinates, at least 1; the same seed gives the same rotation.
  Rotation(size_t dims, uint64_t seed);

  size_t dims() const { return dims_; }
  // Rotates `values` (dims of them) in place.
  void Apply(float* values) const;

 private:
  size_t dims_;
  size_t block_;              // the largest power of two up to dims
  std::vector<float> signs_;  // kRounds x dims, +scale or -scale of the round
};

}  // namespace sepet::hnsw
