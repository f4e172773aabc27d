// The search by cells against the exact scan: filters at random and in regions, and what must hold of every
// answer, whatever the query and the bytes.
#include "core/hnsw/cell_search.h"

#include <algorithm>
#include <limits>

#include "core/base/testing.h"
#include "core/hnsw/testing.h"

namespace sepet::hnsw {
namespace {

using namespace sepet::hnsw::testing;

constexpr uint32_t kRows = kSanitized ? 6000 : 20'000;
constexpr size_t kDims = 24, kQueries = 30;

using Words = std::vector<uint32_t>;

struct World {
  Products products = MakeProducts(kRows, kDims, 21);
  std::vector<uint32_t> starts = ArrangeProducts(products, kRows);
  Celled built = BuildCelled(products.vectors(), starts);
  std::vector<float> queries;

  World() {
    EXPECT(built.ok && built.cells.count() > 100);
    for (size_t q = 0; q < kQueries; ++q) {
      const float* in = products.queries().Row(q * kRows / kQueries);
      queries.insert(queries.end(), in, in + kDims);
    }
  }

  const float* Query(size_t q) const { return &queries[q * kDims]; }
  CellParts Over(const simd::Kernels& kernels = simd::ActiveKernels()) const {
    return {built.cells, built.quantized, products.vectors(), kernels};
  }
  Queries Ask(uint32_t k, std::span<const uint32_t> skip = {}) const {
    return {queries.data(), kQueries, k, skip};
  }
};

Words RandomWords(double share, uint64_t seed) {
  Words words(RowSet::WordsFor(kRows));
  Rng rng(seed);
  for (uint32_t row = 0; row < kRows; ++row)
    if (rng.Uniform() < share) words[row / 32] |= 1u << row % 32;
  return words;
}

Words WordsOf(std::span<const uint32_t> rows) {
  Words words(RowSet::WordsFor(kRows));
  for (const uint32_t row : rows) words[row / 32] |= 1u << row % 32;
  return words;
}

// All rows of the cells whose centres a query scores best, or worst.
Words CellWords(const World& world, const float* query, double share, bool worst) {
  const Cells& cells = world.built.cells;
  std::vector<Hit> order;
  for (uint32_t cell = 0; cell < cells.count(); ++cell) {
    float score = 0;
    for (size_t i = 0; i < kDims; ++i)
      score += query[i] * world.built.quantized.scales()[i] *
               static_cast<float>(cells.centres()[simd::AbreastPlace(cell, i, cells.quads())]);
    order.push_back({worst ? -score : score, cell});
  }
  std::sort(order.begin(), order.end(), Better);
  std::vector<uint32_t> rows;
  for (size_t i = 0; i < static_cast<size_t>(share * static_cast<double>(order.size())); ++i) {
    const auto [begin, end] = cells.RowsOf(order[i].row);
    for (uint32_t row = begin; row < end; ++row) rows.push_back(row);
  }
  return WordsOf(rows);
}

std::vector<std::vector<Hit>> Find(CellSearch& search, const CellParts& over, const RowSet& eligible,
                                   const Queries& queries, uint32_t ef) {
  Scratch scratch;
  ResetTops(queries, over.vectors.rows, scratch);
  search.Run(over, eligible, queries, ef, 0, scratch.tops);
  std::vector<std::vector<Hit>> found;
  for (size_t q = 0; q < queries.count; ++q) found.push_back(scratch.tops[q].Sorted());
  return found;
}

std::vector<std::vector<Hit>> FindExactly(const CellParts& over, const RowSet& eligible,
                                          const Queries& queries) {
  std::vector<uint32_t> among;
  eligible.List(among);
  Scratch scratch;
  ScanAmong(over.vectors, over.kernels, among, queries, scratch);
  std::vector<std::vector<Hit>> found;
  for (size_t q = 0; q < queries.count; ++q) found.push_back(scratch.tops[q].Sorted());
  return found;
}

bool Same(std::span<const Hit> a, std::span<const Hit> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Hit& x, const Hit& y) { return x.row == y.row && x.score == y.score; });
}

bool HasTwice(std::span<const Hit> hits) {
  std::vector<uint32_t> rows;
  for (const Hit& hit : hits) rows.push_back(hit.row);
  std::sort(rows.begin(), rows.end());
  return std::adjacent_find(rows.begin(), rows.end()) != rows.end();
}

// What must hold of every hit, even where the cells are nonsense.
void AreFair(const CellParts& over, const RowSet& eligible, const Queries& queries, size_t q,
             std::span<const Hit> hits) {
  EXPECT(hits.size() <= queries.k && std::is_sorted(hits.begin(), hits.end(), Better));
  for (const Hit& hit : hits) {
    if (!EXPECT(hit.row < kRows && eligible.Has(hit.row))) return;
    EXPECT(queries.skip.empty() || hit.row != queries.skip[q]);
    EXPECT(hit.score == over.kernels.dot(queries.data + q * kDims, over.vectors.Row(hit.row), kDims));
  }
}

struct Counts {
  size_t found = 0, wanted = 0;
  double recall() const { return wanted == 0 ? 1 : static_cast<double>(found) / static_cast<double>(wanted); }
};

// Adds how many of the exact scan's hits are found, after checking what must hold of every answer.
void Compare(const CellParts& over, const RowSet& eligible, const Queries& queries, uint32_t ef,
             Counts& counts) {
  CellSearch search;
  const auto exact = FindExactly(over, eligible, queries);
  const auto found = Find(search, over, eligible, queries, ef);
  for (size_t q = 0; q < queries.count; ++q) {
    EXPECT(found[q].size() == exact[q].size() && !HasTwice(found[q]));
    AreFair(over, eligible, queries, q, found[q]);
    counts.wanted += exact[q].size();
    for (const Hit& hit : found[q])
      for (const Hit& true_hit : exact[q]) counts.found += hit.row == true_hit.row ? 1 : 0;
  }
}

double Recall(const CellParts& over, const RowSet& eligible, const Queries& queries, uint32_t ef) {
  Counts counts;
  Compare(over, eligible, queries, ef, counts);
  return counts.recall();
}

void Floor(const char* what, double recall, double floor) {
  if (!EXPECT(recall >= floor)) std::fprintf(stderr, "%s: recall %.4f, floor %.3f\n", what, recall, floor);
}

void FindsWhatIsDrawnAtRandom(const World& world) {
  for (const double share : {0.5, 0.1, 0.01}) {
    const Words words = RandomWords(share, 5);
    const RowSet eligible(words, kRows);
    for (const simd::Kernels* kernels : simd::AvailableKernels()) {
      Floor("at random, ef 100", Recall(world.Over(*kernels), eligible, world.Ask(10), 100), 0.9);
      Floor("at random, ef 4000", Recall(world.Over(*kernels), eligible, world.Ask(10), 4000), 0.995);
    }
  }
}

void FindsWhatLiesInARegion(const World& world) {
  for (const double share : {0.5, 0.1, 0.02})
    for (const bool far : {false, true}) {
      Counts narrow, wide;
      for (size_t q = 0; q < kQueries; ++q) {
        const Words words = CellWords(world, world.Query(q), share, far);
        const Queries one{world.Query(q), 1, 10, {}};
        Compare(world.Over(), RowSet(words, kRows), one, 100, narrow);
        Compare(world.Over(), RowSet(words, kRows), one, 4000, wide);
      }
      Floor(far ? "far cells, ef 100" : "near cells, ef 100", narrow.recall(), 0.9);
      Floor(far ? "far cells, ef 4000" : "near cells, ef 4000", wide.recall(), 0.995);
    }
}

void RecallGrowsWithEf(const World& world) {
  const Words words = RandomWords(0.3, 6);
  double before = 0, first = 0;
  for (const uint32_t ef : {1u, 10u, 30u, 100u, 300u, 1000u, 4000u}) {
    const double recall = Recall(world.Over(), RowSet(words, kRows), world.Ask(10), ef);
    EXPECT(recall >= before - 0.005);
    if (ef == 1) first = recall;
    before = std::max(before, recall);
  }
  EXPECT(first < before);
}

void FindsAsManyAsThereAre(const World& world) {
  const Words none(RowSet::WordsFor(kRows)), all(RowSet::WordsFor(kRows), ~0u);
  const Words few = RandomWords(0.002, 7), lone = WordsOf(std::vector<uint32_t>{kRows - 1});
  const uint32_t many = static_cast<uint32_t>(RowSet(few, kRows).Count()) + 5;
  for (const uint32_t ef : {1u, 50u}) {
    for (const Words* words : {&none, &few, &lone})
      for (const uint32_t k : {0u, 1u, 10u, many, kRows + 5})
        // Where there are no more than four times k all are scored exactly.
        if (const double recall = Recall(world.Over(), RowSet(*words, kRows), world.Ask(k), ef);
            words != &few || k >= many)
          EXPECT(recall == 1);
    Recall(world.Over(), RowSet(all, kRows), world.Ask(10), ef);
  }
  const Queries everything{world.queries.data(), 2, kRows + 9, {}};
  EXPECT(Recall(world.Over(), RowSet(all, kRows), everything, 1) == 1);
  const Queries nothing{world.queries.data(), 0, 10, {}};
  EXPECT(Recall(world.Over(), RowSet(all, kRows), nothing, 10) == 1);
}

// The best hit of each query is left out; the next take its place.
void TheSkippedRowCostsNoHit(const World& world) {
  const Words words = RandomWords(0.2, 8), lone = WordsOf(std::vector<uint32_t>{7, 4000});
  const RowSet eligible(words, kRows), two(lone, kRows);
  for (const uint32_t k : {1u, 10u}) {
    std::vector<uint32_t> skip;
    for (const auto& hits : FindExactly(world.Over(), eligible, world.Ask(1))) skip.push_back(hits[0].row);
    skip[3] = kNone;
    Floor("the best is skipped", Recall(world.Over(), eligible, world.Ask(k, skip), 100), 0.9);
    const std::vector<uint32_t> sevens(kQueries, 7);
    EXPECT(Recall(world.Over(), two, world.Ask(k, sevens), 100) == 1);
  }
}

void BatchesAnswerLikeOneByOne(const World& world) {
  const Words words = RandomWords(0.2, 9);
  const RowSet eligible(words, kRows);
  std::vector<uint32_t> skip(kQueries, kNone);
  for (size_t q = 0; q < kQueries; q += 2) skip[q] = static_cast<uint32_t>(q * kRows / kQueries);
  CellSearch search;
  const auto together = Find(search, world.Over(), eligible, world.Ask(10, skip), 60);
  for (size_t q = kQueries; q-- > 0;) {
    const Queries one{world.Query(q), 1, 10, std::span(skip).subspan(q, 1)};
    CellSearch fresh;
    EXPECT(Same(Find(search, world.Over(), eligible, one, 60)[0], together[q]));
    EXPECT(Same(Find(fresh, world.Over(), eligible, one, 60)[0], together[q]));
  }
}

// One search goes from an index to another that has more cells, and back.
void ASearchServesAnyIndex(const World& world) {
  Products small = MakeProducts(300, kDims, 3);
  const Celled built = BuildCelled(small.vectors(), ArrangeProducts(small, 300));
  EXPECT(built.ok && built.cells.count() < world.built.cells.count());
  const CellParts over{built.cells, built.quantized, small.vectors(), simd::ActiveKernels()};
  const Words words(RowSet::WordsFor(kRows), ~0u);
  const RowSet all(words, kRows);
  CellSearch search, fresh, other;
  for (int times = 0; times < 2; ++times) {
    EXPECT(Same(Find(search, over, all.First(300), world.Ask(10), 20)[1],
                Find(fresh, over, all.First(300), world.Ask(10), 20)[1]));
    EXPECT(Same(Find(search, world.Over(), all, world.Ask(10), 20)[1],
                Find(other, world.Over(), all, world.Ask(10), 20)[1]));
  }
}

void ZerosAreNoTrouble(const World& world) {
  const Words words = RandomWords(0.1, 10);
  const std::vector<float> zeros(kRows * kDims, 0.0f);
  const Queries query{zeros.data(), 1, 10, {}};
  Recall(world.Over(), RowSet(words, kRows), query, 100);
  const Vectors vectors{zeros.data(), kRows, kDims};
  const Celled built = BuildCelled(vectors, world.starts);
  EXPECT(built.ok);
  const CellParts over{built.cells, built.quantized, vectors, simd::ActiveKernels()};
  Recall(over, RowSet(words, kRows), query, 100);
  Recall(over, RowSet(words, kRows), world.Ask(10), 100);
}

// By powers of two, which round nothing; of the shortest a float loses the square.
void TheLengthOfAQueryDoesNotMatter(const World& world) {
  const Words words = RandomWords(0.3, 12);
  const RowSet eligible(words, kRows);
  CellSearch search;
  const auto wanted = Find(search, world.Over(), eligible, world.Ask(10), 10);
  for (const float size : {0x1p-90f, 0x1p-55f, 0x1p-10f, 0x1p10f, 0x1p60f}) {
    std::vector<float> longer = world.queries;
    for (float& value : longer) value *= size;
    const auto found = Find(search, world.Over(), eligible, {longer.data(), kQueries, 10, {}}, 10);
    size_t same = 0;
    for (size_t q = 0; q < kQueries; ++q)
      same += std::equal(found[q].begin(), found[q].end(), wanted[q].begin(), wanted[q].end(),
                         [](const Hit& a, const Hit& b) { return a.row == b.row; });
    if (!EXPECT(same == kQueries))
      std::fprintf(stderr, "length times %g: %zu of %zu alike\n", double{size}, same, kQueries);
  }
}

// Such as no query may be: no bad address, and no row that is not eligible.
void AnyQueryIsSafe(const World& world) {
  const Words words = RandomWords(0.1, 13);
  const RowSet eligible(words, kRows);
  for (const float bad : {std::nanf(""), INFINITY, -INFINITY, std::numeric_limits<float>::max()}) {
    std::vector<float> query(kDims, 1.0f);
    for (const size_t count : {size_t{1}, kDims}) {
      std::fill_n(query.begin(), count, bad);
      CellSearch search;
      const auto found = Find(search, world.Over(), eligible, {query.data(), 1, 10, {}}, 50);
      for (const Hit& hit : found[0]) EXPECT(hit.row < kRows && eligible.Has(hit.row));
    }
  }
}

// Bytes behind the header that were trusted: numbers at random from nonsense to nearly right.
void DamagedCellsDoNoHarm(const World& world) {
  const std::vector<uint32_t> skip(kQueries, 11);
  const Queries queries{world.queries.data(), 2, 10, skip};
  Rng rng(14);
  CellSearch search;
  const Cells& good = world.built.cells;
  const size_t centres = good.blocks() * simd::kAbreast * good.quads() * simd::kQuad;
  for (int times = 0; times < (kSanitized ? 30 : 150); ++times) {
    std::vector<std::byte> bytes = world.built.cell_bytes;
    const size_t count = good.count(), way = static_cast<size_t>(times % 5);
    auto* numbers = reinterpret_cast<uint32_t*>(bytes.data() + sizeof(CellsHeader));
    const size_t starts = way == 1 ? 0 : count + 1, spreads = way == 2 ? 0 : count;
    for (size_t i = 0; i < starts; ++i)
      if (way == 0 || rng.Below(4) == 0)
        numbers[i] = way == 0 ? static_cast<uint32_t>(rng.Next()) : rng.Below(kRows + kRows / 8);
    for (size_t i = count + 1; i < count + 1 + spreads; ++i)
      if (way < 3 || rng.Below(50) == 0) numbers[i] = static_cast<uint32_t>(rng.Next());
    if (way == 0)
      for (size_t at = bytes.size() - centres; at < bytes.size(); ++at)
        bytes[at] = std::byte{static_cast<uint8_t>(rng.Next())};
    Cells cells;
    EXPECT(Cells::Open(bytes, kRows, kDims, false, &cells).ok());
    const CellParts over{cells, world.built.quantized, world.products.vectors(), simd::ActiveKernels()};
    const Words words = RandomWords(times % 2 == 0 ? 0.5 : 0.01, 15);
    const RowSet eligible(words, kRows);
    const auto found = Find(search, over, eligible, queries, 5);
    for (size_t q = 0; q < queries.count; ++q) AreFair(over, eligible, queries, q, found[q]);
  }
}

}  // namespace
}  // namespace sepet::hnsw

int main() {
  using namespace sepet::hnsw;
  const World world;
  FindsWhatIsDrawnAtRandom(world);
  FindsWhatLiesInARegion(world);
  RecallGrowsWithEf(world);
  FindsAsManyAsThereAre(world);
  TheSkippedRowCostsNoHit(world);
  BatchesAnswerLikeOneByOne(world);
  ASearchServesAnyIndex(world);
  ZerosAreNoTrouble(world);
  TheLengthOfAQueryDoesNotMatter(world);
  AnyQueryIsSafe(world);
  DamagedCellsDoNoHarm(world);
  return sepet::testing::Failures();
}
