// Cells: a partition of an index's rows by k-means, so that a search under a filter reads the int8 rows of
// cells that may hold something, whatever the graph's links between what is eligible (the inverted file of
// Jegou, Douze, Schmid 2011, with a bound that says when to stop). The rows of a cell are neighbours in
// number: arrange.h makes that order. Immutable: any number of threads may read one at once. The bytes belong
// to the caller and must outlive the Cells.
//
// The `cells` section, little-endian, drawn again in docs/formats.md:
//
//     header    64 bytes, below
//     starts    cells + 1 u32: the first row of each cell and, last, the number of rows; ascending
//     spreads   cells f32: root mean square distance of a cell's rows from its centre, divided by the root of
//               dims; then zero to the next multiple of 64 bytes
//     centres   i8: the mean of each cell's rows, rounded as the `int8` section is. Blocks of 16 cells; in a
//               block their first four values one cell after the other, then the next four (AbreastPlace of
//               core/simd/kernels.h); zeros past the last cell and the last dim
//
// Open compares every number, or trusts the bytes: searches keep to the rows there are either way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/status.h"
#include "core/hnsw/quantized.h"
#include "core/hnsw/vectors.h"
#include "core/simd/kernels.h"

namespace sepet::hnsw {

inline constexpr char kCellsMagic[8] = {'S', 'E', 'P', 'C', 'E', 'L', 'L', '\0'};
inline constexpr uint32_t kCellsVersion = 2;

struct CellsHeader {
  char magic[8];
  uint32_t version;
  uint32_t rows;
  uint32_t dims;
  uint32_t cells;
  uint32_t zero[10];
};
static_assert(sizeof(CellsHeader) == 64);

// The bytes of a section.
uint64_t CellsBytes(size_t cells, size_t dims);

// Fills `bytes`, CellsBytes of them and whatever they hold, with the section of the cells that begin at
// `starts` (ascending from 0, the number of rows last). `quantized` is of these vectors. The same on every
// machine and for any number of threads. argument_invalid for starts that are not so, out_of_memory.
Status BuildCells(const Vectors& vectors, const Quantized& quantized, std::span<const uint32_t> starts,
                  uint32_t threads, std::span<std::byte> bytes);

class Cells {
 public:
  // Checks the bytes: file_foreign, file_version, file_damaged; argument_invalid where they are not aligned
  // to 4 or belong to another number of rows or dims. With `whole` every number is compared, without only the
  // header.
  static Status Open(std::span<const std::byte> bytes, size_t rows, size_t dims, bool whole, Cells* cells);

  bool empty() const { return spreads_.empty(); }
  size_t count() const { return spreads_.size(); }
  struct Rows {
    uint32_t begin, end;
  };
  // Never past the last row, whatever the bytes hold.
  Rows RowsOf(uint32_t cell) const {
    const uint32_t begin = std::min(starts_[cell], rows_);
    return {begin, std::clamp(starts_[cell + 1], begin, rows_)};
  }
  std::span<const float> spreads() const { return spreads_; }
  // Blocks of 16 cells and quads of values as the kernel `abreast_i8` reads them.
  const int8_t* centres() const { return centres_; }
  size_t blocks() const { return (count() + simd::kAbreast - 1) / simd::kAbreast; }
  size_t quads() const { return quads_; }

 private:
  uint32_t rows_ = 0;
  size_t quads_ = 0;
  std::span<const uint32_t> starts_;
  std::span<const float> spreads_;
  const int8_t* centres_ = nullptr;
};

}  // namespace sepet::hnsw
