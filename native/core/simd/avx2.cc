// AVX2 with FMA. The 32 lanes of the floats are four registers, which also hides the latency of the
// additions; the tail is read under a mask.
#if defined(__x86_64__)

#include <immintrin.h>

#include <bit>
#include <cstring>

#include "core/simd/kernels.h"

#define SEPET_AVX2 __attribute__((target("avx2,fma,popcnt")))

namespace sepet::simd {
namespace {

alignas(32) constexpr int32_t kTail[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};

// A mask of the first `n` lanes, n <= 8.
SEPET_AVX2 inline __m256i FirstLanes(size_t n) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(kTail + 8 - n));
}

SEPET_AVX2 inline __m256i Load(const void* from) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(from));
}

struct Product {
  static SEPET_AVX2 __m256 Add(__m256 sum, __m256 a, __m256 b) { return _mm256_fmadd_ps(a, b, sum); }
};

struct Square {
  static SEPET_AVX2 __m256 Add(__m256 sum, __m256 a, __m256 b) {
    const __m256 d = _mm256_sub_ps(a, b);
    return _mm256_fmadd_ps(d, d, sum);
  }
};

template <typename Term>
SEPET_AVX2 inline __m256 AddEight(__m256 sum, const float* a, const float* b) {
  return Term::Add(sum, _mm256_loadu_ps(a), _mm256_loadu_ps(b));
}

// The first n < 8 only. The blend keeps a sum of -0, which adding a zero term would turn into +0.
template <typename Term>
SEPET_AVX2 inline __m256 AddFirst(__m256 sum, const float* a, const float* b, size_t n) {
  const __m256i mask = FirstLanes(n);
  const __m256 added = Term::Add(sum, _mm256_maskload_ps(a, mask), _mm256_maskload_ps(b, mask));
  return _mm256_blendv_ps(sum, added, _mm256_castsi256_ps(mask));
}

template <typename Term>
SEPET_AVX2 inline float SumOf(const float* a, const float* b, size_t n) {
  __m256 s0 = _mm256_setzero_ps(), s1 = s0, s2 = s0, s3 = s0;
  for (; n >= 32; n -= 32, a += 32, b += 32) {
    s0 = AddEight<Term>(s0, a, b);
    s1 = AddEight<Term>(s1, a + 8, b + 8);
    s2 = AddEight<Term>(s2, a + 16, b + 16);
    s3 = AddEight<Term>(s3, a + 24, b + 24);
  }
  if (n < 8) {
    if (n > 0) s0 = AddFirst<Term>(s0, a, b, n);
  } else {
    s0 = AddEight<Term>(s0, a, b);
    if (n < 16) {
      if (n > 8) s1 = AddFirst<Term>(s1, a + 8, b + 8, n - 8);
    } else {
      s1 = AddEight<Term>(s1, a + 8, b + 8);
      if (n >= 24) s2 = AddEight<Term>(s2, a + 16, b + 16);
      if (n > 24) s3 = AddFirst<Term>(s3, a + 24, b + 24, n - 24);
      if (n > 16 && n < 24) s2 = AddFirst<Term>(s2, a + 16, b + 16, n - 16);
    }
  }
  const __m256 eight = _mm256_add_ps(_mm256_add_ps(s0, s2), _mm256_add_ps(s1, s3));
  __m128 sum = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  sum = _mm_add_ps(sum, _mm_movehl_ps(sum, sum));
  return _mm_cvtss_f32(_mm_add_ss(sum, _mm_movehdup_ps(sum)));
}

SEPET_AVX2 float Dot(const float* a, const float* b, size_t n) {
  return SumOf<Product>(a, b, n);
}

SEPET_AVX2 float SquaredDistance(const float* a, const float* b, size_t n) {
  return SumOf<Square>(a, b, n);
}

// vpmaddubsw wants one side unsigned: |a| times b with the sign of a. Two products of at most 127 * 127 fit
// into 16 bits.
SEPET_AVX2 inline __m256i AddBytes(__m256i sum, __m256i a, __m256i b) {
  const __m256i pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(a), _mm256_sign_epi8(b, a));
  return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

SEPET_AVX2 int32_t DotI8(const int8_t* a, const int8_t* b, size_t n) {
  __m256i s0 = _mm256_setzero_si256(), s1 = s0;
  size_t i = 0;
  for (; i + 64 <= n; i += 64) {
    s0 = AddBytes(s0, Load(a + i), Load(b + i));
    s1 = AddBytes(s1, Load(a + i + 32), Load(b + i + 32));
  }
  if (i + 32 <= n) {
    s0 = AddBytes(s0, Load(a + i), Load(b + i));
    i += 32;
  }
  s0 = _mm256_add_epi32(s0, s1);
  __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(s0), _mm256_extracti128_si256(s0, 1));
  if (i + 16 <= n) {
    const __m256i x = _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(a + i)));
    const __m256i y = _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(b + i)));
    const __m256i pairs = _mm256_madd_epi16(x, y);
    sum =
        _mm_add_epi32(sum, _mm_add_epi32(_mm256_castsi256_si128(pairs), _mm256_extracti128_si256(pairs, 1)));
    i += 16;
  }
  sum = _mm_add_epi32(sum, _mm_unpackhi_epi64(sum, sum));
  int32_t total = _mm_cvtsi128_si32(sum) + _mm_extract_epi32(sum, 1);
  for (; i < n; ++i) total += int32_t{a[i]} * b[i];
  return total;
}

alignas(32) constexpr int8_t kLastBytes[64] = {
    0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,
    0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1};

// Four rows of n >= 32 against one query. The tail is read with the 32 bytes that end it; what was there
// before is masked out of the query.
SEPET_AVX2 inline __m128i FourDots(const int8_t* query, const int8_t* const (&rows)[4], size_t n) {
  __m256i s0 = _mm256_setzero_si256(), s1 = s0, s2 = s0, s3 = s0;
  size_t i = 0;
  __m256i q = Load(query);
  while (true) {
    s0 = AddBytes(s0, q, Load(rows[0] + i));
    s1 = AddBytes(s1, q, Load(rows[1] + i));
    s2 = AddBytes(s2, q, Load(rows[2] + i));
    s3 = AddBytes(s3, q, Load(rows[3] + i));
    i += 32;
    if (i >= n) break;
    if (i + 32 <= n) {
      q = Load(query + i);
    } else {
      const __m256i mask = Load(kLastBytes + (n - i));
      i = n - 32;
      q = _mm256_and_si256(mask, Load(query + i));
    }
  }
  const __m256i sums = _mm256_hadd_epi32(_mm256_hadd_epi32(s0, s1), _mm256_hadd_epi32(s2, s3));
  return _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
}

SEPET_AVX2 void DotsI8(const int8_t* query, const int8_t* rows, size_t n, std::span<const uint32_t> list,
                       int32_t* dots) {
  size_t i = 0;
  for (; n >= 32 && i + 4 <= list.size(); i += 4) {
    const int8_t* const four[4] = {rows + list[i] * n, rows + list[i + 1] * n, rows + list[i + 2] * n,
                                   rows + list[i + 3] * n};
    _mm_storeu_si128(reinterpret_cast<__m128i*>(dots + i), FourDots(query, four, n));
  }
  for (; i < list.size(); ++i) dots[i] = DotI8(query, rows + list[i] * n, n);
}

// Four values in every lane.
SEPET_AVX2 inline __m256i QuadAt(const int8_t* query, size_t quad) {
  int32_t four;
  std::memcpy(&four, query + quad * kQuad, sizeof four);
  return _mm256_set1_epi32(four);
}

SEPET_AVX2 void AbreastI8(const int8_t* query, const int8_t* blocks, size_t quads, size_t count,
                          int32_t* dots) {
  for (; count > 0; --count, dots += kAbreast) {
    __m256i low = _mm256_setzero_si256(), high = low;
    for (size_t quad = 0; quad < quads; ++quad, blocks += kAbreast * kQuad) {
      const __m256i q = QuadAt(query, quad);
      low = AddBytes(low, q, Load(blocks));
      high = AddBytes(high, q, Load(blocks + 32));
    }
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(dots), low);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(dots + 8), high);
  }
}

// Bytes added up in 16-bit places: `all` takes them in pairs, so that its low bytes run over into the high
// ones, and `odd` the high bytes alone; what ran over is taken away at the end, modulo 2^16 and thus exactly.
struct ByteSums {
  __m256i all, odd;

  SEPET_AVX2 void Add(__m256i bytes) {
    all = _mm256_add_epi16(all, bytes);
    odd = _mm256_add_epi16(odd, _mm256_srli_epi16(bytes, 8));
  }
  // Both halves added, as 16 sums in the order of the bytes.
  SEPET_AVX2 void Store(uint16_t* sums) const {
    const __m256i even = _mm256_sub_epi16(all, _mm256_slli_epi16(odd, 8));
    const __m128i e = _mm_add_epi16(_mm256_castsi256_si128(even), _mm256_extracti128_si256(even, 1));
    const __m128i o = _mm_add_epi16(_mm256_castsi256_si128(odd), _mm256_extracti128_si256(odd, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(sums), _mm_unpacklo_epi16(e, o));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(sums + 8), _mm_unpackhi_epi16(e, o));
  }
};

// Two positions at a time, one in each half of a register: vpshufb looks up within halves.
SEPET_AVX2 void ScanCodes(const uint8_t* tables, const uint8_t* codes, size_t positions, uint16_t* sums) {
  const __m256i nibble = _mm256_set1_epi8(15), zero = _mm256_setzero_si256();
  ByteSums low{zero, zero}, high{zero, zero};
  for (const uint8_t* const end = codes + positions * 16; codes != end; codes += 64, tables += 64) {
    for (size_t at = 0; at < 64; at += 32) {
      const __m256i code = Load(codes + at), table = Load(tables + at);
      low.Add(_mm256_shuffle_epi8(table, _mm256_and_si256(code, nibble)));
      high.Add(_mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(code, 4), nibble)));
    }
  }
  low.Store(sums);
  high.Store(sums + 16);
}

SEPET_AVX2 uint32_t Estimate(const uint16_t* sums, const uint32_t* factors, const EstimateTerms& terms,
                             float* estimates) {
  const __m256 exact = _mm256_set1_ps(terms.exact), low = _mm256_set1_ps(terms.low);
  const __m256 step = _mm256_set1_ps(terms.step), bar = _mm256_set1_ps(terms.bar);
  uint32_t above = 0;
  for (size_t j = 0; j < kCodesABlock; j += 8) {
    const __m256i factor = Load(factors + j);
    const __m256 s = _mm256_castsi256_ps(_mm256_and_si256(factor, _mm256_set1_epi32(~0xFFFF)));
    const __m256 b = _mm256_castsi256_ps(_mm256_slli_epi32(factor, 16));
    const __m128i words = _mm_loadu_si128(reinterpret_cast<const __m128i*>(sums + j));
    const __m256 sum = _mm256_cvtepi32_ps(_mm256_cvtepu16_epi32(words));
    const __m256 known = _mm256_add_ps(exact, _mm256_mul_ps(exact, b));
    const __m256 found = _mm256_add_ps(low, _mm256_mul_ps(step, sum));
    const __m256 estimate = _mm256_add_ps(known, _mm256_mul_ps(s, found));
    _mm256_storeu_ps(estimates + j, estimate);
    const int bits = _mm256_movemask_ps(_mm256_cmp_ps(estimate, bar, _CMP_GT_OQ));
    above |= static_cast<uint32_t>(bits) << j;
  }
  return above;
}

// Moves what lies from `place` on one place up, eight at a time, each loaded before it is written over.
SEPET_AVX2 inline void MoveUp(void* array, size_t place, size_t size) {
  auto* const lanes = static_cast<int32_t*>(array);
  __m256i moved = Load(lanes + place);
  for (; place < size; place += 8) {
    const __m256i next = Load(lanes + place + 8);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(lanes + place + 1), moved);
    moved = next;
  }
}

SEPET_AVX2 inline size_t CountAbove(const int32_t* keys, __m256i limit, __m256i lanes) {
  const __m256i above = _mm256_and_si256(_mm256_cmpgt_epi32(Load(keys), limit), lanes);
  return static_cast<size_t>(
      std::popcount(static_cast<uint32_t>(_mm256_movemask_ps(_mm256_castsi256_ps(above)))));
}

SEPET_AVX2 size_t Insert(int32_t* keys, uint32_t* rows, size_t size, int32_t key, uint32_t row) {
  const __m256i limit = _mm256_set1_epi32(key), all = _mm256_set1_epi32(-1);
  size_t above = 0, i = 0;
  for (; i + 8 <= size; i += 8) above += CountAbove(keys + i, limit, all);
  const size_t place = size - above - CountAbove(keys + i, limit, FirstLanes(size - i));
  MoveUp(keys, place, size);
  MoveUp(rows, place, size);
  keys[place] = key;
  rows[place] = row;
  return place;
}

// The entries 0-3 and 8-11 of a position in one register, the others in a second: packing them, which goes by
// halves, puts all in order.
template <size_t kDims>
SEPET_AVX2 inline void FillTablesOf(const float* values, size_t positions, const TableTerms& terms,
                                    uint8_t* tables) {
  const __m256 scale = _mm256_set1_ps(terms.scale), top = _mm256_set1_ps(terms.top);
  __m256 levels[kDims][2];
  for (size_t i = 0; i < kDims; ++i)
    for (size_t half = 0; half < 2; ++half) {
      const float* from = terms.levels + i * kTableEntries + half * 4;
      levels[i][half] = _mm256_set_m128(_mm_loadu_ps(from + 8), _mm_loadu_ps(from));
    }
  for (const uint8_t* const end = tables + positions * kTableEntries; tables != end; values += kDims) {
    __m256 first = _mm256_set1_ps(0.5f), second = first;
    for (size_t i = 0; i < kDims; ++i) {
      const __m256 value = _mm256_mul_ps(_mm256_set1_ps(values[i]), scale);
      const __m256 reach = _mm256_mul_ps(_mm256_andnot_ps(_mm256_set1_ps(-0.0f), value), top);
      first = _mm256_add_ps(first, _mm256_add_ps(_mm256_mul_ps(value, levels[i][0]), reach));
      second = _mm256_add_ps(second, _mm256_add_ps(_mm256_mul_ps(value, levels[i][1]), reach));
    }
    const __m256i words = _mm256_packs_epi32(_mm256_cvttps_epi32(first), _mm256_cvttps_epi32(second));
    const __m128i low = _mm256_castsi256_si128(words), high = _mm256_extracti128_si256(words, 1);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(tables), _mm_packus_epi16(low, high));
    tables += kTableEntries;
  }
}

SEPET_AVX2 void FillTables(const float* values, size_t positions, const TableTerms& terms, uint8_t* tables) {
  if (terms.dims == 2) return FillTablesOf<2>(values, positions, terms, tables);
  FillTablesOf<4>(values, positions, terms, tables);
}

}  // namespace

const Kernels kAvx2 = {"avx2",    Dot,       SquaredDistance, DotI8,  DotsI8,
                       AbreastI8, ScanCodes, Estimate,        Insert, FillTables};

}  // namespace sepet::simd

#endif
