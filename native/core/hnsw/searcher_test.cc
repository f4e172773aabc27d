// Every way of answering against the exact answer: with and without codes and int8 copy, filters of every
// width at random and in regions, removed rows, a side segment, and cells.
#include "core/hnsw/searcher.h"

#include <algorithm>

#include "core/base/testing.h"
#include "core/base/threads.h"
#include "core/hnsw/testing.h"

namespace sepet::hnsw {
namespace {

using namespace sepet::hnsw::testing;

constexpr size_t kGraphRows = kSanitized ? 2000 : 8000, kSideRows = 300, kRows = kGraphRows + kSideRows,
                 kDims = 24;
constexpr size_t kQueries = 40;

struct World {
  Products products = MakeProducts(kRows, kDims, 17);
  std::vector<uint32_t> starts = ArrangeProducts(products, kGraphRows);
  Vectors first{products.out.data(), kGraphRows, kDims};
  Built built = BuildGraph({first, products.queries()}, {16, 100, 2, 1});
  std::vector<std::byte> code_bytes;
  Celled celled = BuildCelled(first, starts);
  std::vector<float> queries;
  std::vector<uint32_t> skip;

  World() {
    EXPECT(BuildCodes(built.graph, first, {2, 2, 3}, Progress(), &code_bytes).ok());
    EXPECT(celled.ok);
    for (size_t q = 0; q < kQueries; ++q) {
      skip.push_back(static_cast<uint32_t>(q * kRows / kQueries));
      const float* in = products.queries().Row(skip.back());
      queries.insert(queries.end(), in, in + kDims);
    }
  }

  Parts MakeParts(bool coded, size_t rows) const {
    Parts parts{};
    parts.vectors = {products.out.data(), rows, kDims};
    parts.graph = built.graph;
    if (!coded) return parts;
    EXPECT(Codes::Open(code_bytes, built.graph, kDims, &parts.codes).ok());
    parts.quantized = celled.quantized;
    return parts;
  }

  Parts MakeCelledParts(size_t rows = kRows) const {
    Parts parts = MakeParts(true, rows);
    parts.cells = celled.cells;
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
  for (size_t q = 0; q < asked.queries.count; ++q) {
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

// What the first query scores worst: a walk from there gives up.
Asked AskFarAway(const World& world, const Words& words) {
  Asked asked = world.Ask(10, 100, {RowSet(words, kRows), {}});
  asked.queries.count = 1;
  asked.queries.skip = asked.queries.skip.first(1);
  return asked;
}

void CellsAnswerUnderFilters(const World& world) {
  const Words removed = RandomWords(0.1, 4);
  const Parts parts = world.MakeCelledParts(), no_side = world.MakeCelledParts(kGraphRows);
  for (const double share : {0.5, 0.2, 0.05, 0.01})
    for (int kind = 0; kind < 3; ++kind) {
      const Words words = kind == 0 ? RandomWords(share, 9) : RegionWords(world, share, kind == 2);
      const RowSet only(words, kRows);
      const char* what = kind == 0 ? "cells, at random" : kind == 1 ? "cells, near" : "cells, far";
      Floor(what, Recall(world, parts, world.Ask(10, 100, {only, RowSet(removed, kRows)})), 0.9);
      Floor(what, Recall(world, no_side, world.Ask(10, 100, {only.First(kGraphRows), {}})), 0.9);
    }
}

// Without cells a scan of the int8 copy answers in the place of the walk, and says so.
void CellsAnswerWhereWalksGiveUp(const World& world) {
  const Words words = RegionWords(world, 0.5, true);
  const Asked asked = AskFarAway(world, words);
  const Parts plain = world.MakeParts(true, kRows), celled = world.MakeCelledParts();
  EXPECT(Searcher(plain, simd::ActiveKernels()).Search(asked) == Way::kScan);
  EXPECT(Searcher(celled, simd::ActiveKernels()).Search(asked) == Way::kGraph);
  Floor("a walk that gave up", Recall(world, celled, asked), 0.9);
}

void CellsAnswerWhereMostIsRemoved(const World& world) {
  const Parts parts = world.MakeCelledParts();
  for (const double share : {0.3, 0.97, 1.0}) {
    const Words words = RandomWords(share, 6);
    const RowSet gone(words, kRows);
    Floor("cells, removed rows", Recall(world, parts, world.Ask(10, 100, {{}, gone})), 0.9);
  }
  Floor("cells, no filter", Recall(world, parts, world.Ask(10, 150)), 0.97);
}

// Fewer than k rows of the graph are eligible, or none, and many behind it.
void RowsBehindAreFoundWhereTheGraphHasFew(const World& world) {
  Words behind(RowSet::WordsFor(kRows));
  for (uint32_t row = kGraphRows; row < kRows; ++row) behind[row / 32] |= 1u << row % 32;
  for (const Parts& parts :
       {world.MakeParts(false, kRows), world.MakeParts(true, kRows), world.MakeCelledParts()}) {
    EXPECT(Recall(world, parts, world.Ask(10, 100, {RowSet(behind, kRows), {}})) == 1);
    Words more = behind;
    more[0] |= 0xF0;
    EXPECT(Recall(world, parts, world.Ask(10, 100, {RowSet(more, kRows), {}})) == 1);
  }
}

// They are scanned exactly, whatever answers for the others.
void RowsBehindTheCellsAreFound(const World& world) {
  const Parts parts = world.MakeCelledParts();
  Searcher searcher(parts, simd::ActiveKernels());
  size_t met = 0;
  for (const double share : {0.5, 0.2}) {
    const Words words = RandomWords(share, 12);
    const Asked asked = world.Ask(10, 10, {RowSet(words, kRows), {}});
    searcher.Search(asked);
    for (size_t q = 0; q < kQueries; ++q)
      for (const Hit& exact : world.Exact(asked, q, kRows)) {
        if (exact.row < kGraphRows) continue;
        const auto hits = searcher.Hits(q);
        EXPECT(std::any_of(hits.begin(), hits.end(), [&](const Hit& hit) { return hit.row == exact.row; }));
        ++met;
      }
  }
  EXPECT(met > 0);
}

// A filter of fewer rows than a scan is for is answered exactly, or nearly: by the int8 copy.
void FewRowsAreScannedInsteadOfCells(const World& world) {
  const Parts parts = world.MakeCelledParts();
  const Words words = RandomWords(0.2, 13);
  Asked asked = world.Ask(10, 100, {RowSet(words, kRows), {}});
  Searcher searcher(parts, simd::ActiveKernels());
  EXPECT(searcher.Search(asked) == Way::kGraph);
  asked.scan_rows.reset();
  EXPECT(searcher.Search(asked) == Way::kScan);
}

using Answers = std::vector<std::vector<Hit>>;

// Every kind of filter, `times` over, by one searcher.
Answers AnswerAll(const World& world, const Parts& parts, std::span<const Words> filters, int times) {
  Searcher searcher(parts, simd::ActiveKernels());
  Answers answers;
  for (int i = 0; i < times; ++i)
    for (const Words& words : filters) {
      searcher.Search(world.Ask(10, 60, {RowSet(words, kRows), {}}));
      for (size_t q = 0; q < kQueries; ++q)
        answers.emplace_back(searcher.Hits(q).begin(), searcher.Hits(q).end());
    }
  return answers;
}

void ThreadsAnswerLikeOne(const World& world) {
  const Parts parts = world.MakeCelledParts();
  const std::vector<Words> filters = {RandomWords(0.5, 1), RandomWords(0.2, 2), RandomWords(0.01, 3),
                                      RegionWords(world, 0.5, true), RegionWords(world, 0.2, true)};
  const uint32_t threads = 4;
  const Answers one = AnswerAll(world, parts, filters, 2);
  std::vector<Answers> answers(threads);
  RunThreads(threads, [&](unsigned thread) { answers[thread] = AnswerAll(world, parts, filters, 2); });
  for (const Answers& others : answers) {
    if (!EXPECT(others.size() == one.size())) continue;
    for (size_t i = 0; i < one.size(); ++i)
      EXPECT(std::equal(others[i].begin(), others[i].end(), one[i].begin(), one[i].end(),
                        [](const Hit& a, const Hit& b) { return a.row == b.row && a.score == b.score; }));
  }
}

}  // namespace
}  // namespace sepet::hnsw

int main() {
  using namespace sepet::hnsw;
  const World world;
  ThreadsAnswerLikeOne(world);
  if (testing::kThreadSanitized) return sepet::testing::Failures();
  WithoutFilter(world);
  WithFilters(world);
  WithRemovedRows(world);
  ScansAreExact(world);
  CellsAnswerUnderFilters(world);
  CellsAnswerWhereWalksGiveUp(world);
  CellsAnswerWhereMostIsRemoved(world);
  RowsBehindTheCellsAreFound(world);
  RowsBehindAreFoundWhereTheGraphHasFew(world);
  FewRowsAreScannedInsteadOfCells(world);
  return sepet::testing::Failures();
}
