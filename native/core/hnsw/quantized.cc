#include "core/hnsw/quantized.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <new>
#include <string>

namespace sepet::hnsw {
namespace {

uint64_t ValuesOffset(size_t dims) {
  return sizeof(QuantizedHeader) + (dims * sizeof(float) + 63) / 64 * 64;
}

Status Damaged(const std::string& what) {
  return {Code::kFileDamaged, "The int8 vectors are damaged: " + what + ". Build the artifact again."};
}

// The largest |value| of each dimension; vector_not_finite naming the row.
Status FindLargest(const Vectors& vectors, std::vector<float>& largest) {
  largest.assign(vectors.dims, 0);
  for (size_t row = 0; row < vectors.rows; ++row) {
    const float* vector = vectors.Row(row);
    bool finite = true;
    for (size_t i = 0; i < vectors.dims; ++i) {
      const float size = std::fabs(vector[i]);
      finite &= size <= std::numeric_limits<float>::max();
      largest[i] = std::max(largest[i], size);
    }
    if (!finite)
      return {Code::kVectorNotFinite, "vectors row " + std::to_string(row) + " holds NaN or infinity."};
  }
  return {};
}

}  // namespace

uint64_t QuantizedBytes(size_t rows, size_t dims) {
  return ValuesOffset(dims) + uint64_t{rows} * dims;
}

Status BuildQuantized(const Vectors& vectors, std::vector<std::byte>* bytes) try {
  if (vectors.dims == 0 || vectors.dims > kMaxDims || vectors.rows > kMaxRows)
    return {Code::kArgumentInvalid, "int8 vectors have 1 to " + std::to_string(kMaxDims) +
                                        " dims and at most " + std::to_string(kMaxRows) + " rows."};
  std::vector<float> scales;
  if (Status status = FindLargest(vectors, scales); !status.ok()) return status;
  std::vector<float> inverse(vectors.dims);
  for (size_t i = 0; i < vectors.dims; ++i) {
    scales[i] /= 127;
    inverse[i] = scales[i] > 0 ? 1 / scales[i] : 0;
    // A dimension too small to divide by is as good as zero.
    if (!(inverse[i] <= std::numeric_limits<float>::max())) scales[i] = inverse[i] = 0;
  }
  bytes->assign(QuantizedBytes(vectors.rows, vectors.dims), std::byte{0});
  QuantizedHeader header{};
  std::memcpy(header.magic, kQuantizedMagic, sizeof kQuantizedMagic);
  header.version = kQuantizedVersion;
  header.rows = static_cast<uint32_t>(vectors.rows);
  header.dims = static_cast<uint32_t>(vectors.dims);
  std::memcpy(bytes->data(), &header, sizeof header);
  std::memcpy(bytes->data() + sizeof header, scales.data(), scales.size() * sizeof(float));
  auto* values = reinterpret_cast<int8_t*>(bytes->data() + ValuesOffset(vectors.dims));
  for (size_t row = 0; row < vectors.rows; ++row)
    for (size_t i = 0; i < vectors.dims; ++i)
      values[row * vectors.dims + i] = RoundToByte(vectors.Row(row)[i] * inverse[i]);
  return {};
} catch (const std::bad_alloc&) {
  return {Code::kOutOfMemory, "The machine gave no more memory for int8 vectors."};
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
