#include "core/hnsw/search.h"

#include <algorithm>
#include <atomic>

#include "core/base/testing.h"
#include "core/base/threads.h"
#include "core/hnsw/quantized.h"
#include "core/hnsw/testing.h"

namespace sepet::hnsw {
namespace {

using namespace sepet::hnsw::testing;

// The scan's own oracle: sort everything.
void ScanEqualsSort() {
  Products products = MakeProducts(700, 9, 3);
  std::copy_n(products.out.begin() + 9 * 5, 9, products.out.begin() + 9 * 6);  // a tie
  Scratch scratch;
  for (const uint32_t k : {1u, 7u, 700u, 5000u}) {
    const std::vector<uint32_t> skip = {kNone, 6, 0};
    Scan(products.vectors(), simd::ActiveKernels(), {products.in.data(), 3, k, skip}, scratch);
    for (size_t q = 0; q < 3; ++q) {
      std::vector<Hit> all;
      for (uint32_t row = 0; row < 700; ++row)
        if (row != skip[q])
          all.push_back(
              {simd::ActiveKernels().dot(products.queries().Row(q), products.vectors().Row(row), 9), row});
      std::sort(all.begin(), all.end(), Better);
      all.resize(std::min<size_t>(k, all.size()));
      const auto& got = scratch.tops[q].Sorted();
      EXPECT(std::equal(got.begin(), got.end(), all.begin(), all.end(),
                        [](const Hit& a, const Hit& b) { return a.row == b.row && a.score == b.score; }));
    }
  }
}

void ThePoolKeepsTheBest() {
  Rng rng(12);
  Pool pool;
  for (int round = 0; round < 200; ++round) {
    const size_t capacity = 1 + rng.Below(20);
    pool.Reset(capacity);
    std::vector<Hit> all;
    for (uint32_t row = 0; row < rng.Below(60); ++row) {
      const Hit hit{static_cast<float>(rng.Below(10)), row};
      all.push_back(hit);
      if (pool.Accepts(hit.score)) pool.Offer(hit);
      if (rng.Below(3) == 0) pool.Next();
    }
    std::sort(all.begin(), all.end(), Better);
    all.resize(std::min(capacity, all.size()));
    EXPECT(pool.size() == all.size());
    for (size_t i = 0; i < all.size(); ++i) EXPECT(pool[i].row == all[i].row);
    while (pool.Next() != kNone) continue;
    EXPECT(pool.Next() == kNone);
  }
}

void VisitedForgetsBetweenQueries() {
  Visited visited;
  for (int query = 0; query < 200000; ++query) {  // past the wrap of its counter, twice
    visited.Reset(3);
    EXPECT(visited.Mark(1));
    EXPECT(!visited.Mark(1));
    if (query % 1000 == 0) EXPECT(visited.Mark(2));
  }
  visited.Reset(9);
  for (uint32_t row = 0; row < 9; ++row) EXPECT(visited.Mark(row));
}

void ResultsDoNotDependOnTheScratch() {
  const Products products = MakeProducts(2000, 17, 4);
  const Built built = BuildGraph({products.vectors(), products.queries()}, {8, 50, 2, 1});
  Scratch used;
  for (uint32_t row = 0; row < 100; ++row) {
    Scratch fresh;
    const Query query{products.queries().Row(row), 1 + row % 20, 10 + row, row};
    const auto a = SearchAll(built, products.vectors(), query, used);
    const auto b = SearchAll(built, products.vectors(), query, fresh);
    EXPECT(a.size() == query.k && a.size() == b.size());
    for (size_t i = 0; i < a.size(); ++i) {
      EXPECT(a[i].row == b[i].row && a[i].row != row);
      EXPECT(i == 0 || Better(a[i - 1], a[i]));
    }
  }
}

// The vectors of the upper nodes in bytes lead down to rows that are as good, or nearly.
void TheWayDownInBytesEndsAsHigh() {
  constexpr size_t kRows = kSanitized ? 1500 : 6000;
  for (const size_t dims : {9, 64}) {
    const Products products = MakeProducts(kRows, dims, 9);
    const Vectors vectors = products.vectors();
    const Built built = BuildGraph({vectors, products.queries()}, {6, 50, 2, 1});
    const size_t nodes = built.graph.header().upper_nodes;
    EXPECT(nodes > kRows / 10 && built.graph.header().max_level > 1);
    std::vector<std::byte> bytes(QuantizedBytes(nodes, dims));
    EXPECT(BuildUpper(built.graph, vectors, 3, bytes).ok());
    std::vector<std::byte> once(bytes.size());
    EXPECT(BuildUpper(built.graph, vectors, 1, once).ok() && once == bytes);
    EXPECT(BuildUpper(built.graph, vectors, 1, std::span(once).first(once.size() - 1)).code() ==
           Code::kArgumentInvalid);
    Quantized upper;
    EXPECT(Quantized::Open(bytes, nodes, dims, &upper).ok());
    const simd::Kernels& kernels = simd::ActiveKernels();
    std::vector<int8_t> scratch;
    double exact = 0, rounded = 0, random = 0;
    for (size_t q = 0; q < 500; ++q) {
      const float* query = products.queries().Row(q);
      const auto score = [&](uint32_t row) { return kernels.dot(query, vectors.Row(row), dims); };
      const uint32_t row = Descend(built.graph, upper, kernels, query, scratch);
      EXPECT(row < vectors.rows);
      exact += score(Descend(built.graph, vectors, kernels, query));
      rounded += score(row);
      random += score(built.graph.UpperRow(static_cast<uint32_t>(q % nodes)));
    }
    EXPECT(rounded - random > 0.95 * (exact - random));
  }
}

void ThreadsShareOneGraph() {
  const Products products = MakeProducts(2000, 17, 6);
  const Built built = BuildGraph({products.vectors(), products.queries()}, {8, 50, 2, 1});
  std::vector<std::vector<Hit>> wanted(200);
  Scratch scratch;
  const auto query = [&](size_t row) { return Query{products.queries().Row(row), 10, 50, kNone}; };
  for (size_t row = 0; row < wanted.size(); ++row)
    wanted[row] = SearchAll(built, products.vectors(), query(row), scratch);
  std::atomic<int> wrong{0};
  RunThreads(4, [&](unsigned) {
    Scratch own;
    for (size_t row = 0; row < wanted.size(); ++row) {
      const auto got = SearchAll(built, products.vectors(), query(row), own);
      for (size_t i = 0; i < got.size(); ++i)
        if (got[i].row != wanted[row][i].row) ++wrong;
    }
  });
  EXPECT(wrong == 0);
}

}  // namespace
}  // namespace sepet::hnsw

int main() {
  using namespace sepet::hnsw;
  ThreadsShareOneGraph();
  if (sepet::hnsw::testing::kThreadSanitized) return sepet::testing::Failures();
  ScanEqualsSort();
  ThePoolKeepsTheBest();
  VisitedForgetsBetweenQueries();
  ResultsDoNotDependOnTheScratch();
  TheWayDownInBytesEndsAsHigh();
  return sepet::testing::Failures();
}
