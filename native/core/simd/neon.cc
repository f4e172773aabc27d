// NEON, which every 64-bit ARM has: the 32 lanes of the floats are eight registers, the tail goes one by one.
#if defined(__aarch64__)

#include <arm_neon.h>

#include <cstring>

#include "core/simd/kernels.h"

namespace sepet::simd {
namespace {

struct Product {
  static float32x4_t Add(float32x4_t sum, float32x4_t a, float32x4_t b) { return vfmaq_f32(sum, a, b); }
  static float Add(float sum, float a, float b) { return __builtin_fmaf(a, b, sum); }
};

struct Square {
  static float32x4_t Add(float32x4_t sum, float32x4_t a, float32x4_t b) {
    const float32x4_t d = vsubq_f32(a, b);
    return vfmaq_f32(sum, d, d);
  }
  static float Add(float sum, float a, float b) { return __builtin_fmaf(a - b, a - b, sum); }
};

struct Lanes {
  float32x4_t four[8];
};

// The last n < 32 elements, through memory.
template <typename Term>
Lanes AddTail(Lanes lanes, const float* a, const float* b, size_t n) {
  size_t i = 0;
  for (; i + 4 <= n; i += 4) {
    float32x4_t& sum = lanes.four[i / 4];
    sum = Term::Add(sum, vld1q_f32(a + i), vld1q_f32(b + i));
  }
  if (i == n) return lanes;
  float last[4];
  vst1q_f32(last, lanes.four[i / 4]);
  for (size_t j = 0; i + j < n; ++j) last[j] = Term::Add(last[j], a[i + j], b[i + j]);
  lanes.four[i / 4] = vld1q_f32(last);
  return lanes;
}

template <typename Term>
inline float SumOf(const float* a, const float* b, size_t n) {
  const float32x4_t zero = vdupq_n_f32(0);
  Lanes s{{zero, zero, zero, zero, zero, zero, zero, zero}};
  for (; n >= kLanes; n -= kLanes, a += kLanes, b += kLanes) {
#pragma GCC unroll 8
    for (size_t r = 0; r < 8; ++r)
      s.four[r] = Term::Add(s.four[r], vld1q_f32(a + 4 * r), vld1q_f32(b + 4 * r));
  }
  if (n > 0) s = AddTail<Term>(s, a, b, n);
#pragma GCC unroll 4
  for (size_t r = 0; r < 4; ++r) s.four[r] = vaddq_f32(s.four[r], s.four[r + 4]);
  const float32x4_t eight[2] = {vaddq_f32(s.four[0], s.four[2]), vaddq_f32(s.four[1], s.four[3])};
  const float32x4_t sum = vaddq_f32(eight[0], eight[1]);
  const float32x2_t pair = vadd_f32(vget_low_f32(sum), vget_high_f32(sum));
  return vget_lane_f32(pair, 0) + vget_lane_f32(pair, 1);
}

float Dot(const float* a, const float* b, size_t n) {
  return SumOf<Product>(a, b, n);
}

float SquaredDistance(const float* a, const float* b, size_t n) {
  return SumOf<Square>(a, b, n);
}

int32_t DotI8(const int8_t* a, const int8_t* b, size_t n) {
  int32x4_t s0 = vdupq_n_s32(0), s1 = s0;
  size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    const int8x16_t x = vld1q_s8(a + i), y = vld1q_s8(b + i);
    s0 = vpadalq_s16(s0, vmull_s8(vget_low_s8(x), vget_low_s8(y)));
    s1 = vpadalq_s16(s1, vmull_high_s8(x, y));
  }
  int32_t sum = vaddvq_s32(vaddq_s32(s0, s1));
  for (; i < n; ++i) sum += int32_t{a[i]} * b[i];
  return sum;
}

void DotsI8(const int8_t* query, const int8_t* rows, size_t n, std::span<const uint32_t> list,
            int32_t* dots) {
  for (const uint32_t row : list) *dots++ = DotI8(query, rows + row * n, n);
}

void AbreastI8(const int8_t* query, const int8_t* blocks, size_t quads, size_t count, int32_t* dots) {
  for (; count > 0; --count, dots += kAbreast) {
    int32x4_t sums[4] = {};
    for (size_t quad = 0; quad < quads; ++quad) {
      int32_t four;
      std::memcpy(&four, query + quad * kQuad, sizeof four);
      const int8x16_t q = vreinterpretq_s8_s32(vdupq_n_s32(four));
      for (int32x4_t& sum : sums) {
        const int8x16_t values = vld1q_s8(blocks);
        const int16x8_t low = vmull_s8(vget_low_s8(q), vget_low_s8(values));
        sum = vaddq_s32(sum, vpaddq_s32(vpaddlq_s16(low), vpaddlq_s16(vmull_high_s8(q, values))));
        blocks += 16;
      }
    }
    for (size_t i = 0; i < 4; ++i) vst1q_s32(dots + 4 * i, sums[i]);
  }
}

void ScanCodes(const uint8_t* tables, const uint8_t* codes, size_t positions, uint16_t* sums) {
  uint16x8_t s0 = vdupq_n_u16(0), s1 = s0, s2 = s0, s3 = s0;
  for (size_t p = 0; p < positions; ++p) {
    const uint8x16_t code = vld1q_u8(codes + p * 16), table = vld1q_u8(tables + p * 16);
    const uint8x16_t low = vqtbl1q_u8(table, vandq_u8(code, vdupq_n_u8(15)));
    const uint8x16_t high = vqtbl1q_u8(table, vshrq_n_u8(code, 4));
    s0 = vaddw_u8(s0, vget_low_u8(low));
    s1 = vaddw_high_u8(s1, low);
    s2 = vaddw_u8(s2, vget_low_u8(high));
    s3 = vaddw_high_u8(s3, high);
  }
  vst1q_u16(sums, s0);
  vst1q_u16(sums + 8, s1);
  vst1q_u16(sums + 16, s2);
  vst1q_u16(sums + 24, s3);
}

uint32_t Estimate(const uint16_t* sums, const uint32_t* factors, const EstimateTerms& terms,
                  float* estimates) {
  const float32x4_t exact = vdupq_n_f32(terms.exact), low = vdupq_n_f32(terms.low);
  const float32x4_t step = vdupq_n_f32(terms.step), bar = vdupq_n_f32(terms.bar);
  const uint32x4_t lanes = {1, 2, 4, 8};
  uint32_t above = 0;
  for (size_t j = 0; j < kCodesABlock; j += 4) {
    const uint32x4_t factor = vld1q_u32(factors + j);
    const float32x4_t s = vreinterpretq_f32_u32(vandq_u32(factor, vdupq_n_u32(0xFFFF0000u)));
    const float32x4_t b = vreinterpretq_f32_u32(vshlq_n_u32(factor, 16));
    const float32x4_t sum = vcvtq_f32_u32(vmovl_u16(vld1_u16(sums + j)));
    const float32x4_t known = vaddq_f32(exact, vmulq_f32(exact, b));
    const float32x4_t found = vaddq_f32(low, vmulq_f32(step, sum));
    const float32x4_t estimate = vaddq_f32(known, vmulq_f32(s, found));
    vst1q_f32(estimates + j, estimate);
    above |= vaddvq_u32(vandq_u32(vcgtq_f32(estimate, bar), lanes)) << j;
  }
  return above;
}

// Moves what lies from `place` on one place up, four at a time, each loaded before it is written over.
void MoveUp(uint32_t* lanes, size_t place, size_t size) {
  uint32x4_t moved = vld1q_u32(lanes + place);
  for (; place < size; place += 4) {
    const uint32x4_t next = vld1q_u32(lanes + place + 4);
    vst1q_u32(lanes + place + 1, moved);
    moved = next;
  }
}

size_t Insert(int32_t* keys, uint32_t* rows, size_t size, int32_t key, uint32_t row) {
  const int32x4_t limit = vdupq_n_s32(key);
  uint32x4_t below = vdupq_n_u32(0);
  size_t i = 0;
  for (; i + 4 <= size; i += 4) below = vsubq_u32(below, vcleq_s32(vld1q_s32(keys + i), limit));
  size_t place = vaddvq_u32(below);
  for (; i < size; ++i) place += keys[i] <= key ? 1 : 0;
  MoveUp(reinterpret_cast<uint32_t*>(keys), place, size);
  MoveUp(rows, place, size);
  keys[place] = key;
  rows[place] = row;
  return place;
}

// Four entries of a position, as 16-bit numbers; `levels` begins with the first dimension's.
template <size_t kDims>
inline uint16x4_t FourEntries(const float32x4_t (&levels)[kDims][4], size_t four, const float* x,
                              const float* reach) {
  float32x4_t sums = vdupq_n_f32(0.5f);
  for (size_t i = 0; i < kDims; ++i)
    sums = vaddq_f32(sums, vaddq_f32(vmulq_n_f32(levels[i][four], x[i]), vdupq_n_f32(reach[i])));
  return vmovn_u32(vreinterpretq_u32_s32(vcvtq_s32_f32(sums)));
}

template <size_t kDims>
inline void FillTablesOf(const float* values, size_t positions, const TableTerms& terms, uint8_t* tables) {
  float32x4_t levels[kDims][4];
  for (size_t i = 0; i < kDims; ++i)
    for (size_t four = 0; four < 4; ++four)
      levels[i][four] = vld1q_f32(terms.levels + i * kTableEntries + four * 4);
  for (size_t p = 0; p < positions; ++p) {
    float x[kDims], reach[kDims];
    for (size_t i = 0; i < kDims; ++i) {
      x[i] = values[p * kDims + i] * terms.scale;
      reach[i] = __builtin_fabsf(x[i]) * terms.top;
    }
    const uint16x8_t low = vcombine_u16(FourEntries(levels, 0, x, reach), FourEntries(levels, 1, x, reach));
    const uint16x8_t high = vcombine_u16(FourEntries(levels, 2, x, reach), FourEntries(levels, 3, x, reach));
    vst1q_u8(tables + p * kTableEntries, vcombine_u8(vmovn_u16(low), vmovn_u16(high)));
  }
}

void FillTables(const float* values, size_t positions, const TableTerms& terms, uint8_t* tables) {
  if (terms.dims == 2) return FillTablesOf<2>(values, positions, terms, tables);
  FillTablesOf<4>(values, positions, terms, tables);
}

}  // namespace

const Kernels kNeon = {"neon",    Dot,       SquaredDistance, DotI8,  DotsI8,
                       AbreastI8, ScanCodes, Estimate,        Insert, FillTables};

}  // namespace sepet::simd

#endif
