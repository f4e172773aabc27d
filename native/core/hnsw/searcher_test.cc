// Every way of answering against the exact answer: with and without codes and int8 copy, filters of every
// width at random and in regions, removed rows, and a side segment.
#include "core/hnsw/searcher.h"

#include <algorithm>

#include "core/base/testing.h"
#include "core/hnsw/testing.h"

namespace sepet::hnsw {
namespace {

using namespace sepet::hnsw::testing;

constexpr size_t kGraphRows = 8000, kSideRows = 300, kRows = kGraphRows + kSideRows, kDims = 24;
constexpr size_t kQueries = 40;

struct World {
  Products products = MakeProducts(kRows, kDims, 17);
  Vectors first{products.out.data(), kGraphRows, kDims};
  Built built = BuildGraph({first, products.queries()}, {16, 100, 2, 1});
  std::vector<std::byte> code_bytes, copy_bytes;
  std::vector<float> queries;
  std::vector<uint32_t> skip;

  World() {
    EXPECT(BuildCodes(built.graph, first, {2, 2, 3}, Progress(), &code_bytes).ok());
    EXPECT(BuildQuantized(first, &copy_bytes).ok());
    for (size_t q = 0; q < kQueries; ++q) {
      skip.push_back(static_cast<uint32_t>(q * kRows / kQueries));
      const float* in = products.queries().Row(skip.back());
      queries.insert(queries.end(), in, in + kDims);
    }
  }

  Parts MakeParts(bool coded, size_t rows) const {
    Parts parts{{products.out.data(), rows, kDims}, built.graph, {}, {}};
    if (!coded) return parts;
    EXPECT(Codes::Open(code_bytes, built.graph, kDims, &parts.codes).ok());
    EXPECT(Quantized::Open(copy_bytes, kGraphRows, kDims, &parts.quantized).ok());
    return parts;
  }

  std::vector<Hit> Exact(const Asked& asked, size_t q, size_t rows) const {
    std::vector<Hit> all;
    for (uint32_t row = 0; row < rows; ++row)
      if (row != skip[q] && asked.allowed.Has(row))
        all.push_back(
            {simd::ActiveKernels().dot(&queries[q * kDims], products.vectors().Row(row), kDims), row});
    std::sort(all.begin(), all.end(), Better);
    all.resize(std::min<size_t>(asked.queries.k, all.size()));
    return all;
  }

  Asked Ask(uint32_t k, uint32_t ef, Allowed allowed = {}, uint32_t scan_rows = 200) const {
    return {{queries.data(), kQueries, k, skip}, ef, allowed, scan_rows, 64};
  }
};

using Words = std::vector<uint32_t>;

Words RandomWords(double share, uint64_t seed) {
  Words words(RowSet::WordsFor(kRows));
  Rng rng(seed);
  for (uint32_t row = 0; row < kRows; ++row)
    if (rng.Uniform() < share) words[row / 32] |= 1u << row % 32;
  return words;
}

// The rows that answer one query best (or worst): a region of the graph.
Words RegionWords(const World& world, double share, bool worst) {
  std::vector<Hit> order;
  for (uint32_t row = 0; row < kRows; ++row)
    order.push_back(
        {simd::ActiveKernels().dot(world.queries.data(), world.products.vectors().Row(row), kDims), row});
  std::sort(order.begin(), order.end(), Better);
  if (worst) std::reverse(order.begin(), order.end());
  Words words(RowSet::WordsFor(kRows));
  for (size_t i = 0; i < static_cast<size_t>(share * kRows); ++i)
    words[order[i].row / 32] |= 1u << order[i].row % 32;
  return words;
}

// The recall of one call, after checking what must hold of every answer.
double Recall(const World& world, const Parts& parts, const Asked& asked) {
  Searcher searcher(parts, simd::ActiveKernels());
  const Way way = searcher.Search(asked);
  size_t found = 0, wanted = 0;
  for (size_t q = 0; q < kQueries; ++q) {
    const auto exact = world.Exact(asked, q, parts.vectors.rows);
    const auto hits = searcher.Hits(q);
    EXPECT(hits.size() == exact.size());
    EXPECT(std::is_sorted(hits.begin(), hits.end(), Better));
    std::vector<uint32_t> rows, true_rows;
    for (const Hit& hit : hits) rows.push_back(hit.row);
    std::sort(rows.begin(), rows.end());
    EXPECT(std::adjacent_find(rows.begin(), rows.end()) == rows.end());
    for (const Hit& hit : hits) EXPECT(hit.row != world.skip[q] && asked.allowed.Has(hit.row));
    for (const Hit& hit : exact) true_rows.push_back(hit.row);
    std::sort(true_rows.begin(), true_rows.end());
    std::vector<uint32_t> both;
    std::set_intersection(rows.begin(), rows.end(), true_rows.begin(), true_rows.end(),
                          std::back_inserter(both));
    found += both.size();
    wanted += exact.size();
  }
  const double recall = wanted == 0 ? 1 : static_cast<double>(found) / static_cast<double>(wanted);
  if (way == Way::kScan && parts.quantized.empty()) EXPECT(recall == 1);
  return recall;
}

void Floor(const char* what, double recall, double floor) {
  if (!EXPECT(recall >= floor)) std::fprintf(stderr, "%s: recall %.4f, floor %.3f\n", what, recall, floor);
}

void WithoutFilter(const World& world) {
  for (const bool coded : {false, true})
    for (const size_t rows : {kGraphRows, kRows}) {
      const Parts parts = world.MakeParts(coded, rows);
      Floor("graph", Recall(world, parts, world.Ask(10, 150)), 0.97);
      Floor("scan of a small graph", Recall(world, parts, world.Ask(10, kGraphRows / 24 + 1)), 1);
      Floor("more than there is", Recall(world, parts, world.Ask(kRows + 5, 10)), 1);
    }
}

void WithFilters(const World& world) {
  for (const bool coded : {false, true}) {
    const Parts parts = world.MakeParts(coded, kRows);
    for (const double share : {0.9, 0.5, 0.1, 0.03, 0.002, 0.0})
      for (int kind = 0; kind < 3; ++kind) {
        const Words words = kind == 0 ? RandomWords(share, 9) : RegionWords(world, share, kind == 2);
        const Asked asked = world.Ask(10, 150, {RowSet(words, kRows), {}});
        Floor(kind == 0   ? "random filter"
              : kind == 1 ? "region near a query"
                          : "region far from a query",
              Recall(world, parts, asked), 0.95);
      }
  }
}

void WithRemovedRows(const World& world) {
  const Words removed = RandomWords(0.1, 4), third = RandomWords(0.33, 5);
  for (const bool coded : {false, true}) {
    const Parts parts = world.MakeParts(coded, kRows);
    const RowSet gone(removed, kRows);
    Floor("a tenth removed", Recall(world, parts, world.Ask(10, 150, {{}, gone})), 0.96);
    Floor("removed and filtered", Recall(world, parts, world.Ask(10, 150, {RowSet(third, kRows), gone})),
          0.95);
    const Words most = RandomWords(0.97, 6);
    Floor("nearly all removed", Recall(world, parts, world.Ask(10, 150, {{}, RowSet(most, kRows)})), 0.95);
    const Words all(RowSet::WordsFor(kRows), ~0u);
    Floor("all removed", Recall(world, parts, world.Ask(10, 150, {RowSet(all, kRows), RowSet(all, kRows)})),
          1);
  }
}

void ScansAreExact(const World& world) {
  const Words removed = RandomWords(0.1, 4), third = RandomWords(0.33, 5);
  const Parts parts = world.MakeParts(false, kRows);
  std::vector<uint32_t> among;
  RowSet(third, kRows).List(among);
  const Allowed kinds[] = {{}, {RowSet(third, kRows), {}}, {{}, RowSet(removed, kRows)}};
  for (const Allowed& allowed : kinds) {
    const Asked asked = world.Ask(10, 1, allowed);
    Searcher searcher(parts, simd::ActiveKernels());
    searcher.Scan(asked, std::nullopt);
    for (size_t q = 0; q < kQueries; ++q) {
      const auto exact = world.Exact(asked, q, kRows);
      const auto hits = searcher.Hits(q);
      EXPECT(std::equal(hits.begin(), hits.end(), exact.begin(), exact.end(),
                        [](const Hit& a, const Hit& b) { return a.row == b.row; }));
    }
  }
  Searcher searcher(parts, simd::ActiveKernels());
  searcher.Scan(world.Ask(10, 1), among);
  const auto exact = world.Exact(world.Ask(10, 1, kinds[1]), 3, kRows);
  EXPECT(searcher.Hits(3).size() == 10 && searcher.Hits(3)[0].row == exact[0].row);
}

}  // namespace
}  // namespace sepet::hnsw

int main() {
  using namespace sepet::hnsw;
  const World world;
  WithoutFilter(world);
  WithFilters(world);
  WithRemovedRows(world);
  ScansAreExact(world);
  return sepet::testing::Failures();
}
