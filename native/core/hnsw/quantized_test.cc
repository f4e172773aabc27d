// The int8 copy: what is refused, what it holds, and that a scan over it finds what the exact scan finds.
#include "core/hnsw/quantized.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "core/base/testing.h"
#include "core/hnsw/narrow.h"
#include "core/hnsw/testing.h"

namespace sepet::hnsw {
namespace {

using namespace sepet::hnsw::testing;

std::vector<std::byte> MakeBytes(const Vectors& vectors) {
  std::vector<std::byte> bytes;
  EXPECT(BuildQuantized(vectors, &bytes).ok());
  return bytes;
}

Quantized MakeQuantized(std::span<const std::byte> bytes, const Vectors& vectors) {
  Quantized quantized;
  EXPECT(Quantized::Open(bytes, vectors.rows, vectors.dims, &quantized).ok());
  return quantized;
}

void ValuesAreRoundedToTheScale() {
  const std::vector<float> data = {1, 0, -2, 1e-44f, -0.5f, 0, 4, 0, 0.25f, 0, -8, 0};
  const Vectors vectors{data.data(), 3, 4};
  const std::vector<std::byte> bytes = MakeBytes(vectors);
  EXPECT(bytes.size() == 64 + 64 + 12 && bytes.size() == QuantizedBytes(3, 4));
  const Quantized quantized = MakeQuantized(bytes, vectors);
  const int8_t wanted[12] = {127, 0, -32, 0, -64, 0, 64, 0, 32, 0, -127, 0};
  for (uint32_t row = 0; row < 3; ++row)
    for (size_t i = 0; i < 4; ++i) EXPECT(quantized.Row(row)[i] == wanted[row * 4 + i]);
  EXPECT(quantized.scales()[0] == 1.0f / 127 && quantized.scales()[1] == 0 && quantized.scales()[3] == 0);
}

void NoValueIsFurtherOffThanHalfAStep() {
  const Products products = MakeProducts(300, 33, 4);
  const std::vector<std::byte> bytes = MakeBytes(products.vectors());
  const Quantized quantized = MakeQuantized(bytes, products.vectors());
  for (uint32_t row = 0; row < 300; ++row)
    for (size_t i = 0; i < 33; ++i) {
      const float step = quantized.scales()[i];
      EXPECT(std::fabs(static_cast<float>(quantized.Row(row)[i]) * step - products.vectors().Row(row)[i]) <=
             0.501f * step);
    }
}

void BadVectorsAreRefused() {
  std::vector<float> data(12, 1);
  std::vector<std::byte> bytes;
  for (const float bad : {std::nanf(""), INFINITY, -INFINITY}) {
    data[7] = bad;
    const Status status = BuildQuantized({data.data(), 3, 4}, &bytes);
    EXPECT(status.code() == Code::kVectorNotFinite && status.message().find("row 1") != std::string::npos);
  }
  EXPECT(BuildQuantized({data.data(), 1, 0}, &bytes).code() == Code::kArgumentInvalid);
  EXPECT(BuildQuantized({data.data(), 1, kMaxDims + 1}, &bytes).code() == Code::kArgumentInvalid);
}

void SameBytesForAnyThreads() {
  Products products = MakeProducts(500, 33, 6);
  const Vectors vectors = products.vectors();
  const std::vector<std::byte> one = MakeBytes(vectors);
  for (const uint32_t threads : {2u, 3u, 7u}) {
    std::vector<std::byte> bytes(one.size(), std::byte{0xFF});
    EXPECT(BuildQuantized(vectors, threads, bytes).ok() && bytes == one);
  }
  std::vector<std::byte> bytes(one.size() + 1);
  EXPECT(BuildQuantized(vectors, 2, bytes).code() == Code::kArgumentInvalid);
  // Of several bad rows the first is named.
  for (const size_t row : {490u, 130u, 131u}) products.out[row * 33] = INFINITY;
  const Status status = BuildQuantized(vectors, &bytes, 4);
  EXPECT(status.code() == Code::kVectorNotFinite && status.message().find("row 130 ") != std::string::npos);
}

void DamageIsRefused() {
  constexpr size_t kRows = 5, kDims = 9;
  const Products products = MakeProducts(kRows, kDims, 5);
  const std::vector<std::byte> whole = MakeBytes(products.vectors());
  Quantized quantized;
  const auto open = [&](std::span<const std::byte> bytes, size_t rows, size_t dims) {
    return Quantized::Open(bytes, rows, dims, &quantized).code();
  };
  const auto code = [&](std::span<const std::byte> bytes) { return open(bytes, kRows, kDims); };
  EXPECT(code(whole) == Code::kOk);
  EXPECT(open(whole, kRows + 1, kDims) == Code::kArgumentInvalid);
  EXPECT(open(whole, kRows, kDims - 1) == Code::kArgumentInvalid);
  EXPECT(code({}) == Code::kFileForeign);
  for (size_t length = 0; length < whole.size(); ++length)
    EXPECT(code(std::span(whole).first(length)) == (length < 64 ? Code::kFileForeign : Code::kFileDamaged));
  const auto with = [&](size_t at, auto value) {
    std::vector<std::byte> bytes = whole;
    std::memcpy(bytes.data() + at, &value, sizeof value);
    return code(bytes);
  };
  EXPECT(with(0, 'x') == Code::kFileForeign);
  EXPECT(with(8, 2u) == Code::kFileVersion);
  EXPECT(with(offsetof(QuantizedHeader, rows), 4u) == Code::kArgumentInvalid);
  EXPECT(with(offsetof(QuantizedHeader, rows), 0xFFFFFFFFu) == Code::kFileDamaged);
  EXPECT(with(offsetof(QuantizedHeader, dims), 0u) == Code::kFileDamaged);
  EXPECT(with(offsetof(QuantizedHeader, dims), 0xFFFFFFFFu) == Code::kFileDamaged);
  for (size_t at = offsetof(QuantizedHeader, zero); at < 64; ++at)
    EXPECT(with(at, 'x') == Code::kFileDamaged);
  for (const float scale : {std::nanf(""), INFINITY, -1.0f, -INFINITY})
    EXPECT(with(64 + 8 * 4, scale) == Code::kFileDamaged);
  for (size_t at = 64 + 9 * 4; at < 128; ++at) EXPECT(with(at, 'x') == Code::kFileDamaged);
  std::vector<std::byte> longer = whole;
  longer.push_back({});
  EXPECT(code(longer) == Code::kFileDamaged);
}

std::vector<uint32_t> EveryRow(size_t rows, uint32_t step) {
  std::vector<uint32_t> among;
  for (uint32_t row = 0; row < rows; row += step) among.push_back(row);
  return among;
}

// The share of the exact scan's hits that ScanQuantized has; everything else about them must be right.
double Compare(const Quantized& quantized, const Vectors& vectors, std::span<const uint32_t> among,
               const Queries& queries, uint32_t rerank) {
  size_t found = 0, wanted = 0;
  for (const simd::Kernels* kernels : simd::AvailableKernels()) {
    Scratch exact, scratch;
    ScanAmong(vectors, *kernels, among, queries, exact);
    for (int again = 0; again < 2; ++again)
      ScanQuantized(quantized, vectors, *kernels, among, queries, rerank, scratch);
    for (size_t q = 0; q < queries.count; ++q) {
      const std::vector<Hit>& truth = exact.tops[q].Sorted();
      const std::vector<Hit>& hits = scratch.tops[q].Sorted();
      EXPECT(hits.size() == truth.size());
      EXPECT(std::is_sorted(hits.begin(), hits.end(), Better));
      wanted += truth.size();
      for (const Hit& hit : hits) {
        EXPECT(std::binary_search(among.begin(), among.end(), hit.row));
        EXPECT(queries.skip.empty() || hit.row != queries.skip[q]);
        EXPECT(hit.score ==
               kernels->dot(queries.data + q * vectors.dims, vectors.Row(hit.row), vectors.dims));
        for (const Hit& true_hit : truth) found += hit.row == true_hit.row ? 1 : 0;
      }
    }
  }
  return wanted == 0 ? 1 : static_cast<double>(found) / static_cast<double>(wanted);
}

void FindsWhatTheExactScanFinds() {
  constexpr size_t kRows = 6000;
  for (const size_t dims : {8, 64, 100}) {
    const Products products = MakeProducts(kRows, dims, dims);
    const std::vector<std::byte> bytes = MakeBytes(products.vectors());
    const Quantized quantized = MakeQuantized(bytes, products.vectors());
    const uint32_t skip[5] = {0, kNone, 12, 13, 5};
    for (const uint32_t step : {1, 2, 3}) {
      const std::vector<uint32_t> among = EveryRow(kRows, step);
      for (const uint32_t k : {1u, 10u, 100u}) {
        const double recall =
            Compare(quantized, products.vectors(), among, {products.in.data() + 40 * dims, 5, k, skip}, 0);
        if (!EXPECT(recall >= 0.99)) std::fprintf(stderr, "dims %zu k %u recall %.4f\n", dims, k, recall);
      }
    }
    const std::vector<uint32_t> all = EveryRow(kRows, 1);
    for (const uint32_t k : {static_cast<uint32_t>(kRows / 4), static_cast<uint32_t>(kRows + 9)})
      EXPECT(Compare(quantized, products.vectors(), all, {products.in.data(), 2, k, {}}, 0) == 1);
    EXPECT(Compare(quantized, products.vectors(), {}, {products.in.data(), 2, 10, {}}, 32) == 1);
    EXPECT(Compare(quantized, products.vectors(), std::span(all).first(1), {products.in.data(), 2, 10, skip},
                   32) == 1);
    EXPECT(Compare(quantized, products.vectors(), all, {products.in.data(), 0, 10, {}}, 32) == 1);
    EXPECT(Compare(quantized, products.vectors(), all, {products.in.data(), 2, 0, {}}, 32) == 1);
  }
}

// Rows behind the copy are scored exactly.
void RowsBehindTheCopyAreFound() {
  constexpr size_t kRows = 4000, kCovered = 2500, kDims = 24;
  const Products products = MakeProducts(kRows, kDims, 8);
  const Vectors covered{products.out.data(), kCovered, kDims};
  const std::vector<std::byte> bytes = MakeBytes(covered);
  const Quantized quantized = MakeQuantized(bytes, covered);
  const std::vector<uint32_t> all = EveryRow(kRows, 1);
  const uint32_t skip[3] = {3999, 2500, 2499};
  EXPECT(Compare(quantized, products.vectors(), all, {products.in.data(), 3, 10, skip}, 0) >= 0.99);
  EXPECT(Compare(quantized, products.vectors(), std::span(all).subspan(kCovered),
                 {products.in.data(), 3, 10, skip}, 0) == 1);
}

// With estimates all equal the lower rows count, as they do among equal scores.
void DuplicatesAndZerosAreOrderedByRow() {
  constexpr size_t kRows = 3000, kDims = 16;
  Products products = MakeProducts(kRows, kDims, 9);
  const std::vector<uint32_t> all = EveryRow(kRows, 1);
  for (size_t row = 0; row < kRows; ++row)
    std::copy_n(products.out.begin(), kDims, products.out.begin() + static_cast<std::ptrdiff_t>(row * kDims));
  std::vector<std::byte> bytes = MakeBytes(products.vectors());
  EXPECT(Compare(MakeQuantized(bytes, products.vectors()), products.vectors(), all,
                 {products.in.data(), 3, 10, {}}, 0) == 1);
  products.out.assign(kRows * kDims, 0);
  bytes = MakeBytes(products.vectors());
  EXPECT(Compare(MakeQuantized(bytes, products.vectors()), products.vectors(), all,
                 {products.in.data(), 3, 10, {}}, 0) == 1);
  products.in.assign(kRows * kDims, 0);
  EXPECT(Compare(MakeQuantized(bytes, products.vectors()), products.vectors(), all,
                 {products.in.data(), 3, 10, {}}, 0) == 1);
}

// The same answers whatever the length of the query, and none that breaks for values that a query may not
// hold.
void AnyQueryIsSafe() {
  constexpr size_t kRows = 2000, kDims = 16;
  const Products products = MakeProducts(kRows, kDims, 10);
  const std::vector<std::byte> bytes = MakeBytes(products.vectors());
  const Quantized quantized = MakeQuantized(bytes, products.vectors());
  const std::vector<uint32_t> all = EveryRow(kRows, 1);
  for (const float size : {1e-30f, 1e30f}) {
    std::vector<float> query(products.in.begin(), products.in.begin() + kDims);
    for (float& value : query) value *= size;
    EXPECT(Compare(quantized, products.vectors(), all, {query.data(), 1, 10, {}}, 0) >= 0.9);
  }
  Scratch scratch;
  for (const float bad : {std::nanf(""), INFINITY, std::numeric_limits<float>::max()}) {
    const std::vector<float> query(kDims, bad);
    ScanQuantized(quantized, products.vectors(), simd::ActiveKernels(), all, {query.data(), 1, 10, {}}, 0,
                  scratch);
    for (const Hit& hit : scratch.tops[0].Sorted()) EXPECT(hit.row < kRows);
  }
}

}  // namespace
}  // namespace sepet::hnsw

int main() {
  sepet::hnsw::SameBytesForAnyThreads();
  if (sepet::hnsw::testing::kThreadSanitized) return sepet::testing::Failures();
  sepet::hnsw::ValuesAreRoundedToTheScale();
  sepet::hnsw::NoValueIsFurtherOffThanHalfAStep();
  sepet::hnsw::BadVectorsAreRefused();
  sepet::hnsw::DamageIsRefused();
  sepet::hnsw::FindsWhatTheExactScanFinds();
  sepet::hnsw::RowsBehindTheCopyAreFound();
  sepet::hnsw::DuplicatesAndZerosAreOrderedByRow();
  sepet::hnsw::AnyQueryIsSafe();
  return sepet::testing::Failures();
}
