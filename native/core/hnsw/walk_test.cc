#include "core/hnsw/walk.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <set>

#include "core/base/testing.h"
#include "core/hnsw/testing.h"

namespace sepet::hnsw {
namespace {

using testing::Built;
using testing::MakeProducts;
using testing::Products;

constexpr size_t kRows = testing::kSanitized ? 1000 : 4000;

// The frontier against a plain sorted list, with rows of both kinds and a capacity that changes.
struct PlainFrontier {
  struct Entry {
    float score;
    uint32_t row;
    bool eligible, taken;
  };
  std::vector<Entry> entries;

  void Offer(const Entry& entry, size_t capacity) {
    entries.push_back(entry);
    std::sort(entries.begin(), entries.end(),
              [](const Entry& a, const Entry& b) { return a.score > b.score; });
    Resize(capacity);
  }
  void Resize(size_t capacity) {
    if (entries.size() > capacity) entries.resize(capacity);
  }
  uint32_t Take() {
    const auto best = std::find_if(entries.begin(), entries.end(), [](const Entry& e) { return !e.taken; });
    if (best == entries.end()) return kNone;
    best->taken = true;
    return best->row;
  }
  size_t eligible() const {
    return static_cast<size_t>(
        std::count_if(entries.begin(), entries.end(), [](const Entry& e) { return e.eligible; }));
  }
};

void FrontierKeepsTheBest(const simd::Kernels& kernels, size_t capacity, uint32_t rows) {
  Rng rng(capacity);
  Frontier frontier;
  PlainFrontier plain;
  frontier.Reset(kernels, capacity);
  for (uint32_t row = 0; row < rows; ++row) {
    // Scores of both signs, far enough apart that the bits given to the marks do not matter.
    const float score =
        (static_cast<float>(rng.Below(1 << 16)) - 30000) / 128 + static_cast<float>(row) / (1 << 16);
    if (score > frontier.bar()) {
      const bool eligible = rng.Below(3) == 0;
      frontier.Offer(score, row, eligible);
      plain.Offer({score, row, eligible, false}, capacity);
    } else {
      EXPECT(plain.entries.size() == capacity && score < plain.entries.back().score + 1e-3f);
    }
    EXPECT(frontier.size() == plain.entries.size() && frontier.eligible() == plain.eligible());
    if (rng.Below(3) == 0) {
      const uint32_t next = frontier.Peek();
      EXPECT(frontier.Take() == next && plain.Take() == next);
    }
    if (rng.Below(20) != 0) continue;
    capacity = 1 + rng.Below(static_cast<uint32_t>(2 * capacity));
    frontier.Resize(capacity);
    plain.Resize(capacity);
    EXPECT(frontier.capacity() == capacity && frontier.size() == plain.entries.size());
    EXPECT(frontier.eligible() == plain.eligible());
  }
}

void FrontiersKeepTheBest() {
  for (const simd::Kernels* kernels : simd::AvailableKernels()) {
    for (size_t capacity = 1; capacity < 40; ++capacity) FrontierKeepsTheBest(*kernels, capacity, 300);
    FrontierKeepsTheBest(*kernels, 500, 1500);
  }
}

// The hits against a plain sorted list, with ties, zeros of both signs and what is no number.
void TopHitsKeepTheBest() {
  Rng rng(4);
  TopHits tops;
  for (size_t capacity = 0; capacity < 40; ++capacity) {
    tops.Reset(capacity);
    std::vector<Hit> plain;
    for (uint32_t row = 0; row < 200; ++row) {
      const float score = (static_cast<float>(rng.Below(40)) - 20) / 4 * (row % 2 == 0 ? 1.0f : -1.0f);
      const Hit hit{score, static_cast<uint32_t>(rng.Below(1000)) * 200 + row};
      tops.Offer(hit);
      plain.push_back(hit);
      if (rng.Below(20) != 0) continue;
      std::sort(plain.begin(), plain.end(), Better);
      const std::vector<Hit>& hits = tops.Sorted();
      EXPECT(hits.size() == std::min(capacity, plain.size()));
      for (size_t i = 0; i < hits.size(); ++i)
        EXPECT(hits[i].score == plain[i].score && hits[i].row == plain[i].row);
    }
  }
  tops.Reset(2);
  tops.Offer({std::numeric_limits<float>::quiet_NaN(), 1});
  tops.Offer({-std::numeric_limits<float>::infinity(), 2});
  tops.Offer({0, 3});
  EXPECT(tops.Sorted()[0].row == 3 && tops.Sorted()[1].row == 2);
}

void SeenIsASet() {
  Rng rng(2);
  Seen seen;
  for (int round = 0; round < 3; ++round) {
    seen.Reset(4);
    std::set<uint32_t> plain;
    EXPECT(!seen.Insert(kNone));
    for (int i = 0; i < 3000; ++i) {
      const uint32_t row = rng.Below(2000) * 65536;  // the low bits of many slots collide
      EXPECT(seen.Insert(row) == plain.insert(row).second);
    }
  }
}

// A graph with codes.
struct Case {
  Products products;
  Built built;
  std::vector<std::byte> bytes;
  Codes codes;
  std::unique_ptr<Rotation> rotation;

  explicit Case(size_t rows, size_t dims = 32, uint32_t m = 16, uint32_t bits = 2)
      : products(MakeProducts(rows, dims, 3)),
        built(testing::BuildGraph({products.vectors(), products.queries()}, {m, 100, 1, 7})) {
    EXPECT(BuildCodes(built.graph, products.vectors(), {bits, 1, 5}, Progress(), &bytes).ok());
    EXPECT(Codes::Open(bytes, built.graph, dims, &codes).ok());
    rotation = std::make_unique<Rotation>(codes.coded_dims(), codes.header().seed);
  }
  CodedGraph over() const {
    return {built.graph, codes, *rotation, products.vectors(), simd::ActiveKernels()};
  }
  const float* QueryAt(size_t row) const { return products.queries().Row(row); }
};

std::vector<Hit> WalkOne(const Case& made, const Query& query, const Allowed& allowed = {}) {
  Walk walk;
  const Vectors vectors = made.products.vectors();
  const CodedGraph over = made.over();
  walk.Begin(over, query, allowed, allowed.only ? allowed.only->Count() : 0);
  while (walk.Step()) {
  }
  std::vector<Hit> hits(query.k);
  hits.resize(walk.Finish(hits));
  for (const Hit& hit : hits)
    EXPECT(hit.score == simd::ActiveKernels().dot(query.vector, vectors.Row(hit.row), vectors.dims));
  EXPECT(std::is_sorted(hits.begin(), hits.end(), Better));
  return hits;
}

double RecallOf(const Case& made, uint32_t k, uint32_t ef, const Allowed& allowed = {}) {
  Scratch scratch;
  size_t found = 0, wanted = 0;
  std::vector<uint32_t> list;
  for (uint32_t row = 0; row < made.products.rows; ++row)
    if (allowed.Has(row)) list.push_back(row);
  for (size_t i = 0; i < 100; ++i) {
    const auto row = static_cast<uint32_t>(i * made.products.rows / 100);
    const Query query{made.QueryAt(row), k, ef, row};
    const Queries asked{query.vector, 1, k, std::span(&query.skip, 1)};
    ScanAmong(made.products.vectors(), simd::ActiveKernels(), list, asked, scratch);
    const std::vector<Hit> truth = scratch.tops[0].Sorted();
    for (const Hit& hit : WalkOne(made, query, allowed)) {
      EXPECT(hit.row != row && allowed.Has(hit.row));
      for (const Hit& true_hit : truth) found += hit.row == true_hit.row ? 1 : 0;
    }
    wanted += truth.size();
  }
  return static_cast<double>(found) / static_cast<double>(wanted);
}

void FindsWhatAScanFinds() {
  EXPECT(RecallOf(Case(kRows), 10, 80) > 0.97);
  EXPECT(RecallOf(Case(kRows, 65, 24), 10, 80) > 0.97);
  EXPECT(RecallOf(Case(kRows, 130, 16, 1), 10, 80) > 0.96);
  const Case tiny(12, 8);
  EXPECT(RecallOf(tiny, 20, 4) == 1);
}

void ReturnsEligibleRowsOnly() {
  const Case made(kRows);
  for (const double share : {0.9, 0.5, 0.1}) {
    std::vector<uint32_t> words(RowSet::WordsFor(kRows));
    Rng rng(8);
    for (uint32_t row = 0; row < kRows; ++row)
      if (rng.Uniform() < share) words[row / 32] |= 1u << row % 32;
    EXPECT(RecallOf(made, 10, 80, {RowSet(words, kRows), {}}) > 0.97);
  }
}

// As many places are left for the others as without the removed rows among them.
void RemovedRowsCostNoRecall() {
  const Case made(kRows);
  const double whole = RecallOf(made, 10, 16);
  for (const double share : {0.1, 0.3, 0.6}) {
    std::vector<uint32_t> words(RowSet::WordsFor(kRows));
    Rng rng(9);
    for (uint32_t row = 0; row < kRows; ++row)
      if (rng.Uniform() < share) words[row / 32] |= 1u << row % 32;
    const double left = RecallOf(made, 10, 16, {{}, RowSet(words, kRows)});
    std::printf("%.2f removed: recall@10 %.4f, of all rows %.4f\n", share, left, whole);
    EXPECT(left > whole - 0.03);
  }
}

// All rows by the scores of the first query.
std::vector<Hit> OrderOfRows(const Case& made) {
  std::vector<Hit> order;
  for (uint32_t row = 0; row < kRows; ++row)
    order.push_back(
        {simd::ActiveKernels().dot(made.QueryAt(0), made.products.vectors().Row(row), made.products.dims),
         row});
  std::sort(order.begin(), order.end(), Better);
  return order;
}

// Where nothing is eligible around the query, and few rows are, the walk ends long before its places do.
void GivesUpFarFromWhatIsEligible() {
  const Case made(kRows);
  const size_t eligible = kRows / 20;
  const float* query = made.QueryAt(0);
  const std::vector<Hit> order = OrderOfRows(made);
  std::vector<uint32_t> words(RowSet::WordsFor(kRows));
  for (size_t i = kRows - eligible; i < kRows; ++i) words[order[i].row / 32] |= 1u << order[i].row % 32;
  const Allowed far{RowSet(words, kRows), {}};
  Walk walk;
  const CodedGraph over = made.over();
  walk.Begin(over, {query, 10, 20, kNone}, far, eligible);
  size_t hops = 0;
  while (walk.Step()) ++hops;
  EXPECT(walk.met() == 0 && hops < 100);
}

// The worse half of the rows, said to be more than a scan is for: the walk goes on unless there are cells.
void GivesUpFarAwayWhereThereAreCells() {
  const Case made(kRows);
  const std::vector<Hit> order = OrderOfRows(made);
  std::vector<uint32_t> words(RowSet::WordsFor(kRows));
  for (size_t i = kRows / 2; i < kRows; ++i) words[order[i].row / 32] |= 1u << order[i].row % 32;
  const Allowed far{RowSet(words, kRows), {}};
  CodedGraph over = made.over();
  for (const bool cells : {false, true}) {
    over.gives_up_far = cells;
    Walk walk;
    walk.Begin(over, {made.QueryAt(0), 10, 20, kNone}, far, 1'000'000);
    while (walk.Step()) continue;
    std::vector<Hit> hits(10);
    walk.Finish(hits);
    EXPECT(cells == (walk.met() == 0));
  }
}

void BatchesAnswerLikeOneByOne() {
  const Case made(3000);
  const size_t count = 77, dims = made.products.dims;
  std::vector<uint32_t> skip(count);
  for (size_t q = 0; q < count; ++q) skip[q] = static_cast<uint32_t>(q);
  Walks walks;
  size_t delivered = 0;
  walks.Run(
      made.over(), {made.products.in.data(), count, 10, skip}, 50, {}, 0,
      [&](size_t q, std::span<const Hit> hits, size_t) {
        ++delivered;
        const auto alone = WalkOne(made, {made.products.in.data() + q * dims, 10, 50, skip[q]});
        EXPECT(std::equal(hits.begin(), hits.end(), alone.begin(), alone.end(),
                          [](const Hit& a, const Hit& b) { return a.row == b.row && a.score == b.score; }));
      });
  EXPECT(delivered == count);
}

}  // namespace
}  // namespace sepet::hnsw

int main() {
  using namespace sepet::hnsw;
  FrontiersKeepTheBest();
  TopHitsKeepTheBest();
  SeenIsASet();
  FindsWhatAScanFinds();
  ReturnsEligibleRowsOnly();
  RemovedRowsCostNoRecall();
  GivesUpFarFromWhatIsEligible();
  GivesUpFarAwayWhereThereAreCells();
  BatchesAnswerLikeOneByOne();
  return sepet::testing::Failures();
}
