#include "core/hnsw/quantized.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <mutex>
#include <new>
#include <string>

#include "core/base/threads.h"
#include "core/base/unset.h"

namespace sepet::hnsw {
namespace {

uint64_t ValuesOffset(size_t dims) {
  return sizeof(QuantizedHeader) + (dims * sizeof(float) + 63) / 64 * 64;
}

Status Damaged(const std::string& what) {
  return {Code::kFileDamaged, "The int8 vectors are damaged: " + what + ". Build the artifact again."};
}

Status CheckShape(const Vectors& vectors) {
  if (vectors.dims > 0 && vectors.dims <= kMaxDims && vectors.rows <= kMaxRows) return {};
  return {Code::kArgumentInvalid, "int8 vectors have 1 to " + std::to_string(kMaxDims) +
                                      " dims and at most " + std::to_string(kMaxRows) + " rows."};
}

Status OutOfMemory() {
  return {Code::kOutOfMemory, "The machine gave no more memory for int8 vectors."};
}

// Raises `largest` to the |values| of a vector; false where one is not finite.
bool Raise(std::vector<float>& largest, const float* vector) {
  bool finite = true;
  for (size_t i = 0; i < largest.size(); ++i) {
    const float size = std::fabs(vector[i]);
    finite &= size <= std::numeric_limits<float>::max();
    largest[i] = std::max(largest[i], size);
  }
  return finite;
}

// The largest |value| of each dimension; vector_not_finite naming the first row.
Status FindLargest(const Vectors& vectors, uint32_t threads, std::vector<float>& largest) {
  largest.assign(vectors.dims, 0);
  size_t bad = vectors.rows;
  std::mutex mutex;
  RunShares(threads, vectors.rows, [&](size_t begin, size_t end) {
    std::vector<float> own(vectors.dims);
    size_t row = begin;
    while (row < end && Raise(own, vectors.Row(row))) ++row;
    const std::scoped_lock lock(mutex);
    if (row < end) bad = std::min(bad, row);
    for (size_t i = 0; i < own.size(); ++i) largest[i] = std::max(largest[i], own[i]);
  });
  if (bad == vectors.rows) return {};
  return {Code::kVectorNotFinite, "vectors row " + std::to_string(bad) + " holds NaN or infinity."};
}

void Round(const float* vector, const float* inverse, size_t dims, int8_t* values) {
  for (size_t i = 0; i < dims; ++i) values[i] = RoundToByte(vector[i] * inverse[i]);
}

}  // namespace

uint64_t QuantizedBytes(size_t rows, size_t dims) {
  return ValuesOffset(dims) + uint64_t{rows} * dims;
}

Status BuildQuantized(const Vectors& vectors, uint32_t threads, std::span<std::byte> bytes) try {
  if (Status status = CheckShape(vectors); !status.ok()) return status;
  if (bytes.size() != QuantizedBytes(vectors.rows, vectors.dims))
    return {Code::kArgumentInvalid, "The int8 vectors do not have as many bytes as they take."};
  std::vector<float> scales;
  if (Status status = FindLargest(vectors, threads, scales); !status.ok()) return status;
  std::vector<float> inverse(vectors.dims);
  for (size_t i = 0; i < vectors.dims; ++i) {
    scales[i] /= 127;
    inverse[i] = scales[i] > 0 ? 1 / scales[i] : 0;
    // A dimension too small to divide by is as good as zero.
    if (!(inverse[i] <= std::numeric_limits<float>::max())) scales[i] = inverse[i] = 0;
  }
  QuantizedHeader header{};
  std::memcpy(header.magic, kQuantizedMagic, sizeof kQuantizedMagic);
  header.version = kQuantizedVersion;
  header.rows = static_cast<uint32_t>(vectors.rows);
  header.dims = static_cast<uint32_t>(vectors.dims);
  std::fill_n(bytes.data(), ValuesOffset(vectors.dims), std::byte{0});
  std::memcpy(bytes.data(), &header, sizeof header);
  std::memcpy(bytes.data() + sizeof header, scales.data(), scales.size() * sizeof(float));
  auto* values = reinterpret_cast<int8_t*>(bytes.data() + ValuesOffset(vectors.dims));
  RunShares(threads, vectors.rows, [&](size_t begin, size_t end) {
    for (size_t row = begin; row < end; ++row)
      Round(vectors.Row(row), inverse.data(), vectors.dims, values + row * vectors.dims);
  });
  return {};
} catch (const std::bad_alloc&) {
  return OutOfMemory();
}

Status BuildQuantized(const Vectors& vectors, std::vector<std::byte>* bytes, uint32_t threads) try {
  if (Status status = CheckShape(vectors); !status.ok()) return status;
  bytes->resize(QuantizedBytes(vectors.rows, vectors.dims));
  return BuildQuantized(vectors, threads, std::span(*bytes));
} catch (const std::bad_alloc&) {
  return OutOfMemory();
}

Status BuildUpper(const Graph& graph, const Vectors& vectors, uint32_t threads,
                  std::span<std::byte> bytes) try {
  const size_t nodes = graph.header().upper_nodes, dims = vectors.dims;
  UnsetVector<float> upper(nodes * dims);
  for (uint32_t node = 0; node < nodes; ++node)
    std::copy_n(vectors.Row(graph.UpperRow(node)), dims, &upper[node * dims]);
  return BuildQuantized({upper.data(), nodes, dims}, threads, bytes);
} catch (const std::bad_alloc&) {
  return OutOfMemory();
}

Status Quantized::Open(std::span<const std::byte> bytes, size_t rows, size_t dims, Quantized* quantized) {
  if (reinterpret_cast<uintptr_t>(bytes.data()) % alignof(float) != 0)
    return {Code::kArgumentInvalid, "int8 vectors must lie on a multiple of 4 bytes."};
  QuantizedHeader h;
  if (bytes.size() < sizeof h || std::memcmp(bytes.data(), kQuantizedMagic, sizeof kQuantizedMagic) != 0)
    return {Code::kFileForeign, "The int8 vectors do not begin with the magic bytes of Sepet's."};
  std::memcpy(&h, bytes.data(), sizeof h);
  if (h.version != kQuantizedVersion)
    return {Code::kFileVersion, "The int8 vectors have version " + std::to_string(h.version) +
                                    "; this build reads version 1. Build the artifact again."};
  const auto is_zero = [](auto value) { return value == decltype(value){}; };
  if (h.dims == 0 || h.dims > kMaxDims || h.rows > kMaxRows || !std::all_of(h.zero, h.zero + 11, is_zero))
    return Damaged("their header holds impossible numbers");
  if (h.rows != rows || h.dims != dims)
    return {Code::kArgumentInvalid, "The int8 vectors are " + std::to_string(h.rows) + " of " +
                                        std::to_string(h.dims) + " dims, not " + std::to_string(rows) +
                                        " of " + std::to_string(dims) + ": they belong to different builds."};
  const uint64_t wanted = QuantizedBytes(rows, dims), offset = ValuesOffset(dims);
  if (bytes.size() != wanted)
    return Damaged("they have " + std::to_string(bytes.size()) + " bytes, not " + std::to_string(wanted));
  const std::span scales(reinterpret_cast<const float*>(bytes.data() + sizeof h), dims);
  for (size_t i = 0; i < dims; ++i)
    if (!(scales[i] >= 0 && scales[i] <= std::numeric_limits<float>::max()))
      return Damaged("dimension " + std::to_string(i) + " has an impossible scale");
  const auto gap = bytes.subspan(sizeof h + dims * sizeof(float), offset - sizeof h - dims * sizeof(float));
  if (!std::all_of(gap.begin(), gap.end(), is_zero))
    return Damaged("their scales do not end where they should");
  quantized->rows_ = h.rows;
  quantized->scales_ = scales;
  quantized->values_ = reinterpret_cast<const int8_t*>(bytes.data() + offset);
  return {};
}

}  // namespace sepet::hnsw
