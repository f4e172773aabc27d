// AVX-512F: sixteen floats a register, the tail read under a mask register.
#if defined(__x86_64__)

#include <immintrin.h>

#include "core/simd/kernels.h"

#define SEPET_AVX512 __attribute__((target("avx512f,fma")))

namespace sepet::simd {
namespace {

SEPET_AVX512 inline __mmask16 FirstLanes(size_t n) {
  return static_cast<__mmask16>((1u << n) - 1u);
}

// Written out: _mm512_reduce_add_ps is a sequence too, and some GCC 12 headers warn inside it.
SEPET_AVX512 inline float Sum(__m512 v) {
  alignas(64) float lanes[16];
  _mm512_store_ps(lanes, v);
  __m256 half = _mm256_add_ps(_mm256_load_ps(lanes), _mm256_load_ps(lanes + 8));
  __m128 sum = _mm_add_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1));
  sum = _mm_add_ps(sum, _mm_movehl_ps(sum, sum));
  return _mm_cvtss_f32(_mm_add_ss(sum, _mm_movehdup_ps(sum)));
}

SEPET_AVX512 float Dot(const float* a, const float* b, size_t n) {
  __m512 s0 = _mm512_setzero_ps(), s1 = s0;
  size_t i = 0;
  for (; i + 32 <= n; i += 32) {
    s0 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i), _mm512_loadu_ps(b + i), s0);
    s1 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i + 16), _mm512_loadu_ps(b + i + 16), s1);
  }
  if (i + 16 <= n) {
    s0 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i), _mm512_loadu_ps(b + i), s0);
    i += 16;
  }
  if (i < n) {
    const __mmask16 mask = FirstLanes(n - i);
    s1 = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(mask, a + i), _mm512_maskz_loadu_ps(mask, b + i), s1);
  }
  return Sum(_mm512_add_ps(s0, s1));
}

SEPET_AVX512 inline __m512 AddSquare(__m512 sum, __m512 a, __m512 b) {
  const __m512 d = _mm512_sub_ps(a, b);
  return _mm512_fmadd_ps(d, d, sum);
}

SEPET_AVX512 float SquaredDistance(const float* a, const float* b, size_t n) {
  __m512 s0 = _mm512_setzero_ps(), s1 = s0;
  size_t i = 0;
  for (; i + 32 <= n; i += 32) {
    s0 = AddSquare(s0, _mm512_loadu_ps(a + i), _mm512_loadu_ps(b + i));
    s1 = AddSquare(s1, _mm512_loadu_ps(a + i + 16), _mm512_loadu_ps(b + i + 16));
  }
  if (i + 16 <= n) {
    s0 = AddSquare(s0, _mm512_loadu_ps(a + i), _mm512_loadu_ps(b + i));
    i += 16;
  }
  if (i < n) {
    const __mmask16 mask = FirstLanes(n - i);
    s1 = AddSquare(s1, _mm512_maskz_loadu_ps(mask, a + i), _mm512_maskz_loadu_ps(mask, b + i));
  }
  return Sum(_mm512_add_ps(s0, s1));
}

}  // namespace

const Kernels kAvx512 = {"avx512", Dot, SquaredDistance};

}  // namespace sepet::simd

#endif
