// AVX-512 F, BW and VL: sixteen floats a register, the tail read under a mask register.
#if defined(__x86_64__)

#include <immintrin.h>

#include <bit>
#include <cstring>

#include "core/simd/kernels.h"

#define SEPET_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx2,fma,popcnt")))

namespace sepet::simd {
namespace {

SEPET_AVX512 inline __mmask16 FirstLanes(size_t n) {
  return static_cast<__mmask16>((1u << n) - 1u);
}

SEPET_AVX512 inline __m512i Load(const void* from) {
  return _mm512_loadu_si512(from);
}

constexpr __mmask16 kWhole = 0xFFFF;

// Masked, with the whole mask: the plain intrinsics make GCC 12 warn of an uninitialised variable of its own.
SEPET_AVX512 inline __m256i Low(__m512i v) {
  return _mm512_maskz_extracti64x4_epi64(0xFF, v, 0);
}

SEPET_AVX512 inline __m256i High(__m512i v) {
  return _mm512_maskz_extracti64x4_epi64(0xFF, v, 1);
}

struct Product {
  static SEPET_AVX512 __m512 Add(__m512 sum, __m512 a, __m512 b) { return _mm512_fmadd_ps(a, b, sum); }
  static SEPET_AVX512 __m512 Add(__m512 sum, __mmask16 mask, __m512 a, __m512 b) {
    return _mm512_mask3_fmadd_ps(a, b, sum, mask);
  }
};

struct Square {
  static SEPET_AVX512 __m512 Add(__m512 sum, __m512 a, __m512 b) {
    const __m512 d = _mm512_sub_ps(a, b);
    return _mm512_fmadd_ps(d, d, sum);
  }
  static SEPET_AVX512 __m512 Add(__m512 sum, __mmask16 mask, __m512 a, __m512 b) {
    const __m512 d = _mm512_sub_ps(a, b);
    return _mm512_mask3_fmadd_ps(d, d, sum, mask);
  }
};

template <typename Term>
SEPET_AVX512 inline __m512 AddSixteen(__m512 sum, const float* a, const float* b) {
  return Term::Add(sum, _mm512_loadu_ps(a), _mm512_loadu_ps(b));
}

template <typename Term>
SEPET_AVX512 inline __m512 AddFirst(__m512 sum, const float* a, const float* b, size_t n) {
  const __mmask16 mask = FirstLanes(n);
  return Term::Add(sum, mask, _mm512_maskz_loadu_ps(mask, a), _mm512_maskz_loadu_ps(mask, b));
}

template <typename Term>
SEPET_AVX512 inline float SumOf(const float* a, const float* b, size_t n) {
  __m512 s0 = _mm512_setzero_ps(), s1 = s0;
  for (; n >= 32; n -= 32, a += 32, b += 32) {
    s0 = AddSixteen<Term>(s0, a, b);
    s1 = AddSixteen<Term>(s1, a + 16, b + 16);
  }
  if (n >= 16) {
    s0 = AddSixteen<Term>(s0, a, b);
    if (n > 16) s1 = AddFirst<Term>(s1, a + 16, b + 16, n - 16);
  } else if (n > 0) {
    s0 = AddFirst<Term>(s0, a, b, n);
  }
  const __m512i sixteen = _mm512_castps_si512(_mm512_add_ps(s0, s1));
  const __m256 eight = _mm256_add_ps(_mm256_castsi256_ps(Low(sixteen)), _mm256_castsi256_ps(High(sixteen)));
  __m128 sum = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  sum = _mm_add_ps(sum, _mm_movehl_ps(sum, sum));
  return _mm_cvtss_f32(_mm_add_ss(sum, _mm_movehdup_ps(sum)));
}

SEPET_AVX512 float Dot(const float* a, const float* b, size_t n) {
  return SumOf<Product>(a, b, n);
}

SEPET_AVX512 float SquaredDistance(const float* a, const float* b, size_t n) {
  return SumOf<Square>(a, b, n);
}

// vpmaddubsw wants one side unsigned: |a| times b with the sign of a. Two products of at most 127 * 127 fit
// into 16 bits.
SEPET_AVX512 inline __m512i AddBytes(__m512i sum, __m512i a, __m512i b) {
  const __m512i signed_b = _mm512_mask_sub_epi8(b, _mm512_movepi8_mask(a), _mm512_setzero_si512(), b);
  const __m512i pairs = _mm512_maddubs_epi16(_mm512_abs_epi8(a), signed_b);
  return _mm512_add_epi32(sum, _mm512_madd_epi16(pairs, _mm512_set1_epi16(1)));
}

// The sums of both halves.
SEPET_AVX512 inline __m256i Fold(__m512i v) {
  return _mm256_add_epi32(Low(v), High(v));
}

SEPET_AVX512 int32_t DotI8(const int8_t* a, const int8_t* b, size_t n) {
  __m512i sums = _mm512_setzero_si512();
  size_t i = 0;
  for (; i + 64 <= n; i += 64) sums = AddBytes(sums, Load(a + i), Load(b + i));
  if (i < n) {
    const __mmask64 mask = (__mmask64{1} << (n - i)) - 1;
    sums = AddBytes(sums, _mm512_maskz_loadu_epi8(mask, a + i), _mm512_maskz_loadu_epi8(mask, b + i));
  }
  const __m256i eight = Fold(sums);
  __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(eight), _mm256_extracti128_si256(eight, 1));
  sum = _mm_add_epi32(sum, _mm_unpackhi_epi64(sum, sum));
  return _mm_cvtsi128_si32(sum) + _mm_extract_epi32(sum, 1);
}

// Four rows against one query.
SEPET_AVX512 inline __m128i FourDots(const int8_t* query, const int8_t* const (&rows)[4], size_t n) {
  __m512i s0 = _mm512_setzero_si512(), s1 = s0, s2 = s0, s3 = s0;
  for (size_t i = 0; i < n; i += 64) {
    const __mmask64 mask = n - i >= 64 ? ~__mmask64{0} : (__mmask64{1} << (n - i)) - 1;
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

SEPET_AVX512 void DotsI8(const int8_t* query, const int8_t* rows, size_t n, std::span<const uint32_t> list,
                         int32_t* dots) {
  size_t i = 0;
  for (; i + 4 <= list.size(); i += 4) {
    const int8_t* const four[4] = {rows + list[i] * n, rows + list[i + 1] * n, rows + list[i + 2] * n,
                                   rows + list[i + 3] * n};
    _mm_storeu_si128(reinterpret_cast<__m128i*>(dots + i), FourDots(query, four, n));
  }
  for (; i < list.size(); ++i) dots[i] = DotI8(query, rows + list[i] * n, n);
}

SEPET_AVX512 void AbreastI8(const int8_t* query, const int8_t* blocks, size_t quads, size_t count,
                            int32_t* dots) {
  for (; count > 0; --count, dots += kAbreast) {
    __m512i sums = _mm512_setzero_si512();
    for (size_t quad = 0; quad < quads; ++quad, blocks += kAbreast * kQuad) {
      int32_t four;
      std::memcpy(&four, query + quad * kQuad, sizeof four);
      sums = AddBytes(sums, _mm512_set1_epi32(four), Load(blocks));
    }
    _mm512_storeu_si512(dots, sums);
  }
}

// As in avx2.cc, with four positions in a register.
struct ByteSums {
  __m512i all, odd;

  SEPET_AVX512 void Add(__m512i bytes) {
    all = _mm512_add_epi16(all, bytes);
    odd = _mm512_add_epi16(odd, _mm512_srli_epi16(bytes, 8));
  }
  // The four quarters added, as 16 sums in the order of the bytes.
  SEPET_AVX512 void Store(uint16_t* sums) const {
    const __m256i odd2 = _mm256_add_epi16(Low(odd), High(odd));
    const __m256i all2 = _mm256_add_epi16(Low(all), High(all));
    const __m256i even2 = _mm256_sub_epi16(all2, _mm256_slli_epi16(odd2, 8));
    const __m128i e = _mm_add_epi16(_mm256_castsi256_si128(even2), _mm256_extracti128_si256(even2, 1));
    const __m128i d = _mm_add_epi16(_mm256_castsi256_si128(odd2), _mm256_extracti128_si256(odd2, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(sums), _mm_unpacklo_epi16(e, d));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(sums + 8), _mm_unpackhi_epi16(e, d));
  }
};

SEPET_AVX512 void ScanCodes(const uint8_t* tables, const uint8_t* codes, size_t positions, uint16_t* sums) {
  const __m512i nibble = _mm512_set1_epi8(15), zero = _mm512_setzero_si512();
  ByteSums low{zero, zero}, high{zero, zero};
  for (const uint8_t* const end = codes + positions * 16; codes != end; codes += 64, tables += 64) {
    const __m512i code = Load(codes), table = Load(tables);
    low.Add(_mm512_shuffle_epi8(table, _mm512_and_si512(code, nibble)));
    high.Add(_mm512_shuffle_epi8(table, _mm512_and_si512(_mm512_srli_epi16(code, 4), nibble)));
  }
  low.Store(sums);
  high.Store(sums + 16);
}

SEPET_AVX512 uint32_t Estimate(const uint16_t* sums, const uint32_t* factors, const EstimateTerms& terms,
                               float* estimates) {
  const __m512 exact = _mm512_set1_ps(terms.exact), low = _mm512_set1_ps(terms.low);
  const __m512 step = _mm512_set1_ps(terms.step), bar = _mm512_set1_ps(terms.bar);
  uint32_t above = 0;
  for (size_t j = 0; j < kCodesABlock; j += 16) {
    const __m512i factor = Load(factors + j);
    const __m512 s = _mm512_castsi512_ps(_mm512_and_si512(factor, _mm512_set1_epi32(~0xFFFF)));
    const __m512 b = _mm512_castsi512_ps(_mm512_maskz_slli_epi32(kWhole, factor, 16));
    const __m256i words = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(sums + j));
    const __m512 sum = _mm512_maskz_cvtepi32_ps(kWhole, _mm512_maskz_cvtepu16_epi32(kWhole, words));
    const __m512 known = _mm512_add_ps(exact, _mm512_mul_ps(exact, b));
    const __m512 found = _mm512_add_ps(low, _mm512_mul_ps(step, sum));
    const __m512 estimate = _mm512_add_ps(known, _mm512_mul_ps(s, found));
    _mm512_storeu_ps(estimates + j, estimate);
    above |= static_cast<uint32_t>(_mm512_cmp_ps_mask(estimate, bar, _CMP_GT_OQ)) << j;
  }
  return above;
}

// Moves what lies from `place` on one place up, sixteen at a time, each loaded before it is written over.
SEPET_AVX512 inline void MoveUp(int32_t* keys, uint32_t* rows, size_t place, size_t size) {
  __m512i key = Load(keys + place), row = Load(rows + place);
  for (; place < size; place += 16) {
    const __m512i next_key = Load(keys + place + 16), next_row = Load(rows + place + 16);
    _mm512_storeu_si512(keys + place + 1, key);
    _mm512_storeu_si512(rows + place + 1, row);
    key = next_key;
    row = next_row;
  }
}

SEPET_AVX512 size_t Insert(int32_t* keys, uint32_t* rows, size_t size, int32_t key, uint32_t row) {
  const __m512i limit = _mm512_set1_epi32(key);
  size_t place = 0, i = 0;
  for (; i + 16 <= size; i += 16)
    place += static_cast<size_t>(std::popcount(_mm512_cmple_epi32_mask(Load(keys + i), limit)));
  const __mmask16 rest = _mm512_mask_cmple_epi32_mask(FirstLanes(size - i), Load(keys + i), limit);
  place += static_cast<size_t>(std::popcount(rest));
  MoveUp(keys, rows, place, size);
  keys[place] = key;
  rows[place] = row;
  return place;
}

// A register holds a position's entries.
template <size_t kDims>
SEPET_AVX512 inline void FillTablesOf(const float* values, size_t positions, const TableTerms& terms,
                                      uint8_t* tables) {
  const __m512 scale = _mm512_set1_ps(terms.scale), top = _mm512_set1_ps(terms.top);
  __m512 levels[kDims];
  for (size_t i = 0; i < kDims; ++i) levels[i] = _mm512_loadu_ps(terms.levels + i * kTableEntries);
  for (const uint8_t* const end = tables + positions * kTableEntries; tables != end; values += kDims) {
    __m512 sums = _mm512_set1_ps(0.5f);
    for (size_t i = 0; i < kDims; ++i) {
      const __m512 value = _mm512_mul_ps(_mm512_set1_ps(values[i]), scale);
      const __m512 reach = _mm512_mul_ps(_mm512_abs_ps(value), top);
      sums = _mm512_add_ps(sums, _mm512_add_ps(_mm512_mul_ps(value, levels[i]), reach));
    }
    const __m512i whole = _mm512_maskz_cvttps_epi32(kWhole, sums);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(tables), _mm512_maskz_cvtepi32_epi8(kWhole, whole));
    tables += kTableEntries;
  }
}

SEPET_AVX512 void FillTables(const float* values, size_t positions, const TableTerms& terms,
                             uint8_t* tables) {
  if (terms.dims == 2) return FillTablesOf<2>(values, positions, terms, tables);
  FillTablesOf<4>(values, positions, terms, tables);
}

}  // namespace

const Kernels kAvx512 = {"avx512",  Dot,       SquaredDistance, DotI8,  DotsI8,
                         AbreastI8, ScanCodes, Estimate,        Insert, FillTables};

}  // namespace sepet::simd

#endif
