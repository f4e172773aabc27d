// The vectors that an index searches: `rows` rows of `dims` floats, one after the other, owned by someone
// else.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "core/base/prefetch.h"
#include "core/base/status.h"
#include "core/simd/kernels.h"

namespace sepet::hnsw {

// No row has this number: an empty place in a list, or nothing to leave out.
inline constexpr uint32_t kNone = 0xFFFFFFFFu;
inline constexpr size_t kMaxRows = 0xFFFFFFFEu;
inline constexpr size_t kMaxDims = 4096;

struct Vectors {
  const float* data;
  size_t rows;
  size_t dims;

  const float* Row(size_t row) const { return data + row * dims; }
};

// Asks for a vector that will be read soon.
inline void Prefetch(const float* vector, size_t dims) {
  PrefetchLines(vector, std::min<size_t>(dims * sizeof(float), 512));
}

// Whether every value is finite and the norm small enough that no inner product of two such vectors
// overflows.
inline bool Usable(const float* vector, size_t dims, const simd::Kernels& kernels) {
  return kernels.dot(vector, vector, dims) <= std::numeric_limits<float>::max() / 4;
}

// vector_not_finite naming the first bad row; `what` names the vectors in the message.
inline Status CheckFinite(const Vectors& vectors, const simd::Kernels& kernels, const char* what) {
  for (size_t row = 0; row < vectors.rows; ++row)
    if (!Usable(vectors.Row(row), vectors.dims, kernels))
      return {Code::kVectorNotFinite, std::string(what) + " row " + std::to_string(row) +
                                          " holds NaN, infinity or a value too large to square."};
  return {};
}

}  // namespace sepet::hnsw
