// What a side of a row (its context, or its item) adds up to: s, q and the linear part, in registers.
// Templates over the width of a register and the number of registers that hold a feature's factors.
#pragma once

#include "core/fm/machine.h"
#include "core/simd/vectors.h"

namespace sepet::fm {

// One side's features.
struct Side {
  const uint32_t* features = nullptr;
  const float* values = nullptr;  // null: ones
  size_t count = 0;
};

inline Side SideOf(const Rows& rows, size_t row) {
  const size_t begin = rows.offsets[row];
  return {rows.features.data() + begin, rows.values.empty() ? nullptr : rows.values.data() + begin,
          rows.offsets[row + 1] - begin};
}

template <typename V, size_t N>
struct Sums {
  V s[N] = {};  // sum of v x
  V q[N] = {};  // sum of (v x)^2, element by element
  float b = 0;  // sum of w x
};

// Where a feature's parameters stand: `factors + f * factors_step` and `linear[f * linear_step]`.
struct Parameters {
  const float* linear = nullptr;
  size_t linear_step = 1;
  const float* factors = nullptr;
  size_t factors_step = 0;
};

template <typename V, size_t N>
SEPET_INLINE void Gather(const Parameters& from, const Side& side, Sums<V, N>& sums) {
  for (size_t i = 0; i < side.count; ++i) {
    const uint32_t f = side.features[i];
    const float x = side.values == nullptr ? 1.0f : side.values[i];
    const float* row = from.factors + f * from.factors_step;
#pragma GCC unroll 16
    for (size_t n = 0; n < N; ++n) {
      V v;
      simd::Load(v, row + n * simd::kLanesOf<V>);
      v *= x;
      sums.s[n] += v;
      sums.q[n] += v * v;
    }
    sums.b += from.linear[f * from.linear_step] * x;
  }
}

template <typename V>
SEPET_INLINE float Total(const V& v) {
  float lanes[simd::kLanesOf<V>];
  simd::Store(lanes, v);
  float sum = 0;
#pragma GCC unroll 16
  for (size_t lane = 0; lane < simd::kLanesOf<V>; ++lane) sum += lanes[lane];
  return sum;
}

// p = 0.5 (|s|^2 - q): the pairs inside one side.
template <typename V, size_t N>
SEPET_INLINE float PairsInside(const Sums<V, N>& sums) {
  V sum = {};
#pragma GCC unroll 16
  for (size_t n = 0; n < N; ++n) sum += sums.s[n] * sums.s[n] - sums.q[n];
  return 0.5f * Total(sum);
}

// <s, s>: the pairs across two sides.
template <typename V, size_t N>
SEPET_INLINE float PairsAcross(const Sums<V, N>& a, const Sums<V, N>& b) {
  V sum = {};
#pragma GCC unroll 16
  for (size_t n = 0; n < N; ++n) sum += a.s[n] * b.s[n];
  return Total(sum);
}

}  // namespace sepet::fm
