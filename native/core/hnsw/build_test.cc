// Recall against the exact scan is held by floors; so are the odd inputs: few rows, duplicates, zeros.
#include "core/hnsw/build.h"

#include <array>
#include <cmath>

#include "core/base/testing.h"
#include "core/hnsw/testing.h"

namespace sepet::hnsw {
namespace {

using namespace sepet::hnsw::testing;

constexpr BuildParameters kUsual{16, 200, 1, 42};

// Rows that base links lead to from the entry.
size_t Reachable(const Graph& graph, size_t rows) {
  std::vector<uint8_t> seen(rows);
  std::vector<uint32_t> stack = {graph.EntryRow()};
  seen[stack[0]] = 1;
  size_t count = 0;
  while (!stack.empty()) {
    const uint32_t row = stack.back();
    stack.pop_back();
    ++count;
    for (const uint32_t next : graph.Base(row)) {
      if (next == kNone || seen[next] != 0) continue;
      seen[next] = 1;
      stack.push_back(next);
    }
  }
  return count;
}

void ExpectRecall(const char* what, double recall, double floor) {
  std::printf("%s: recall@10 %.4f (floor %.3f)\n", what, recall, floor);
  EXPECT(recall >= floor);
}

void RecallHoldsItsFloors() {
  const Products products = MakeProducts(2500, 33, 11);
  const Built shaped = BuildGraph({products.vectors(), products.queries()}, {16, 100, 2, 42});
  ExpectRecall("IN queries as samples, ef 200", Recall(shaped, products, 10, 200, 0, 200), 0.99);
  ExpectRecall("the same with popularity, ef 200", Recall(shaped, products, 10, 200, 1, 200), 0.99);
  ExpectRecall("the same at ef 64", Recall(shaped, products, 10, 64, 0.5f, 200), 0.97);
  const Built plain = BuildGraph({products.vectors(), {nullptr, 0, 33}}, {16, 100, 2, 42});
  // These queries are far from every vector: without samples hnswlib finds 0.75 here.
  ExpectRecall("without samples, ef 200", Recall(plain, products, 10, 200, 0, 200), 0.93);
  const double with = Recall(shaped, products, 10, 16, 0, 200),
               without = Recall(plain, products, 10, 16, 0, 200);
  std::printf("at ef 16: %.4f with samples, %.4f without\n", with, without);
  EXPECT(with > without + 0.02);
}

// Above 65,536 rows the sample queries are answered by the graph itself.
void LargeGraphsShapeThemselves() {
  const Products products = MakeProducts(66000, 4, 9);
  std::vector<float> sample(products.in.begin(), products.in.begin() + 4 * 500);
  const Built built = BuildGraph({products.vectors(), {sample.data(), 500, 4}}, {5, 12, 2, 1});
  EXPECT(Reachable(built.graph, products.rows) == products.rows);
  ExpectRecall("66 K rows", Recall(built, products, 10, 200, 0.5f, 50), 0.9);
}

// The same bytes from every kernel and every number of threads; other bytes from another seed.
void BytesDependOnTheSeedOnly() {
  const Products products = MakeProducts(kThreadSanitized ? 700 : 2600, 17, 5);
  for (const Vectors& queries : {products.queries(), Vectors{nullptr, 0, 17}}) {
    const BuildInput input{products.vectors(), queries};
    const std::vector<std::byte> first = BuildGraph(input, {8, 40, 1, 7}).bytes;
    const auto same = [&](const simd::Kernels& kernels, uint32_t threads) {
      std::vector<std::byte> bytes;
      EXPECT(Build(input, kernels, {8, 40, threads, 7}, Progress(), &bytes).ok());
      return bytes == first;
    };
    for (const simd::Kernels* kernels : simd::AvailableKernels()) EXPECT(same(*kernels, 2));
    for (const uint32_t threads : {1u, 7u}) EXPECT(same(simd::ActiveKernels(), threads));
    EXPECT(BuildGraph(input, {8, 40, 1, 8}).bytes != first);
  }
}

// From 0 rows on: every search returns exactly what the scan does.
void SmallGraphsAreExact() {
  Scratch scratch;
  for (size_t rows = 0; rows < 40; ++rows) {
    const Products products = MakeProducts(rows, 7, rows + 1);
    const Built built = BuildGraph({products.vectors(), products.queries()}, {4, 20, 1, rows});
    EXPECT(built.graph.header().rows == rows);
    for (size_t row = 0; row < rows; ++row) {
      for (const uint32_t skip : {kNone, static_cast<uint32_t>(row)}) {
        const Query query{products.queries().Row(row), 50, 10, skip};
        const auto found = SearchAll(built, products.vectors(), query, scratch);
        const auto truth = ScanAll(products.vectors(), query, scratch);
        EXPECT(found.size() == rows - (skip == kNone ? 0 : 1) && found.size() == truth.size());
        for (size_t i = 0; i < found.size(); ++i) EXPECT(found[i].row == truth[i].row);
      }
    }
    if (rows == 0) {
      const float query[7] = {};
      EXPECT(SearchAll(built, products.vectors(), {query, 5, 10, kNone}, scratch).empty());
    }
  }
}

void DuplicatesDoNoHarm() {
  constexpr size_t kRows = 1500;
  Products products = MakeProducts(kRows, 16, 8);
  // Half of the products never sold: all zero. And 200 copies of one that did.
  for (size_t row = 700; row < kRows; ++row) std::fill_n(products.out.begin() + row * 16, 16, 0.0f);
  for (size_t row = 300; row < 500; ++row)
    std::copy_n(products.out.begin() + 3 * 16, 16, products.out.begin() + row * 16);
  for (const uint32_t threads : {1u, 2u}) {
    const Built built = BuildGraph({products.vectors(), products.queries()}, {8, 64, threads, 1});
    EXPECT(Reachable(built.graph, kRows) == kRows);
    ExpectRecall("with duplicates", Recall(built, products, 10, 400, 0, 150), 0.95);
  }
  std::fill(products.out.begin(), products.out.end(), 0.0f);
  const Built zeros = BuildGraph({products.vectors(), {nullptr, 0, 16}}, {2, 8, 2, 1});
  EXPECT(Reachable(zeros.graph, kRows) == kRows);
}

void EveryRowIsReachable() {
  for (const uint32_t m : {2u, 3u, 128u}) {
    const Products products = MakeProducts(700, 12, m);
    const Built built = BuildGraph({products.vectors(), {nullptr, 0, 12}}, {m, std::max(m, 10u), 2, 3});
    EXPECT(Reachable(built.graph, 700) == 700);
  }
}

void WrongInputIsRefused() {
  Products products = MakeProducts(50, 8, 1);
  const auto code = [&](BuildParameters p) {
    std::vector<std::byte> bytes;
    return Build({products.vectors(), products.queries()}, simd::ActiveKernels(), p, Progress(), &bytes)
        .code();
  };
  EXPECT(code(kUsual) == Code::kOk);
  for (const BuildParameters& p :
       {BuildParameters{1, 200, 1, 0}, BuildParameters{129, 200, 1, 0}, BuildParameters{16, 15, 1, 0},
        BuildParameters{16, 4097, 1, 0}, BuildParameters{16, 200, 0, 0}, BuildParameters{16, 200, 257, 0}})
    EXPECT(code(p) == Code::kArgumentInvalid);
  products.in[8 * 7] = NAN;
  EXPECT(code(kUsual) == Code::kVectorNotFinite);
  products.in[8 * 7] = 0;
  for (const float bad : {NAN, INFINITY, -INFINITY, 1e30f}) {
    products.out[8 * 33 + 5] = bad;
    std::vector<std::byte> bytes;
    const Status status =
        Build({products.vectors(), products.queries()}, simd::ActiveKernels(), kUsual, Progress(), &bytes);
    EXPECT(status.code() == Code::kVectorNotFinite && status.message().find("row 33 ") != std::string::npos);
  }
}

void CancelStops() {
  const Products products = MakeProducts(500, 8, 1);
  std::array<int64_t, 3> counters = {1, 0, 0};
  std::vector<std::byte> bytes;
  const Status status = Build({products.vectors(), products.queries()}, simd::ActiveKernels(), kUsual,
                              Progress(counters), &bytes);
  EXPECT(status.code() == Code::kCancelled && bytes.empty() && counters[1] == 0);
  counters = {};
  EXPECT(Build({products.vectors(), products.queries()}, simd::ActiveKernels(), kUsual, Progress(counters),
               &bytes)
             .ok());
  EXPECT(counters[1] == counters[2] && counters[1] == 1000);
}

}  // namespace
}  // namespace sepet::hnsw

int main() {
  using namespace sepet::hnsw;
  BytesDependOnTheSeedOnly();
  DuplicatesDoNoHarm();
  EveryRowIsReachable();
  if (sepet::hnsw::testing::kThreadSanitized) return sepet::testing::Failures();
  RecallHoldsItsFloors();
  LargeGraphsShapeThemselves();
  SmallGraphsAreExact();
  WrongInputIsRefused();
  CancelStops();
  return sepet::testing::Failures();
}
