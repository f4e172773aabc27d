// The cells' section: what it holds against a plain computation, what is refused, and that bytes which are
// trusted lead nowhere.
#include "core/hnsw/cells.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/base/testing.h"
#include "core/hnsw/testing.h"

namespace sepet::hnsw {
namespace {

using namespace sepet::hnsw::testing;

constexpr size_t kStartsAt = sizeof(CellsHeader);

struct Copy {
  std::vector<std::byte> bytes;
  Quantized quantized;

  explicit Copy(const Vectors& vectors) {
    EXPECT(BuildQuantized(vectors, &bytes).ok());
    EXPECT(Quantized::Open(bytes, vectors.rows, vectors.dims, &quantized).ok());
  }
};

// Ascending from 0 to `rows`, some of them empty.
std::vector<uint32_t> RandomStarts(uint32_t rows, size_t cells, uint64_t seed) {
  Rng rng(seed);
  std::vector<uint32_t> starts{0, rows};
  while (starts.size() <= cells) starts.push_back(rng.Below(rows + 1));
  std::sort(starts.begin(), starts.end());
  return starts;
}

void CellIsWhatItsRowsAre(const Vectors& vectors, const Quantized& quantized, const Cells& cells,
                          uint32_t cell) {
  const auto [begin, end] = cells.RowsOf(cell);
  const double count = std::max<double>(1, end - begin);
  double squares = 0;
  for (size_t i = 0; i < vectors.dims; ++i) {
    double mean = 0;
    for (uint32_t row = begin; row < end; ++row) mean += vectors.Row(row)[i];
    mean /= count;
    for (uint32_t row = begin; row < end; ++row) squares += std::pow(vectors.Row(row)[i] - mean, 2);
    const double rounded = cells.centres()[simd::AbreastPlace(cell, i, cells.quads())];
    EXPECT(std::fabs(rounded * quantized.scales()[i] - mean) <= 0.501 * quantized.scales()[i]);
  }
  const double spread = std::sqrt(squares / count / static_cast<double>(vectors.dims));
  EXPECT(std::fabs(cells.spreads()[cell] - spread) <= 1e-6 * spread);
}

void HoldsWhatThePlainComputationGives() {
  for (const size_t dims : {1, 9, 33})
    for (const size_t count : {1, 2, 40, 700}) {
      const Products products = MakeProducts(500, dims, dims);
      const Vectors vectors = products.vectors();
      const Copy copy(vectors);
      const std::vector<uint32_t> starts = RandomStarts(500, count, count);
      std::vector<std::byte> bytes(CellsBytes(count, dims));
      EXPECT(BuildCells(vectors, copy.quantized, starts, 1, bytes).ok());
      Cells cells;
      EXPECT(Cells::Open(bytes, 500, dims, true, &cells).ok());
      EXPECT(cells.count() == count && !cells.empty() && cells.spreads().size() == count);
      for (uint32_t cell = 0; cell < count; ++cell) {
        EXPECT(cells.RowsOf(cell).begin == starts[cell] && cells.RowsOf(cell).end == starts[cell + 1]);
        CellIsWhatItsRowsAre(vectors, copy.quantized, cells, cell);
      }
      // Centres begin on a multiple of 64 and end with the bytes.
      const auto* centres = reinterpret_cast<const std::byte*>(cells.centres());
      const size_t size = cells.blocks() * simd::kAbreast * cells.quads() * simd::kQuad;
      EXPECT((centres - bytes.data()) % 64 == 0 && centres + size == bytes.data() + bytes.size());
    }
}

void NoRowsHaveNoCells() {
  const Copy copy({nullptr, 0, 3});
  std::vector<std::byte> bytes(CellsBytes(0, 3));
  const uint32_t starts[] = {0};
  Cells cells;
  EXPECT(cells.empty() && cells.count() == 0);
  EXPECT(BuildCells({nullptr, 0, 3}, copy.quantized, starts, 2, bytes).ok());
  EXPECT(Cells::Open(bytes, 0, 3, true, &cells).ok() && cells.empty());
}

void SameBytesForAnyThreads() {
  const Products products = MakeProducts(2000, 24, 3);
  const Copy copy(products.vectors());
  const std::vector<uint32_t> starts = RandomStarts(2000, 130, 4);
  std::vector<std::byte> one(CellsBytes(130, 24));
  EXPECT(BuildCells(products.vectors(), copy.quantized, starts, 1, one).ok());
  for (const uint32_t threads : {2u, 3u, 8u, 200u}) {
    std::vector<std::byte> bytes(one.size(), std::byte{0xFF});
    EXPECT(BuildCells(products.vectors(), copy.quantized, starts, threads, bytes).ok() && bytes == one);
  }
}

// Of vectors that no square holds, or none is left of, the numbers still are such as Open takes.
void OddVectorsMakeGoodCells() {
  for (const float size : {0.0f, 1e-44f, 1e-30f, 1e30f, std::numeric_limits<float>::max()}) {
    std::vector<float> values(100 * 4);
    for (size_t i = 0; i < values.size(); ++i) values[i] = i % 3 == 0 ? -size : size;
    const Vectors vectors{values.data(), 100, 4};
    const Copy copy(vectors);
    std::vector<std::byte> bytes(CellsBytes(10, 4));
    Cells cells;
    EXPECT(BuildCells(vectors, copy.quantized, RandomStarts(100, 10, 5), 2, bytes).ok());
    EXPECT(Cells::Open(bytes, 100, 4, true, &cells).ok() && cells.count() == 10);
  }
}

void BadStartsAreRefused() {
  const Products products = MakeProducts(20, 4, 5);
  const Copy copy(products.vectors());
  const auto code = [&](std::vector<uint32_t> starts, size_t more = 0, size_t rows = 20, size_t dims = 4) {
    std::vector<std::byte> bytes(CellsBytes(starts.empty() ? 0 : starts.size() - 1, 4) + more);
    return BuildCells({products.out.data(), rows, dims}, copy.quantized, starts, 1, bytes).code();
  };
  EXPECT(code({0, 20}) == Code::kOk && code({0, 7, 7, 20}) == Code::kOk);
  const std::vector<uint32_t> bad[] = {{},          {0},           {20},        {1, 20},         {0, 19},
                                       {0, 21},     {0, 9, 8, 20}, {0, 21, 20}, {0, 20, 19, 20}, {0, 20, 0},
                                       {0, ~0u, 20}};
  for (const std::vector<uint32_t>& starts : bad) EXPECT(code(starts) == Code::kArgumentInvalid);
  EXPECT(code({0, 20}, 1) == Code::kArgumentInvalid &&
         code({0, 20}, size_t{0} - 1) == Code::kArgumentInvalid);
  EXPECT(code({0, 19}, 0, 19) == Code::kArgumentInvalid && code({0, 20}, 0, 20, 3) == Code::kArgumentInvalid);
}

constexpr uint32_t kRows = 50, kDims = 6, kCells = 7;

std::vector<std::byte> MakeBytes() {
  const Products products = MakeProducts(kRows, kDims, 6);
  std::vector<std::byte> bytes(CellsBytes(kCells, kDims));
  const Copy copy(products.vectors());
  EXPECT(BuildCells(products.vectors(), copy.quantized, RandomStarts(kRows, kCells, 7), 1, bytes).ok());
  return bytes;
}

Code Open(std::span<const std::byte> bytes, bool whole, size_t rows = kRows, size_t dims = kDims) {
  Cells cells;
  return Cells::Open(bytes, rows, dims, whole, &cells).code();
}

template <typename Value>
std::vector<std::byte> With(std::vector<std::byte> bytes, size_t at, Value value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
  return bytes;
}

void DamagedHeadersAreRefused() {
  const std::vector<std::byte> good = MakeBytes();
  for (const bool whole : {false, true}) {
    const auto with = [&](size_t at, auto value) { return Open(With(good, at, value), whole); };
    EXPECT(Open(good, whole) == Code::kOk && Open({}, whole) == Code::kFileForeign);
    EXPECT(Open(good, whole, kRows + 1) == Code::kArgumentInvalid);
    EXPECT(Open(good, whole, kRows, kDims - 1) == Code::kArgumentInvalid);
    for (size_t length = 0; length < good.size(); ++length) {
      const auto cut = std::span(good).first(length);
      EXPECT(Open(cut, whole) == (length < 64 ? Code::kFileForeign : Code::kFileDamaged));
    }
    for (size_t at = 0; at < 8; ++at) EXPECT(with(at, 'x') == Code::kFileForeign);
    EXPECT(with(offsetof(CellsHeader, version), 1u) == Code::kFileVersion);
    EXPECT(with(offsetof(CellsHeader, rows), kRows - 1) == Code::kArgumentInvalid);
    EXPECT(with(offsetof(CellsHeader, dims), 0u) == Code::kArgumentInvalid);
    for (const uint32_t count : {0u, kCells + 1, 17u, 0x7FFFFFFFu, 0xFFFFFFFFu})
      EXPECT(with(offsetof(CellsHeader, cells), count) == Code::kFileDamaged);
    // The same number of bytes: only the starts tell.
    EXPECT(with(offsetof(CellsHeader, cells), kCells - 1) == (whole ? Code::kFileDamaged : Code::kOk));
    for (size_t at = offsetof(CellsHeader, zero); at < 64; ++at) EXPECT(with(at, 'x') == Code::kFileDamaged);
    std::vector<std::byte> longer = good;
    longer.push_back({});
    EXPECT(Open(longer, whole) == Code::kFileDamaged);
    longer.insert(longer.begin(), std::byte{0});
    EXPECT(Open(std::span(longer).subspan(1, good.size()), whole) == Code::kArgumentInvalid);
  }
}

void DamagedNumbersAreRefusedUnlessTrusted() {
  const std::vector<std::byte> good = MakeBytes();
  const auto is_refused = [](const std::vector<std::byte>& bytes) {
    return Open(bytes, true) == Code::kFileDamaged && Open(bytes, false) == Code::kOk;
  };
  EXPECT(is_refused(With(good, kStartsAt, 1u)));
  for (const uint32_t last : {0u, kRows - 1, kRows + 1, ~0u})
    EXPECT(is_refused(With(good, kStartsAt + kCells * 4, last)));
  for (size_t cell = 1; cell < kCells; ++cell)
    for (const uint32_t start : {kRows + 1, ~0u}) EXPECT(is_refused(With(good, kStartsAt + cell * 4, start)));
  EXPECT(is_refused(With(With(good, kStartsAt + 8, 9u), kStartsAt + 12, 8u)));
  const float infinity = std::numeric_limits<float>::infinity();
  for (size_t cell = 0; cell < kCells; ++cell)
    for (const float spread : {std::nanf(""), infinity, -infinity, -1.0f, -1e-44f})
      EXPECT(is_refused(With(good, kStartsAt + (kCells + 1 + cell) * 4, spread)));
  // What a centre holds leads nowhere.
  EXPECT(Open(With(good, good.size() - 4, ~0u), true) == Code::kOk);
}

void RowsOfStayWithinTheRows() {
  Rng rng(8);
  const uint32_t odd[] = {0, 1, kRows - 1, kRows, kRows + 1, 0x7FFFFFFF, 0x80000000, ~0u};
  for (int times = 0; times < 2000; ++times) {
    std::vector<std::byte> bytes = MakeBytes();
    for (size_t i = 0; i <= kCells; ++i)
      bytes =
          With(std::move(bytes), kStartsAt + i * 4, rng.Below(2) == 0 ? odd[rng.Below(8)] : rng.Below(99));
    Cells cells;
    EXPECT(Cells::Open(bytes, kRows, kDims, false, &cells).ok());
    for (uint32_t cell = 0; cell < kCells; ++cell) {
      const auto [begin, end] = cells.RowsOf(cell);
      EXPECT(begin <= end && end <= kRows);
    }
  }
}

}  // namespace
}  // namespace sepet::hnsw

int main() {
  sepet::hnsw::SameBytesForAnyThreads();
  if (sepet::hnsw::testing::kThreadSanitized) return sepet::testing::Failures();
  sepet::hnsw::HoldsWhatThePlainComputationGives();
  sepet::hnsw::NoRowsHaveNoCells();
  sepet::hnsw::OddVectorsMakeGoodCells();
  sepet::hnsw::BadStartsAreRefused();
  sepet::hnsw::DamagedHeadersAreRefused();
  sepet::hnsw::DamagedNumbersAreRefusedUnlessTrusted();
  sepet::hnsw::RowsOfStayWithinTheRows();
  return sepet::testing::Failures();
}
