#include "core/hnsw/codes.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <new>
#include <string>

#include "core/base/threads.h"
#include "core/base/unset.h"

namespace sepet::hnsw {
namespace {

constexpr size_t kFactorBytes = kGroup * sizeof(uint32_t);
constexpr size_t kPositionBytes = kGroup / 2;
constexpr size_t kRowsATime = 256;

// Lloyd-Max for a normal distribution; with one bit only the sign counts.
constexpr std::array<float, 2> kOneBit = {-0.7979f, 0.7979f};
constexpr std::array<float, 4> kTwoBits = {-1.5104f, -0.4528f, 0.4528f, 1.5104f};
constexpr float kThreshold = 0.9816f;

// The level of each dimension of a position by the position's code, as simd::TableTerms wants them.
template <uint32_t kBits, size_t kLevels>
constexpr auto EntriesOf(const std::array<float, kLevels>& levels) {
  std::array<float, 4 / kBits * simd::kTableEntries> entries{};
  for (size_t at = 0; at < entries.size(); ++at) {
    const size_t i = at / simd::kTableEntries, v = at % simd::kTableEntries;
    entries[at] = levels[v >> (i * kBits) & (kLevels - 1)];
  }
  return entries;
}
constexpr auto kOneBitEntries = EntriesOf<1>(kOneBit);
constexpr auto kTwoBitEntries = EntriesOf<2>(kTwoBits);

constexpr size_t Positions(size_t dims, uint32_t bits) {
  const size_t step = 16 / bits;
  return (dims + step - 1) / step * step * bits / 4;
}

constexpr size_t BlockBytes(size_t positions) {
  return kFactorBytes + kPositionBytes * positions;
}

constexpr size_t Groups(size_t width) {
  return (width + kGroup - 1) / kGroup;
}

// The upper half of a float, rounded to nearest, ties to even.
uint32_t ToBfloat16(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  return (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
}

// Codes the neighbours of a row. One thread's side.
class Coder {
 public:
  Coder(const Vectors& rotated, const simd::Kernels& kernels, uint32_t bits)
      : rotated_(rotated), kernels_(kernels), bits_(bits), residual_(rotated.dims), levels_(rotated.dims) {}

  // Fills one block with the codes of up to kGroup places of the list of `row`.
  void Fill(uint32_t row, std::span<const uint32_t> places, std::span<std::byte> block) {
    std::fill(block.begin(), block.end(), std::byte{0});
    for (const uint32_t place : places)
      if (place != kNone) Prefetch(rotated_.Row(place), rotated_.dims);
    const float* centre = rotated_.Row(row);
    const float square = kernels_.dot(centre, centre, rotated_.dims);
    for (size_t place = 0; place < places.size(); ++place) {
      if (places[place] == kNone) break;
      Cut(centre, rotated_.Row(places[place]));
      const uint32_t factors = Factors(centre, square);
      std::memcpy(block.data() + place * sizeof factors, &factors, sizeof factors);
      Pack(block.data() + kFactorBytes, place);
    }
  }

 private:
  // The residual of a neighbour and the levels nearest to it.
  void Cut(const float* centre, const float* neighbour) {
    const size_t dims = rotated_.dims;
    for (size_t i = 0; i < dims; ++i) residual_[i] = neighbour[i] - centre[i];
    const float square = kernels_.dot(residual_.data(), residual_.data(), dims);
    const float far = bits_ == 1 ? 0.0f : kThreshold * std::sqrt(square / static_cast<float>(dims));
    codes_.resize(dims);
    for (size_t i = 0; i < dims; ++i) {
      const float value = residual_[i];
      codes_[i] = static_cast<uint8_t>(bits_ == 1 ? value > 0 : (value > -far) + (value > 0) + (value > far));
    }
    const std::span<const float> levels = CodeLevels(bits_);
    for (size_t i = 0; i < dims; ++i) levels_[i] = levels[codes_[i]];
  }

  uint32_t Factors(const float* centre, float square) const {
    const size_t dims = rotated_.dims;
    const float* r = residual_.data();
    const float* t = levels_.data();
    const float along = kernels_.dot(r, t, dims);
    const float s = along > 0 ? kernels_.dot(r, r, dims) / along : 0.0f;
    const float error = kernels_.dot(centre, r, dims) - s * kernels_.dot(centre, t, dims);
    const float b = square > 0 ? error / square : 0.0f;
    return ToBfloat16(s) << 16 | ToBfloat16(b);
  }

  void Pack(std::byte* codes, size_t place) const {
    const size_t column = place % kPositionBytes;
    const unsigned shift = place < kPositionBytes ? 0 : 4;
    const size_t a_position = 4 / bits_;
    const uint8_t* c = codes_.data();
    for (std::byte* at = codes + column; c != codes_.data() + codes_.size(); c += a_position) {
      const unsigned code = bits_ == 1 ? c[0] | c[1] << 1 | c[2] << 2 | c[3] << 3 : c[0] | c[1] << 2;
      *at |= static_cast<std::byte>(code << shift);
      at += kPositionBytes;
    }
  }

  const Vectors& rotated_;
  const simd::Kernels& kernels_;
  const uint32_t bits_;
  std::vector<float> residual_;
  std::vector<float> levels_;
  std::vector<uint8_t> codes_;
};

// Calls work(thread's state, first row, end) for pieces of the rows. False where cancelled.
template <typename MakeState, typename Work>
bool OverRows(size_t rows, uint32_t threads, const Progress& progress, const MakeState& make,
              const Work& work) {
  std::atomic<size_t> next{0};
  RunThreads(threads, [&](unsigned) {
    auto state = make();
    while (!progress.cancelled()) {
      const size_t begin = next.fetch_add(kRowsATime, std::memory_order_relaxed);
      if (begin >= rows) return;
      work(state, begin, std::min(begin + kRowsATime, rows));
    }
  });
  return !progress.cancelled();
}

CodesHeader MakeHeader(const Graph& graph, size_t dims, const CodesParameters& parameters) {
  CodesHeader header{};
  std::memcpy(header.magic, kCodesMagic, sizeof kCodesMagic);
  header.version = kCodesVersion;
  header.rows = graph.header().rows;
  header.width = 2 * graph.header().M;
  header.dims = static_cast<uint32_t>(dims);
  header.bits = parameters.bits;
  header.positions = static_cast<uint32_t>(Positions(dims, parameters.bits));
  header.seed = parameters.seed;
  return header;
}

Status CheckParameters(size_t dims, uint32_t bits) {
  if (bits != 1 && bits != 2) return {Code::kArgumentInvalid, "The bits of a code must be 1 or 2."};
  if (Positions(dims, bits) > simd::kMaxPositions)
    return {Code::kArgumentInvalid, "Vectors of " + std::to_string(dims) +
                                        " dims are too long to be coded with " + std::to_string(bits) +
                                        " bits a dimension."};
  return {};
}

Status OutOfMemory() {
  return {Code::kOutOfMemory, "The machine gave no more memory for the codes of a graph."};
}

Status Damaged(const char* what) {
  return {Code::kFileDamaged, std::string("The codes section ") + what + "."};
}

}  // namespace

std::span<const float> CodeLevels(uint32_t bits) {
  if (bits == 1) return kOneBit;
  return kTwoBits;
}

uint64_t CodesBytes(size_t rows, size_t dims, uint32_t width, uint32_t bits) {
  return sizeof(CodesHeader) + uint64_t{rows} * (Groups(width) * BlockBytes(Positions(dims, bits)));
}

uint64_t CodesMemoryBound(size_t rows, size_t dims, uint32_t width, uint32_t bits) {
  const uint64_t rotated = uint64_t{rows} * (Positions(dims, bits) * 4 / bits * sizeof(float));
  return CodesBytes(rows, dims, width, bits) + rotated + (1u << 20);
}

Status BuildCodes(const Graph& graph, const Vectors& vectors, const CodesParameters& parameters,
                  const Progress& progress, std::span<std::byte> bytes) try {
  if (Status status = CheckParameters(vectors.dims, parameters.bits); !status.ok()) return status;
  const CodesHeader header = MakeHeader(graph, vectors.dims, parameters);
  const size_t rows = header.rows, groups = Groups(header.width), block = BlockBytes(header.positions);
  if (bytes.size() != sizeof header + rows * groups * block)
    return {Code::kArgumentInvalid, "The codes do not have as many bytes as they take."};
  const size_t dims = size_t{header.positions} * 4 / parameters.bits;
  const Rotation rotation(dims, parameters.seed);
  UnsetVector<float> values(rows * dims);
  const auto rotate = [&](int&, size_t begin, size_t end) {
    for (size_t row = begin; row < end; ++row) {
      float* to = values.data() + row * dims;
      std::fill(std::copy_n(vectors.Row(row), vectors.dims, to), to + dims, 0.0f);
      rotation.Apply(to);
    }
  };
  std::memcpy(bytes.data(), &header, sizeof header);
  const Vectors rotated{values.data(), rows, dims};
  const auto code = [&](Coder& coder, size_t begin, size_t end) {
    for (size_t row = begin; row < end; ++row) {
      const std::span<const uint32_t> list = graph.Base(static_cast<uint32_t>(row));
      for (size_t group = 0; group < groups; ++group) {
        const size_t first = group * kGroup;
        coder.Fill(static_cast<uint32_t>(row), list.subspan(first, std::min(kGroup, list.size() - first)),
                   bytes.subspan(sizeof header + (row * groups + group) * block, block));
      }
      progress.Add(Progress::kDone, 1);
    }
  };
  const bool done = OverRows(
                        rows, parameters.threads, progress, [] { return 0; }, rotate) &&
                    OverRows(
                        rows, parameters.threads, progress,
                        [&] { return Coder(rotated, simd::ActiveKernels(), parameters.bits); }, code);
  if (!done) return {Code::kCancelled, "The codes were stopped on request; nothing was written."};
  return {};
} catch (const std::bad_alloc&) {
  return OutOfMemory();
}

Status BuildCodes(const Graph& graph, const Vectors& vectors, const CodesParameters& parameters,
                  const Progress& progress, std::vector<std::byte>* bytes) try {
  if (Status status = CheckParameters(vectors.dims, parameters.bits); !status.ok()) return status;
  const GraphHeader& header = graph.header();
  bytes->resize(CodesBytes(header.rows, vectors.dims, 2 * header.M, parameters.bits));
  return BuildCodes(graph, vectors, parameters, progress, std::span(*bytes));
} catch (const std::bad_alloc&) {
  return OutOfMemory();
}

Status Codes::Open(std::span<const std::byte> bytes, const Graph& graph, size_t dims, Codes* codes) {
  CodesHeader header;
  if (reinterpret_cast<uintptr_t>(bytes.data()) % alignof(uint32_t) != 0)
    return {Code::kArgumentInvalid, "codes must lie on a multiple of 4 bytes."};
  if (bytes.size() < sizeof header || std::memcmp(bytes.data(), kCodesMagic, sizeof kCodesMagic) != 0)
    return {Code::kFileForeign, "The codes section does not begin as one."};
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.version != kCodesVersion)
    return {Code::kFileVersion, "The codes section has version " + std::to_string(header.version) +
                                    "; this Sepet reads version " + std::to_string(kCodesVersion) + "."};
  if (header.rows != graph.header().rows || header.width != 2 * graph.header().M)
    return Damaged("belongs to another graph");
  if (header.dims != dims) return Damaged("belongs to vectors of other dims");
  if ((header.bits != 1 && header.bits != 2) || header.positions != Positions(dims, header.bits) ||
      header.positions > simd::kMaxPositions)
    return Damaged("has a header that does not fit together");
  codes->header_ = header;
  codes->groups_ = Groups(header.width);
  codes->block_bytes_ = BlockBytes(header.positions);
  if (bytes.size() != sizeof header + size_t{header.rows} * codes->groups_ * codes->block_bytes_)
    return Damaged("is not as long as its header says");
  codes->blocks_ = bytes.data() + sizeof header;
  return {};
}

void Tables::Reset(const simd::Kernels& kernels, const Codes& codes, const Rotation& rotation,
                   const float* query) {
  const CodesHeader& header = codes.header();
  const size_t positions = header.positions, a_position = 4 / header.bits;
  rotated_.assign(rotation.dims(), 0.0f);
  std::copy_n(query, header.dims, rotated_.data());
  rotation.Apply(rotated_.data());
  low_ = 0;
  float widest = 0;
  const float top = CodeLevels(header.bits).back();
  for (size_t p = 0; p < positions; ++p) {
    const float* values = rotated_.data() + p * a_position;
    float reach = 0;  // the entries of a position lie in -reach .. reach
    for (size_t i = 0; i < a_position; ++i) reach += std::fabs(values[i]);
    widest = std::max(widest, 2 * top * reach);
    low_ -= top * reach;
  }
  step_ = widest / 255;
  entries_.resize(positions * simd::kTableEntries);
  const float* levels = header.bits == 1 ? kOneBitEntries.data() : kTwoBitEntries.data();
  // A query too small to divide by is as good as zero.
  const float scale = widest >= std::numeric_limits<float>::min() * 256 ? 255 / widest : 0.0f;
  kernels.fill_tables(rotated_.data(), positions, {levels, a_position, top, scale}, entries_.data());
}

uint32_t Estimate(const simd::Kernels& kernels, const Codes& codes, const Tables& tables,
                  const std::byte* block, float exact, float bar, float* estimates) {
  uint16_t sums[kGroup];
  const auto* bytes = reinterpret_cast<const uint8_t*>(block);
  kernels.scan_codes(tables.entries(), bytes + kFactorBytes, codes.header().positions, sums);
  return kernels.estimate(sums, reinterpret_cast<const uint32_t*>(block),
                          {exact, tables.low(), tables.step(), bar}, estimates);
}

}  // namespace sepet::hnsw
