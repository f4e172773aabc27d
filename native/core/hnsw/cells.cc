#include "core/hnsw/cells.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <new>
#include <string>
#include <vector>

#include "core/base/threads.h"

namespace sepet::hnsw {
namespace {

uint64_t CentresOffset(size_t cells) {
  const uint64_t numbers = sizeof(uint32_t) * (uint64_t{cells} + 1) + sizeof(float) * uint64_t{cells};
  return sizeof(CellsHeader) + (numbers + 63) / 64 * 64;
}

size_t QuadsFor(size_t dims) {
  return (dims + simd::kQuad - 1) / simd::kQuad;
}

Status Damaged(const std::string& what) {
  return {Code::kFileDamaged, "The cells are damaged: " + what + ". Build the artifact again."};
}

bool Ascend(std::span<const uint32_t> starts, size_t rows) {
  return !starts.empty() && starts.front() == 0 && starts.back() == rows &&
         std::is_sorted(starts.begin(), starts.end());
}

// The centre of the rows begin .. end - 1, rounded, as one of the vectors abreast; and their spread about it.
float Summarize(const Vectors& vectors, const Quantized& quantized, size_t begin, size_t end, size_t cell,
                int8_t* centres) {
  const size_t dims = vectors.dims;
  std::vector<double> mean(dims);
  for (size_t row = begin; row < end; ++row)
    for (size_t i = 0; i < dims; ++i) mean[i] += vectors.Row(row)[i];
  const auto count = static_cast<double>(std::max<size_t>(1, end - begin));
  double squares = 0;
  for (size_t i = 0; i < dims; ++i) {
    mean[i] /= count;
    const double scale = quantized.scales()[i];
    centres[simd::AbreastPlace(cell, i, QuadsFor(dims))] =
        RoundToByte(scale > 0 ? static_cast<float>(mean[i] / scale) : 0.0f);
    for (size_t row = begin; row < end; ++row) {
      const double away = vectors.Row(row)[i] - mean[i];
      squares += away * away;
    }
  }
  return static_cast<float>(std::min<double>(std::sqrt(squares / count / static_cast<double>(dims)),
                                             std::numeric_limits<float>::max()));
}

}  // namespace

uint64_t CellsBytes(size_t cells, size_t dims) {
  const uint64_t blocks = (uint64_t{cells} + simd::kAbreast - 1) / simd::kAbreast;
  return CentresOffset(cells) + blocks * simd::kAbreast * QuadsFor(dims) * simd::kQuad;
}

Status BuildCells(const Vectors& vectors, const Quantized& quantized, std::span<const uint32_t> starts,
                  uint32_t threads, std::span<std::byte> bytes) try {
  if (quantized.rows() != vectors.rows || quantized.dims() != vectors.dims)
    return {Code::kArgumentInvalid, "The int8 copy must be of the vectors of the cells."};
  if (!Ascend(starts, vectors.rows))
    return {Code::kArgumentInvalid, "starts must ascend from 0 to the number of rows."};
  const size_t cells = starts.size() - 1;
  if (bytes.size() != CellsBytes(cells, vectors.dims))
    return {Code::kArgumentInvalid, "The cells do not have as many bytes as they take."};
  CellsHeader header{};
  std::memcpy(header.magic, kCellsMagic, sizeof kCellsMagic);
  header.version = kCellsVersion;
  header.rows = static_cast<uint32_t>(vectors.rows);
  header.dims = static_cast<uint32_t>(vectors.dims);
  header.cells = static_cast<uint32_t>(cells);
  std::fill(bytes.begin(), bytes.end(), std::byte{0});
  std::memcpy(bytes.data(), &header, sizeof header);
  std::memcpy(bytes.data() + sizeof header, starts.data(), starts.size_bytes());
  auto* spreads = reinterpret_cast<float*>(bytes.data() + sizeof header + starts.size_bytes());
  auto* centres = reinterpret_cast<int8_t*>(bytes.data() + CentresOffset(cells));
  RunShares(threads, cells, [&](size_t begin, size_t end) {
    for (size_t cell = begin; cell < end; ++cell)
      spreads[cell] = Summarize(vectors, quantized, starts[cell], starts[cell + 1], cell, centres);
  });
  return {};
} catch (const std::bad_alloc&) {
  return {Code::kOutOfMemory, "The machine gave no more memory for cells."};
}

Status Cells::Open(std::span<const std::byte> bytes, size_t rows, size_t dims, bool whole, Cells* cells) {
  if (reinterpret_cast<uintptr_t>(bytes.data()) % alignof(float) != 0)
    return {Code::kArgumentInvalid, "Cells must lie on a multiple of 4 bytes."};
  CellsHeader h;
  if (bytes.size() < sizeof h || std::memcmp(bytes.data(), kCellsMagic, sizeof kCellsMagic) != 0)
    return {Code::kFileForeign, "The cells do not begin with the magic bytes of Sepet's."};
  std::memcpy(&h, bytes.data(), sizeof h);
  if (h.version != kCellsVersion)
    return {Code::kFileVersion, "The cells have version " + std::to_string(h.version) +
                                    "; this build reads version " + std::to_string(kCellsVersion) +
                                    ". Build the artifact again."};
  if (std::any_of(h.zero, h.zero + 10, [](uint32_t value) { return value != 0; }))
    return Damaged("their header holds impossible numbers");
  if (h.rows != rows || h.dims != dims)
    return {Code::kArgumentInvalid, "The cells are of " + std::to_string(h.rows) + " rows of " +
                                        std::to_string(h.dims) + " dims, not " + std::to_string(rows) +
                                        " of " + std::to_string(dims) + ": they belong to different builds."};
  if (bytes.size() != CellsBytes(h.cells, dims))
    return Damaged("they have " + std::to_string(bytes.size()) + " bytes, not " +
                   std::to_string(CellsBytes(h.cells, dims)));
  const auto* starts = reinterpret_cast<const uint32_t*>(bytes.data() + sizeof h);
  Cells opened;
  opened.rows_ = h.rows;
  opened.quads_ = QuadsFor(dims);
  opened.starts_ = {starts, size_t{h.cells} + 1};
  opened.spreads_ = {reinterpret_cast<const float*>(starts + h.cells + 1), h.cells};
  opened.centres_ = reinterpret_cast<const int8_t*>(bytes.data() + CentresOffset(h.cells));
  if (whole) {
    if (!Ascend(opened.starts_, rows)) return Damaged("they do not cover the rows once each");
    const auto fits = [](float spread) { return spread >= 0 && spread <= std::numeric_limits<float>::max(); };
    if (!std::all_of(opened.spreads_.begin(), opened.spreads_.end(), fits))
      return Damaged("a spread is impossible");
    const auto gap = bytes.first(CentresOffset(h.cells)).subspan(sizeof h + 4 + size_t{h.cells} * 8);
    if (!std::all_of(gap.begin(), gap.end(), [](std::byte byte) { return byte == std::byte{}; }))
      return Damaged("their spreads do not end where they should");
  }
  *cells = opened;
  return {};
}

}  // namespace sepet::hnsw
