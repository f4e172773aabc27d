// The formulas as they stand in the book: the oracle of the other kernels.
#include "core/simd/kernels.h"

namespace sepet::simd {
namespace {

float Dot(const float* a, const float* b, size_t n) {
  float sum = 0;
  for (size_t i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

float SquaredDistance(const float* a, const float* b, size_t n) {
  float sum = 0;
  for (size_t i = 0; i < n; ++i) {
    const float d = a[i] - b[i];
    sum += d * d;
  }
  return sum;
}

}  // namespace

const Kernels kScalar = {"scalar", Dot, SquaredDistance};

}  // namespace sepet::simd
