// NEON, which every 64-bit ARM has: four sums of four floats, the tail one by one.
#if defined(__aarch64__)

#include <arm_neon.h>

#include "core/simd/kernels.h"

namespace sepet::simd {
namespace {

inline float Sum(float32x4_t s0, float32x4_t s1, float32x4_t s2, float32x4_t s3) {
  return vaddvq_f32(vaddq_f32(vaddq_f32(s0, s1), vaddq_f32(s2, s3)));
}

float Dot(const float* a, const float* b, size_t n) {
  float32x4_t s0 = vdupq_n_f32(0), s1 = s0, s2 = s0, s3 = s0;
  size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    s0 = vfmaq_f32(s0, vld1q_f32(a + i), vld1q_f32(b + i));
    s1 = vfmaq_f32(s1, vld1q_f32(a + i + 4), vld1q_f32(b + i + 4));
    s2 = vfmaq_f32(s2, vld1q_f32(a + i + 8), vld1q_f32(b + i + 8));
    s3 = vfmaq_f32(s3, vld1q_f32(a + i + 12), vld1q_f32(b + i + 12));
  }
  for (; i + 4 <= n; i += 4) s0 = vfmaq_f32(s0, vld1q_f32(a + i), vld1q_f32(b + i));
  float sum = Sum(s0, s1, s2, s3);
  for (; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

inline float32x4_t AddSquare(float32x4_t sum, const float* a, const float* b) {
  const float32x4_t d = vsubq_f32(vld1q_f32(a), vld1q_f32(b));
  return vfmaq_f32(sum, d, d);
}

float SquaredDistance(const float* a, const float* b, size_t n) {
  float32x4_t s0 = vdupq_n_f32(0), s1 = s0, s2 = s0, s3 = s0;
  size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    s0 = AddSquare(s0, a + i, b + i);
    s1 = AddSquare(s1, a + i + 4, b + i + 4);
    s2 = AddSquare(s2, a + i + 8, b + i + 8);
    s3 = AddSquare(s3, a + i + 12, b + i + 12);
  }
  for (; i + 4 <= n; i += 4) s0 = AddSquare(s0, a + i, b + i);
  float sum = Sum(s0, s1, s2, s3);
  for (; i < n; ++i) {
    const float d = a[i] - b[i];
    sum += d * d;
  }
  return sum;
}

}  // namespace

const Kernels kNeon = {"neon", Dot, SquaredDistance};

}  // namespace sepet::simd

#endif
