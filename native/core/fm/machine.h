// A factorization machine of second order (Rendle 2010) over sparse rows of features:
//
//   y(x) = w0 + sum_f w_f x_f + sum_{f<g} <v_f, v_g> x_f x_g,
//
// whose pair term is 0.5 (|s|^2 - q) with s = sum_f v_f x_f and q = sum_f |v_f x_f|^2.
//
// A row is made of a context (user, time, place, the product that is looked at) and of an item. With s, q and
// the linear part b of each side,
//
//   y = (w0 + b_C + p_C) + (b_I + p_I) + <s_C, s_I>,   p = 0.5 (|s|^2 - q),
//
// so a context with many items is summed up once, and the vectors [s_I ; b_I + p_I] and [s_C ; 1] have the
// inner product that orders items as the machine does.
//
// Nothing here owns memory. The parameters may be read by any number of threads while nobody trains them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/status.h"

namespace sepet::fm {

inline constexpr size_t kMostFactors = 64;

// Floats that the factors of a feature take: whole registers, the rest zeros.
constexpr size_t Width(size_t factors) {
  return (factors + 15) / 16 * 16;
}

// Sparse rows: row r has the features [offsets[r], offsets[r + 1]), each with its value, or with 1 where
// there are no values.
struct Rows {
  std::span<const uint32_t> offsets;  // rows + 1
  std::span<const uint32_t> features;
  std::span<const float> values;  // as many as features, or none

  size_t count() const { return offsets.empty() ? 0 : offsets.size() - 1; }
};

// What scoring needs.
struct Model {
  float bias = 0;                  // w0
  std::span<const float> linear;   // w, one a feature
  std::span<const float> factors;  // v, Width(k) floats a feature
  size_t width = 0;
};

// Errors: argument_invalid where a row would lead out of bounds or a value is not finite; `what` names the
// rows.
Status ValidateRows(const Rows& rows, size_t features, const char* what);

}  // namespace sepet::fm
