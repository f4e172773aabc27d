#include "core/hnsw/codes.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <tuple>

#include "core/base/testing.h"
#include "core/hnsw/testing.h"

namespace sepet::hnsw {
namespace {

using testing::Built;
using testing::MakeProducts;
using testing::Products;

Built GraphOver(const Products& products, uint32_t m) {
  return testing::BuildGraph({products.vectors(), products.queries()}, {m, 60, 1, 7});
}

struct Coded {
  std::vector<std::byte> bytes;
  Codes codes;
  Status status;
};

Coded Code(const Graph& graph, const Vectors& vectors, uint32_t bits, uint32_t threads = 1) {
  Coded coded;
  coded.status = BuildCodes(graph, vectors, {bits, threads, 11}, Progress(), &coded.bytes);
  if (coded.status.ok()) coded.status = Codes::Open(coded.bytes, graph, vectors.dims, &coded.codes);
  return coded;
}

float Dot(const float* a, const float* b, size_t n) {
  return simd::kScalar.dot(a, b, n);
}

void RotationKeepsProducts() {
  Rng rng(5);
  for (size_t dims = 1; dims <= 130; ++dims) {
    const Rotation rotation(dims, dims);
    std::vector<float> a(dims), b(dims);
    for (size_t i = 0; i < dims; ++i) a[i] = testing::Gauss(rng), b[i] = testing::Gauss(rng);
    const float before = Dot(a.data(), b.data(), dims);
    std::vector<float> again = a;
    rotation.Apply(a.data());
    rotation.Apply(b.data());
    EXPECT(std::fabs(Dot(a.data(), b.data(), dims) - before) < 1e-3f);
    Rotation(dims, dims).Apply(again.data());
    EXPECT(again == a);
  }
}

// The formula of rotation.h, one value at a time.
void RotatePlainly(std::vector<float>& values, uint64_t seed) {
  const size_t dims = values.size(), block = std::bit_floor(dims);
  const float scale = 1 / std::sqrt(static_cast<float>(block));
  Rng rng(seed);
  for (const size_t first : {size_t{0}, dims - block, size_t{0}, dims - block}) {
    for (size_t i = 0; i < dims; ++i) {
      const float size = i >= first && i < first + block ? scale : 1.0f;
      values[i] *= rng.Below(2) == 0 ? size : -size;
    }
    for (size_t half = 1; half < block; half *= 2)
      for (size_t i = 0; i < block; ++i) {
        if (i & half) continue;
        float &a = values[first + i], &b = values[first + i + half];
        std::tie(a, b) = std::pair(a + b, a - b);
      }
  }
}

// Files hold codes of rotated vectors: the bits must stay.
void RotationHasTheBitsOfTheFormula() {
  Rng rng(6);
  for (size_t dims = 1; dims <= 600; ++dims) {
    std::vector<float> values(dims);
    for (float& value : values) value = testing::Gauss(rng);
    std::vector<float> wanted = values;
    RotatePlainly(wanted, dims);
    Rotation(dims, dims).Apply(values.data());
    EXPECT(std::memcmp(values.data(), wanted.data(), dims * sizeof(float)) == 0);
  }
}

// A vector with one value only is spread over all coordinates, and no coordinate takes more than a few times
// its share.
void RotationSpreads() {
  for (const size_t dims : {64u, 72u, 100u, 256u}) {
    const Rotation rotation(dims, 3);
    std::vector<float> values(dims);
    values[dims / 2] = 1;
    rotation.Apply(values.data());
    float largest = 0;
    for (const float value : values) largest = std::max(largest, std::fabs(value));
    EXPECT(largest < 5 / std::sqrt(static_cast<float>(dims)));
  }
}

// The mean of the errors, and their root mean square, in units of |q||x - c|.
std::pair<double, double> Errors(const Products& products, const Graph& graph, const Codes& codes) {
  const Vectors vectors = products.vectors();
  const Rotation rotation(codes.coded_dims(), codes.header().seed);
  Tables tables;
  double sum = 0, squares = 0;
  size_t count = 0;
  for (uint32_t q = 0; q < 50; ++q) {
    const float* query = products.queries().Row(q * 7);
    tables.Reset(simd::kScalar, codes, rotation, query);
    const float length = std::sqrt(Dot(query, query, vectors.dims));
    for (uint32_t row = q; row < vectors.rows; row += 211) {
      const float exact = Dot(query, vectors.Row(row), vectors.dims);
      for (size_t group = 0; group < codes.groups(); ++group) {
        float estimates[kGroup];
        Estimate(simd::kScalar, codes, tables, codes.Block(row, group), exact, 0, estimates);
        for (size_t j = 0; j < kGroup && group * kGroup + j < graph.Base(row).size(); ++j) {
          const uint32_t other = graph.Base(row)[group * kGroup + j];
          if (other == kNone) break;
          const float gap =
              std::sqrt(simd::kScalar.squared_distance(vectors.Row(row), vectors.Row(other), vectors.dims));
          if (gap == 0) continue;
          const double error = (estimates[j] - Dot(query, vectors.Row(other), vectors.dims)) / (length * gap);
          sum += error;
          squares += error * error;
          ++count;
        }
      }
    }
  }
  return {sum / static_cast<double>(count), std::sqrt(squares / static_cast<double>(count))};
}

// The quantisers' own distortion (0.36 and 0.12 of the variance) over sqrt(dims), with some room.
void EstimatesAreClose() {
  for (const auto& [dims, m, bits, bound] : {std::tuple<size_t, uint32_t, uint32_t, double>{64, 16, 2, 0.055},
                                             {65, 16, 2, 0.055},
                                             {64, 16, 1, 0.11},
                                             {24, 8, 2, 0.09},
                                             {100, 24, 2, 0.045},
                                             {200, 16, 1, 0.065}}) {
    const Products products = MakeProducts(1500, dims, dims);
    const Built built = GraphOver(products, m);
    const Coded coded = Code(built.graph, products.vectors(), bits);
    if (!EXPECT(coded.status.ok())) continue;
    const auto [bias, spread] = Errors(products, built.graph, coded.codes);
    if (!EXPECT(spread < bound && std::fabs(bias) < 0.1 * bound))
      std::fprintf(stderr, "dims %zu bits %u: bias %.4f, spread %.4f\n", dims, bits, bias, spread);
  }
}

void SameBytesForAnyThreads() {
  const size_t rows = testing::kThreadSanitized ? 1000 : 3000;
  const Products products = MakeProducts(rows, 33, 9);
  const Built built = GraphOver(products, 12);
  const Coded one = Code(built.graph, products.vectors(), 2, 1);
  const Coded four = Code(built.graph, products.vectors(), 2, 4);
  EXPECT(one.status.ok() && one.bytes == four.bytes);
  EXPECT(one.bytes.size() < CodesMemoryBound(rows, 33, 24, 2));
  // Into memory that holds something else.
  std::vector<std::byte> used(one.bytes.size(), std::byte{0xFF});
  const auto fill = [&](std::span<std::byte> bytes) {
    return BuildCodes(built.graph, products.vectors(), {2, 3, 11}, Progress(), bytes);
  };
  EXPECT(fill(used).ok() && used == one.bytes);
  EXPECT(fill(std::span(used).first(used.size() - 1)).code() == Code::kArgumentInvalid);
}

void KernelsAgree() {
  const Products products = MakeProducts(500, 65, 4);
  const Built built = GraphOver(products, 16);
  const Coded coded = Code(built.graph, products.vectors(), 2);
  const Rotation rotation(coded.codes.coded_dims(), coded.codes.header().seed);
  Tables tables, again;
  tables.Reset(simd::kScalar, coded.codes, rotation, products.in.data());
  for (const simd::Kernels* kernels : simd::AvailableKernels()) {
    again.Reset(*kernels, coded.codes, rotation, products.in.data());
    EXPECT(std::memcmp(again.entries(), tables.entries(), coded.codes.header().positions * size_t{16}) == 0);
    for (uint32_t row = 0; row < 500; ++row) {
      float plain[kGroup], fast[kGroup];
      Estimate(simd::kScalar, coded.codes, tables, coded.codes.Block(row, 0), 0.5f, 0, plain);
      Estimate(*kernels, coded.codes, tables, coded.codes.Block(row, 0), 0.5f, 0, fast);
      EXPECT(std::memcmp(plain, fast, sizeof plain) == 0);
    }
  }
}

void DuplicatesAndZerosAreFinite() {
  Products products = MakeProducts(200, 16, 2);
  for (size_t i = 0; i < 16 * 40; ++i) products.out[i] = 0;
  for (size_t row = 40; row < 120; ++row) std::copy_n(&products.out[120 * 16], 16, &products.out[row * 16]);
  const Built built = GraphOver(products, 8);
  const Coded coded = Code(built.graph, products.vectors(), 2);
  const Rotation rotation(coded.codes.coded_dims(), coded.codes.header().seed);
  Tables tables;
  for (const float factor : {0.0f, 1e-44f, 1e-38f, 1.0f, 1e15f}) {
    std::vector<float> query(16, factor);
    tables.Reset(simd::ActiveKernels(), coded.codes, rotation, query.data());
    for (uint32_t row = 0; row < 200; ++row) {
      float estimates[kGroup];
      Estimate(simd::ActiveKernels(), coded.codes, tables, coded.codes.Block(row, 0), 0, 0, estimates);
      for (const float estimate : estimates) EXPECT(std::isfinite(estimate));
    }
  }
}

void OpenRefuses() {
  const Products products = MakeProducts(100, 16, 6);
  const Built built = GraphOver(products, 8);
  const Built other = GraphOver(MakeProducts(90, 16, 6), 8);
  const Coded coded = Code(built.graph, products.vectors(), 2);
  Codes codes;
  EXPECT(coded.codes.header().positions == 8);
  EXPECT(Codes::Open(coded.bytes, other.graph, 16, &codes).code() == Code::kFileDamaged);
  EXPECT(Codes::Open(coded.bytes, built.graph, 17, &codes).code() == Code::kFileDamaged);
  EXPECT(Codes::Open(std::span(coded.bytes).first(63), built.graph, 16, &codes).code() == Code::kFileForeign);
  EXPECT(Codes::Open(std::span(coded.bytes).first(coded.bytes.size() - 1), built.graph, 16, &codes).code() ==
         Code::kFileDamaged);
  const auto spoiled = [&](size_t at) {
    std::vector<std::byte> bytes = coded.bytes;
    bytes[at] ^= std::byte{0x14};
    return Codes::Open(bytes, built.graph, 16, &codes).code();
  };
  EXPECT(spoiled(0) == Code::kFileForeign);
  EXPECT(spoiled(8) == Code::kFileVersion);
  for (const size_t at : {12u, 16u, 20u, 24u, 28u}) EXPECT(spoiled(at) == Code::kFileDamaged);
  std::vector<std::byte> bytes;
  EXPECT(BuildCodes(built.graph, products.vectors(), {3, 1, 0}, Progress(), &bytes).code() ==
         Code::kArgumentInvalid);
  int64_t counters[3] = {1, 0, 0};
  EXPECT(BuildCodes(built.graph, products.vectors(), {2, 1, 0}, Progress(counters), &bytes).code() ==
         Code::kCancelled);
}

}  // namespace
}  // namespace sepet::hnsw

int main() {
  using namespace sepet::hnsw;
  SameBytesForAnyThreads();
  if (sepet::hnsw::testing::kThreadSanitized) return sepet::testing::Failures();
  RotationKeepsProducts();
  RotationHasTheBitsOfTheFormula();
  RotationSpreads();
  EstimatesAreClose();
  KernelsAgree();
  DuplicatesAndZerosAreFinite();
  OpenRefuses();
  return sepet::testing::Failures();
}
