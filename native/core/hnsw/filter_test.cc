// Filters of every width, spread at random and lying in one region near to or far from the queries, against
// the exact filtered answer.
#include "core/hnsw/filter.h"

#include <algorithm>
#include <atomic>

#include "core/base/testing.h"
#include "core/base/threads.h"
#include "core/hnsw/testing.h"

namespace sepet::hnsw {
namespace {

using namespace sepet::hnsw::testing;

constexpr size_t kRows = testing::kSanitized ? 7000 : 12000;
constexpr size_t kDims = 16;
constexpr uint32_t kScanUpTo = 600;  // so that half and a tenth of the rows take the graph
constexpr double kShares[] = {0.5, 0.1, 0.01, 0.001};

enum class Kind { kRandom, kRegion };

// Rows by how well they answer one product: a region of the graph at each end.
std::vector<uint32_t> RowsByDirection(const Products& products) {
  const simd::Kernels& kernels = simd::ActiveKernels();
  std::vector<Hit> order;
  for (uint32_t row = 0; row < products.rows; ++row) {
    const float* vector = products.vectors().Row(row);
    const float norm = std::sqrt(kernels.dot(vector, vector, kDims - 1));
    order.push_back({kernels.dot(products.queries().Row(5), vector, kDims - 1) / norm, row});
  }
  std::sort(order.begin(), order.end(), Better);
  std::vector<uint32_t> rows;
  for (const Hit& hit : order) rows.push_back(hit.row);
  return rows;
}

struct World {
  Products products = MakeProducts(kRows, kDims, 21);
  Built built = BuildGraph({products.vectors(), products.queries()}, {16, 60, 2, 1});
  std::vector<uint32_t> order = RowsByDirection(products);

  std::vector<uint32_t> Words(Kind kind, double share) const {
    std::vector<uint32_t> words(RowSet::WordsFor(kRows));
    Rng rng(8);
    const auto count = static_cast<size_t>(share * kRows);
    for (size_t i = 0; i < kRows; ++i) {
      const uint32_t row = order[i];
      const bool in = kind == Kind::kRegion ? i < count : rng.Uniform() < share;
      if (in) words[row / 32] |= uint32_t{1} << row % 32;
    }
    return words;
  }

  Query Ask(uint32_t row, uint32_t k, uint32_t ef) const { return {products.queries().Row(row), k, ef, row}; }
};

// The oracle: every eligible row, sorted.
std::vector<Hit> Exact(const Products& products, const RowSet& set, const Query& query) {
  std::vector<Hit> all;
  for (uint32_t row = 0; row < products.rows; ++row)
    if (set.Has(row) && row != query.skip)
      all.push_back({simd::ActiveKernels().dot(query.vector, products.vectors().Row(row), kDims), row});
  std::sort(all.begin(), all.end(), Better);
  all.resize(std::min<size_t>(query.k, all.size()));
  return all;
}

struct Score {
  size_t found = 0;
  size_t wanted = 0;

  void Add(const std::vector<Hit>& hits, const std::vector<Hit>& truth) {
    for (const Hit& hit : hits)
      for (const Hit& true_hit : truth) found += hit.row == true_hit.row ? 1 : 0;
    wanted += truth.size();
  }
  double Recall() const { return static_cast<double>(found) / static_cast<double>(wanted); }
};

std::vector<Hit> Ask(const World& world, Filter& filter, const Query& query, Scratch& scratch, Way* way) {
  std::vector<Hit> hits(query.k);
  const Found found = SearchAmong(world.built.graph, world.products.vectors(), simd::ActiveKernels(), filter,
                                  query, scratch, hits);
  hits.resize(found.count);
  *way = found.way;
  return hits;
}

bool Same(const std::vector<Hit>& a, const std::vector<Hit>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Hit& x, const Hit& y) { return x.row == y.row && x.score == y.score; });
}

// The last rows in the order of a region lie farthest from it.
void RecallHoldsItsFloors(const World& world) {
  struct Case {
    const char* name;
    Kind kind;
    size_t first;  // where in the order the queries are taken from
  };
  const Case cases[] = {{"random", Kind::kRandom, 0},
                        {"near region", Kind::kRegion, 0},
                        {"far region", Kind::kRegion, kRows * 3 / 4}};
  Scratch scratch;
  Filter filter;
  for (const Case& c : cases) {
    for (const double share : kShares) {
      const std::vector<uint32_t> words = world.Words(c.kind, share);
      const RowSet set(words, kRows);
      filter.Reset(set, kScanUpTo);
      EXPECT((filter.way() == Way::kGraph) == (share > 0.05));
      Score score;
      for (size_t i = 0; i < 100; ++i) {
        const Query query = world.Ask(world.order[c.first + i * (kRows / 410)], 10, 64);
        Way way;
        const std::vector<Hit> hits = Ask(world, filter, query, scratch, &way);
        const std::vector<Hit> truth = Exact(world.products, set, query);
        EXPECT(way == filter.way() && hits.size() == truth.size());
        if (way == Way::kScan) EXPECT(Same(hits, truth));
        for (const Hit& hit : hits) EXPECT(set.Has(hit.row) && hit.row != query.skip);
        score.Add(hits, truth);
      }
      std::printf("%s, %.1f %% eligible: recall@10 %.4f (floor 0.95)\n", c.name, share * 100, score.Recall());
      EXPECT(score.Recall() >= 0.95);
    }
  }
}

// Clusters far apart, the long vectors (where every search starts) all in the first: what is eligible lies in
// clusters that are neither the first nor the query's.
void EligibleIslandsAreFound() {
  constexpr size_t kClusters = 60, kEach = 100;
  Rng rng(31);
  std::vector<float> centres(kClusters * kDims);
  for (float& value : centres) value = Gauss(rng);
  Products products{kClusters * kEach, kDims, {}, {}};
  std::vector<uint32_t> words(RowSet::WordsFor(products.rows));
  for (uint32_t row = 0; row < products.rows; ++row) {
    const size_t cluster = row / kEach;
    for (size_t i = 0; i < kDims; ++i)
      products.out.push_back((centres[cluster * kDims + i] + 0.1f * Gauss(rng)) *
                             (cluster == 0 ? 2.0f : 1.0f));
    if (cluster % 4 == 3) words[row / 32] |= uint32_t{1} << row % 32;
  }
  products.in = products.out;
  // With sample queries, as artifacts are built: a graph without keeps fewer links from island to island.
  const Built built = BuildGraph({products.vectors(), products.queries()}, {6, 40, 2, 1});
  const RowSet set(words, products.rows);
  Filter filter;
  filter.Reset(set, 0);
  Scratch scratch;
  Score score;
  for (uint32_t row = 0; row < products.rows; row += 17) {
    if (row / kEach % 4 != 1) continue;
    const Query query{products.queries().Row(row), 10, 64, kNone};
    std::vector<Hit> hits(query.k);
    hits.resize(
        SearchAmong(built.graph, products.vectors(), simd::ActiveKernels(), filter, query, scratch, hits)
            .count);
    EXPECT(hits.size() == query.k);
    score.Add(hits, Exact(products, set, query));
  }
  std::printf("islands: recall@10 %.4f (floor 0.95)\n", score.Recall());
  EXPECT(score.Recall() >= 0.95);
}

// A walk on the graph that is cut off, or has no more places than rows are eligible, ends in exact answers.
void NeverFewerThanThereAre(const World& world) {
  const Products& products = world.products;
  const Built thin = BuildGraph({products.vectors(), {nullptr, 0, kDims}}, {2, 8, 2, 1});
  Scratch scratch;
  Filter filter;
  size_t cut = 0;
  for (const Kind kind : {Kind::kRandom, Kind::kRegion}) {
    for (const double share : {0.0, 1.0 / kRows, 0.002, 0.02, 0.05}) {
      const std::vector<uint32_t> words = world.Words(kind, share);
      const RowSet set(words, kRows);
      filter.Reset(set, 0);
      for (uint32_t row = 0; row < kRows; row += 601) {
        const Query query = world.Ask(row, 700, 1);
        std::vector<Hit> hits(query.k);
        const Found found =
            SearchAmong(thin.graph, products.vectors(), simd::ActiveKernels(), filter, query, scratch, hits);
        hits.resize(found.count);
        if (filter.way() == Way::kGraph && found.way == Way::kScan) ++cut;
        EXPECT(Same(hits, Exact(world.products, set, query)));
      }
    }
  }
  std::printf("%zu walks were cut off\n", cut);
  EXPECT(cut > 0);
}

// With every row eligible a filter costs no recall.
void TheWidestFilterIsNone(const World& world) {
  const std::vector<uint32_t> words(RowSet::WordsFor(kRows), 0xFFFFFFFFu);
  Scratch scratch;
  Filter filter;
  filter.Reset(RowSet(words, kRows), kScanUpTo);
  EXPECT(filter.count() == kRows && filter.Starts().size() == 64);
  EXPECT(DefaultScanRows(10, 64) == 30000 && DefaultScanRows(10, 400) == 60000);
  EXPECT(DefaultScanRows(2400, 64) == 360000 && DefaultScanRows(kNone - 1, 1) == kMaxRows);
  size_t plain = 0, filtered = 0;
  for (uint32_t row = 0; row < kRows; row += 120) {
    const Query query = world.Ask(row, 10, 100);
    const std::vector<Hit> truth = Exact(world.products, RowSet(words, kRows), query);
    const auto right = [&](const std::vector<Hit>& hits) {
      return std::count_if(hits.begin(), hits.end(), [&](const Hit& hit) {
        return std::any_of(truth.begin(), truth.end(), [&](const Hit& t) { return t.row == hit.row; });
      });
    };
    Way way;
    filtered += static_cast<size_t>(right(Ask(world, filter, query, scratch, &way)));
    plain += static_cast<size_t>(right(SearchAll(world.built, world.products.vectors(), query, scratch)));
    EXPECT(way == Way::kGraph);
  }
  std::printf("of 1000: %zu filtered, %zu plain\n", filtered, plain);
  EXPECT(filtered + 5 >= plain);
}

void ScanAmongEqualsTheOracle(const World& world) {
  Scratch scratch;
  std::vector<uint32_t> among;
  const std::vector<uint32_t> words = world.Words(Kind::kRandom, 0.03);
  const RowSet set(words, kRows);
  set.List(among);
  const std::vector<uint32_t> skip = {among[3], kNone, 2};
  for (const uint32_t k : {1u, 10u, 5000u}) {
    ScanAmong(world.products.vectors(), simd::ActiveKernels(), among, {world.products.in.data(), 3, k, skip},
              scratch);
    for (uint32_t q = 0; q < 3; ++q)
      EXPECT(Same(scratch.tops[q].Sorted(),
                  Exact(world.products, set, {world.products.queries().Row(q), k, 1, skip[q]})));
  }
  ScanAmong(world.products.vectors(), simd::ActiveKernels(), {}, {world.products.in.data(), 1, 5, {}},
            scratch);
  EXPECT(scratch.tops[0].Sorted().empty());
}

void ThreadsShareOneFilter(const World& world) {
  const std::vector<uint32_t> words = world.Words(Kind::kRandom, 0.2);
  std::vector<std::vector<Hit>> wanted(100);
  Scratch scratch;
  Filter filter;
  filter.Reset(RowSet(words, kRows), kScanUpTo);
  const auto query = [&](size_t i) { return world.Ask(static_cast<uint32_t>(i * 7), 10, 50); };
  Way way;
  for (size_t i = 0; i < wanted.size(); ++i) wanted[i] = Ask(world, filter, query(i), scratch, &way);
  std::atomic<int> wrong{0};
  RunThreads(4, [&](unsigned) {
    Scratch own;
    Filter own_filter;
    own_filter.Reset(RowSet(words, kRows), kScanUpTo);
    Way own_way;
    for (size_t i = 0; i < wanted.size(); ++i)
      if (!Same(Ask(world, own_filter, query(i), own, &own_way), wanted[i])) ++wrong;
  });
  EXPECT(wrong == 0);
}

}  // namespace
}  // namespace sepet::hnsw

int main() {
  using namespace sepet::hnsw;
  const World world;
  ThreadsShareOneFilter(world);
  if (sepet::hnsw::testing::kThreadSanitized) return sepet::testing::Failures();
  RecallHoldsItsFloors(world);
  EligibleIslandsAreFound();
  NeverFewerThanThereAre(world);
  TheWidestFilterIsNone(world);
  ScanAmongEqualsTheOracle(world);
  return sepet::testing::Failures();
}
