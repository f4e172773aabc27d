// AVX-512 with VNNI, which adds up four products of bytes in every lane by one instruction. All but products
// of bytes is as in avx512.cc.
#if defined(__x86_64__)

#include <immintrin.h>

#include <cstring>

#include "core/simd/kernels.h"

#define SEPET_VNNI __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni,avx2")))

namespace sepet::simd {
namespace {

// vpdpbusd wants one side unsigned: it gets b + 128, and sums begin at what that adds, taken away.
SEPET_VNNI inline __m512i AddBytes(__m512i sum, __m512i a, __m512i b) {
  return _mm512_dpbusd_epi32(sum, _mm512_xor_si512(b, _mm512_set1_epi8(-128)), a);
}

SEPET_VNNI inline __m512i TakeAway(__m512i sum, __m512i a) {
  return _mm512_sub_epi32(sum, _mm512_dpbusd_epi32(_mm512_setzero_si512(), _mm512_set1_epi8(-128), a));
}

SEPET_VNNI inline __mmask64 FirstBytes(size_t n) {
  return n >= 64 ? ~__mmask64{0} : (__mmask64{1} << n) - 1;
}

// The sums of both halves; masked, as the plain intrinsics make GCC 12 warn.
SEPET_VNNI inline __m256i Fold(__m512i v) {
  return _mm256_add_epi32(_mm512_maskz_extracti64x4_epi64(0xFF, v, 0),
                          _mm512_maskz_extracti64x4_epi64(0xFF, v, 1));
}

// Four rows against one query, from where its sums begin.
SEPET_VNNI inline __m128i FourDots(__m512i begin, const int8_t* query, const int8_t* const (&rows)[4],
                                   size_t n) {
  __m512i s0 = begin, s1 = begin, s2 = begin, s3 = begin;
  for (size_t i = 0; i < n; i += 64) {
    const __mmask64 mask = FirstBytes(n - i);
    const __m512i q = _mm512_maskz_loadu_epi8(mask, query + i);
    s0 = AddBytes(s0, q, _mm512_maskz_loadu_epi8(mask, rows[0] + i));
    s1 = AddBytes(s1, q, _mm512_maskz_loadu_epi8(mask, rows[1] + i));
    s2 = AddBytes(s2, q, _mm512_maskz_loadu_epi8(mask, rows[2] + i));
    s3 = AddBytes(s3, q, _mm512_maskz_loadu_epi8(mask, rows[3] + i));
  }
  const __m256i sums =
      _mm256_hadd_epi32(_mm256_hadd_epi32(Fold(s0), Fold(s1)), _mm256_hadd_epi32(Fold(s2), Fold(s3)));
  return _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
}

SEPET_VNNI void DotsI8(const int8_t* query, const int8_t* rows, size_t n, std::span<const uint32_t> list,
                       int32_t* dots) {
  __m512i begin = _mm512_setzero_si512();
  for (size_t i = 0; i < n; i += 64)
    begin = TakeAway(begin, _mm512_maskz_loadu_epi8(FirstBytes(n - i), query + i));
  size_t i = 0;
  for (; i + 4 <= list.size(); i += 4) {
    const int8_t* const four[4] = {rows + list[i] * n, rows + list[i + 1] * n, rows + list[i + 2] * n,
                                   rows + list[i + 3] * n};
    _mm_storeu_si128(reinterpret_cast<__m128i*>(dots + i), FourDots(begin, query, four, n));
  }
  for (; i < list.size(); ++i) dots[i] = kAvx512.dot_i8(query, rows + list[i] * n, n);
}

// Four values in every lane.
SEPET_VNNI inline __m512i QuadAt(const int8_t* query, size_t quad) {
  int32_t four;
  std::memcpy(&four, query + quad * kQuad, sizeof four);
  return _mm512_set1_epi32(four);
}

SEPET_VNNI void AbreastI8(const int8_t* query, const int8_t* blocks, size_t quads, size_t count,
                          int32_t* dots) {
  __m512i begin = _mm512_setzero_si512();
  for (size_t quad = 0; quad < quads; ++quad) begin = TakeAway(begin, QuadAt(query, quad));
  for (; count > 0; --count, dots += kAbreast) {
    __m512i sums = begin;
    for (size_t quad = 0; quad < quads; ++quad, blocks += kAbreast * kQuad)
      sums = AddBytes(sums, QuadAt(query, quad), _mm512_loadu_si512(blocks));
    _mm512_storeu_si512(dots, sums);
  }
}

Kernels WithVnni(Kernels kernels) {
  kernels.name = "avx512vnni";
  kernels.dots_i8 = DotsI8;
  kernels.abreast_i8 = AbreastI8;
  return kernels;
}

}  // namespace

const Kernels kAvx512Vnni = WithVnni(kAvx512);

}  // namespace sepet::simd

#endif
