#include "core/hnsw/rotation.h"

#include <bit>
#include <cmath>

#include "core/base/rng.h"
#include "core/simd/vectors.h"

namespace sepet::hnsw {
namespace {

constexpr size_t kRounds = 4;

// The stages of a transform that add values at least `half` apart, V at a time.
template <typename V>
void Stages(float* values, size_t half, size_t n) {
  for (; half < n; half *= 2)
    for (size_t begin = 0; begin < n; begin += 2 * half)
      for (size_t i = begin; i < begin + half; i += simd::kLanesOf<V>) {
        V a, b;
        simd::Load(a, values + i);
        simd::Load(b, values + i + half);
        simd::Store(values + i, a + b);
        simd::Store(values + i + half, a - b);
      }
}

// The first three stages for eight values. Each parts the even from the odd ones and puts the sums before the
// differences: what the next stage adds are neighbours again, and after the third all are in order.
void FirstStages(float* values) {
  simd::Float4 a, b;
  simd::Load(a, values);
  simd::Load(b, values + 4);
  for (int stage = 0; stage < 3; ++stage) {
    const simd::Float4 even = SEPET_SHUFFLE(a, b, 0, 2, 4, 6), odd = SEPET_SHUFFLE(a, b, 1, 3, 5, 7);
    a = even + odd;
    b = even - odd;
  }
  simd::Store(values, a);
  simd::Store(values + 4, b);
}

// The Walsh-Hadamard transform of n = 2^m values, not normalised.
void Transform(float* values, size_t n) {
  if (n < 8) return Stages<float>(values, 1, n);
  for (size_t i = 0; i < n; i += 8) FirstStages(values + i);
  Stages<simd::Float4>(values, 8, n);
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
