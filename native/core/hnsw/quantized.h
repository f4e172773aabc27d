// A copy of the vectors in one byte a dimension, for scans of narrow filters: a quarter of the memory to
// read. Immutable: any number of threads may read one at once. The bytes belong to the caller and must
// outlive the Quantized.
//
// The `int8` section, little-endian, drawn again in docs/formats.md:
//
//     header   64 bytes, below
//     scales   dims f32, then zero to the next multiple of 64 bytes: the largest |value| of a dimension / 127
//     values   rows x dims i8, row-major: value / scale, rounded, from -127 to 127
//
// Open compares every number of the header and every scale. No value can lead astray, so none is read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/status.h"
#include "core/hnsw/graph.h"
#include "core/hnsw/vectors.h"
#include "core/simd/kernels.h"

namespace sepet::hnsw {

inline constexpr char kQuantizedMagic[8] = {'S', 'E', 'P', 'B', 'Y', 'T', 'E', '\0'};
inline constexpr uint32_t kQuantizedVersion = 1;

struct QuantizedHeader {
  char magic[8];
  uint32_t version;
  uint32_t rows;
  uint32_t dims;
  uint32_t zero[11];
};
static_assert(sizeof(QuantizedHeader) == 64);

// Fills `bytes`, QuantizedBytes of them and whatever they hold, with the section. The same on every machine
// and for any number of threads. vector_not_finite, argument_invalid for dims out of bounds, out_of_memory.
Status BuildQuantized(const Vectors& vectors, uint32_t threads, std::span<std::byte> bytes);
// The same into a vector, which one thread sets to zero first.
Status BuildQuantized(const Vectors& vectors, std::vector<std::byte>* bytes, uint32_t threads = 1);

// The same over the vectors of a graph's upper nodes, one after the other: `bytes` has
// QuantizedBytes(upper nodes, dims). Every number of the graph was compared.
Status BuildUpper(const Graph& graph, const Vectors& vectors, uint32_t threads, std::span<std::byte> bytes);

// From -127 to 127, which is what NaN becomes: a conversion of what an int8 cannot hold is undefined.
inline int8_t RoundToByte(float value) {
  const float bounded = value > -127 ? (value < 127 ? value : 127) : -127;
  return static_cast<int8_t>(bounded + (bounded < 0 ? -0.5f : 0.5f));
}

// The bytes of a section.
uint64_t QuantizedBytes(size_t rows, size_t dims);

class Quantized {
 public:
  // Checks the bytes: file_foreign, file_version, file_damaged; argument_invalid where they are not aligned
  // to 4 or belong to another number of rows or dims.
  static Status Open(std::span<const std::byte> bytes, size_t rows, size_t dims, Quantized* quantized);

  bool empty() const { return values_ == nullptr; }
  uint32_t rows() const { return rows_; }
  size_t dims() const { return scales_.size(); }
  // What a value of each dimension is worth.
  std::span<const float> scales() const { return scales_; }
  const int8_t* Row(uint32_t row) const { return values_ + row * scales_.size(); }

 private:
  uint32_t rows_ = 0;
  std::span<const float> scales_;
  const int8_t* values_ = nullptr;
};

}  // namespace sepet::hnsw
