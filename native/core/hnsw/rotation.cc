#include "core/hnsw/rotation.h"

#include <bit>
#include <cmath>

#include "core/base/rng.h"

namespace sepet::hnsw {
namespace {

constexpr size_t kRounds = 4;

// The Walsh-Hadamard transform of n = 2^m values, not normalised.
void Transform(float* values, size_t n) {
  for (size_t half = 1; half < n; half *= 2)
    for (size_t begin = 0; begin < n; begin += 2 * half)
      for (size_t i = begin; i < begin + half; ++i) {
        const float a = values[i], b = values[i + half];
        values[i] = a + b;
        values[i + half] = a - b;
      }
}

}  // namespace

Rotation::Rotation(size_t dims, uint64_t seed)
    : dims_(dims), block_(std::bit_floor(dims)), signs_(kRounds * dims) {
  Rng rng(seed);
  const float scale = 1 / std::sqrt(static_cast<float>(block_));
  for (size_t i = 0; i < signs_.size(); ++i) {
    const size_t round = i / dims, at = i % dims;
    const bool transformed = round % 2 == 0 ? at < block_ : at >= dims - block_;
    const float size = transformed ? scale : 1.0f;
    signs_[i] = rng.Below(2) == 0 ? size : -size;
  }
}

void Rotation::Apply(float* values) const {
  for (size_t round = 0; round < kRounds; ++round) {
    const float* signs = signs_.data() + round * dims_;
    for (size_t i = 0; i < dims_; ++i) values[i] *= signs[i];
    Transform(values + (round % 2 == 0 ? 0 : dims_ - block_), block_);
  }
}

}  // namespace sepet::hnsw
