// The definitions as kernels.h writes them: the oracle of the other kernels. std::fma is exact on every CPU
// and slow on those that lack the instruction.
#include <algorithm>
#include <bit>
#include <cmath>

#include "core/simd/kernels.h"

namespace sepet::simd {
namespace {

// Adds the lanes in the canonical order; leaves them changed.
float AddLanes(float* lanes) {
  for (size_t half = kLanes / 2; half > 0; half /= 2)
    for (size_t j = 0; j < half; ++j) lanes[j] += lanes[j + half];
  return lanes[0];
}

float Dot(const float* a, const float* b, size_t n) {
  float lanes[kLanes] = {};
  for (size_t i = 0; i < n; ++i) lanes[i % kLanes] = std::fma(a[i], b[i], lanes[i % kLanes]);
  return AddLanes(lanes);
}

float SquaredDistance(const float* a, const float* b, size_t n) {
  float lanes[kLanes] = {};
  for (size_t i = 0; i < n; ++i) {
    const float d = a[i] - b[i];
    lanes[i % kLanes] = std::fma(d, d, lanes[i % kLanes]);
  }
  return AddLanes(lanes);
}

int32_t DotI8(const int8_t* a, const int8_t* b, size_t n) {
  int32_t sum = 0;
  for (size_t i = 0; i < n; ++i) sum += int32_t{a[i]} * b[i];
  return sum;
}

void DotsI8(const int8_t* query, const int8_t* rows, size_t n, std::span<const uint32_t> list,
            int32_t* dots) {
  for (const uint32_t row : list) *dots++ = DotI8(query, rows + row * n, n);
}

void AbreastI8(const int8_t* query, const int8_t* blocks, size_t quads, size_t count, int32_t* dots) {
  for (size_t j = 0; j < count * kAbreast; ++j) {
    dots[j] = 0;
    for (size_t i = 0; i < quads * kQuad; ++i)
      dots[j] += int32_t{query[i]} * blocks[AbreastPlace(j, i, quads)];
  }
}

void ScanCodes(const uint8_t* tables, const uint8_t* codes, size_t positions, uint16_t* sums) {
  for (size_t j = 0; j < kCodesABlock; ++j) {
    unsigned sum = 0;
    for (size_t p = 0; p < positions; ++p) {
      const unsigned pair = codes[p * 16 + j % 16];
      sum += tables[p * 16 + (j < 16 ? pair & 15 : pair >> 4)];
    }
    sums[j] = static_cast<uint16_t>(sum);
  }
}

uint32_t Estimate(const uint16_t* sums, const uint32_t* factors, const EstimateTerms& terms,
                  float* estimates) {
  uint32_t above = 0;
  for (size_t j = 0; j < kCodesABlock; ++j) {
    const auto s = std::bit_cast<float>(factors[j] & 0xFFFF0000u);
    const auto b = std::bit_cast<float>(factors[j] << 16);
    const float known = terms.exact + terms.exact * b;
    estimates[j] = known + s * (terms.low + terms.step * static_cast<float>(sums[j]));
    above |= static_cast<uint32_t>(estimates[j] > terms.bar) << j;
  }
  return above;
}

size_t Insert(int32_t* keys, uint32_t* rows, size_t size, int32_t key, uint32_t row) {
  const auto place =
      static_cast<size_t>(std::count_if(keys, keys + size, [&](int32_t k) { return k <= key; }));
  std::copy_backward(keys + place, keys + size, keys + size + 1);
  std::copy_backward(rows + place, rows + size, rows + size + 1);
  keys[place] = key;
  rows[place] = row;
  return place;
}

void FillTables(const float* values, size_t positions, const TableTerms& terms, uint8_t* tables) {
  for (size_t p = 0; p < positions; ++p, tables += kTableEntries) {
    float sums[kTableEntries];
    std::fill_n(sums, kTableEntries, 0.5f);
    for (size_t i = 0; i < terms.dims; ++i) {
      const float value = *values++ * terms.scale, reach = std::fabs(value) * terms.top;
      for (size_t v = 0; v < kTableEntries; ++v)
        sums[v] += value * terms.levels[i * kTableEntries + v] + reach;
    }
    for (size_t v = 0; v < kTableEntries; ++v)
      tables[v] = static_cast<uint8_t>(static_cast<int32_t>(sums[v]));
  }
}

}  // namespace

const Kernels kScalar = {"scalar",  Dot,       SquaredDistance, DotI8,  DotsI8,
                         AbreastI8, ScanCodes, Estimate,        Insert, FillTables};

}  // namespace sepet::simd
