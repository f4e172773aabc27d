// Compact codes of a row's neighbours, kept together, so that one hop of a search reads one block and gets an
// estimate for each neighbour without touching its vector (the idea of SymphonyQG, arXiv 2411.12229, on the
// codes of RaBitQ, arXiv 2405.12497 and 2409.09913).
//
// A neighbour x of the row c is coded by its residual r = x - c, rotated at random and cut to 1 or 2 bits a
// dimension by the Lloyd-Max quantiser of a normal distribution: r = s·t + e, where t holds levels and
// s = |r|^2 / <r,t>, so that e is at a right angle to r. A search knows <q,c> exactly when it gets to c, and
// with q = a·c + q', q' at a right angle to c, a = <q,c> / |c|^2,
//
//     <q,x> = <q,c> + s<q,t> + a<c,e> + <q',e> ~ <q,c>·(1 + b) + s<q,t>,   b = <c,e> / |c|^2,
//
// so the error is <q',e> only: small for near neighbours and for queries near the row, whatever their norms.
// <q,t> is summed from tables of 16 entries, one for 2 dimensions of 2 bits or 4 of 1 bit (FastScan, Andre et
// al. 2015; simd::Kernels::scan_codes).
//
// The `codes` section, little-endian, drawn again in docs/formats.md:
//
//     header   64 bytes, below
//     blocks   rows x groups blocks of 128 + 16·positions bytes, one for each 32 places of a base list:
//                32 u32   factors: s in the high half, b in the low half, both bfloat16
//                16 bytes for each position: byte j holds the code of place j in its low half, that of
//                         place j + 16 in its high half
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/progress.h"
#include "core/base/status.h"
#include "core/hnsw/graph.h"
#include "core/hnsw/rotation.h"
#include "core/hnsw/vectors.h"

namespace sepet::hnsw {

inline constexpr char kCodesMagic[8] = {'S', 'E', 'P', 'C', 'O', 'D', 'E', '\0'};
inline constexpr uint32_t kCodesVersion = 1;
inline constexpr size_t kGroup = simd::kCodesABlock;  // places of a base list that are coded together

struct CodesHeader {
  char magic[8];
  uint32_t version;
  uint32_t rows;
  uint32_t width;  // places of a base list, 2M
  uint32_t dims;
  uint32_t bits;       // a dimension, 1 or 2
  uint32_t positions;  // tables of a query: dims rounded up to 16/bits, times bits/4
  uint64_t seed;       // of the rotation
  uint32_t zero[6];
};
static_assert(sizeof(CodesHeader) == 64);

// Bits a dimension for which a neighbour gets at least 128 where it can, but no more sums than fit.
constexpr uint32_t DefaultCodeBits(size_t dims) {
  return dims <= 160 ? 2 : 1;
}
inline constexpr size_t kMaxCodedDims = 4 * simd::kMaxPositions;  // with one bit each

struct CodesParameters {
  uint32_t bits;
  uint32_t threads;
  uint64_t seed;
};

// Fills `bytes`, CodesBytes of them and whatever they hold, with the codes of a graph over the first rows of
// `vectors`. The same on every machine and for any number of threads. argument_invalid, cancelled,
// out_of_memory.
Status BuildCodes(const Graph& graph, const Vectors& vectors, const CodesParameters& parameters,
                  const Progress& progress, std::span<std::byte> bytes);
// The same into a vector, which one thread sets to zero first: for graphs that are not large.
Status BuildCodes(const Graph& graph, const Vectors& vectors, const CodesParameters& parameters,
                  const Progress& progress, std::vector<std::byte>* bytes);

// The bytes of a section.
uint64_t CodesBytes(size_t rows, size_t dims, uint32_t width, uint32_t bits);

// What BuildCodes allocates at most, its result included.
uint64_t CodesMemoryBound(size_t rows, size_t dims, uint32_t width, uint32_t bits);

class Codes {
 public:
  // Checks the header and the sizes, also against the graph: file_foreign, file_version, file_damaged;
  // argument_invalid where they are not aligned to 4. The codes are not read: no value of theirs can lead
  // astray.
  static Status Open(std::span<const std::byte> bytes, const Graph& graph, size_t dims, Codes* codes);

  bool empty() const { return blocks_ == nullptr; }
  const CodesHeader& header() const { return header_; }
  size_t groups() const { return groups_; }
  size_t coded_dims() const { return header_.positions * size_t{4} / header_.bits; }
  size_t block_bytes() const { return block_bytes_; }
  const std::byte* Block(uint32_t row, size_t group) const {
    return blocks_ + (size_t{row} * groups_ + group) * block_bytes_;
  }

 private:
  CodesHeader header_{};
  size_t groups_ = 0;
  size_t block_bytes_ = 0;
  const std::byte* blocks_ = nullptr;
};

// The tables of one query: <q,t> of a code is `low` + `step` · (sum of its entries).
class Tables {
 public:
  void Reset(const simd::Kernels& kernels, const Codes& codes, const Rotation& rotation, const float* query);

  const uint8_t* entries() const { return entries_.data(); }
  float low() const { return low_; }
  float step() const { return step_; }

 private:
  std::vector<float> rotated_;
  std::vector<uint8_t> entries_;  // 16 a position
  float low_ = 0;
  float step_ = 0;
};

// Estimates of <q,x> for the 32 places of one block, `exact` being <q,c>; bit j is set for each above the
// bar.
uint32_t Estimate(const simd::Kernels& kernels, const Codes& codes, const Tables& tables,
                  const std::byte* block, float exact, float bar, float* estimates);

// The levels of the quantiser in units of the standard deviation, by code.
std::span<const float> CodeLevels(uint32_t bits);

}  // namespace sepet::hnsw
