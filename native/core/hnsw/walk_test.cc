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

// The frontier against a plain sorted list.
void FrontierKeepsTheBest() {
  Rng rng(1);
  for (size_t capacity = 1; capacity < 40; ++capacity) {
    Frontier frontier;
    frontier.Reset(capacity);
    struct Entry {
      float score;
      uint32_t row;
      bool taken;
    };
    std::vector<Entry> plain;
    for (uint32_t row = 0; row < 300; ++row) {
      // Scores of both signs, far enough apart that the bit given to the mark does not matter.
      const float score =
          (static_cast<float>(rng.Below(1 << 16)) - 30000) / 128 + static_cast<float>(row) / (1 << 16);
      if (score > frontier.bar()) {
        frontier.Offer(score, row);
        plain.push_back({score, row, false});
        std::sort(plain.begin(), plain.end(),
                  [](const Entry& a, const Entry& b) { return a.score > b.score; });
        if (plain.size() > capacity) plain.pop_back();
      } else {
        EXPECT(plain.size() == capacity && score < plain.back().score + 1e-3f);
      }
      EXPECT(frontier.size() == plain.size());
      if (rng.Below(3) != 0) continue;
      const auto best = std::find_if(plain.begin(), plain.end(), [](const Entry& e) { return !e.taken; });
      const uint32_t expected = best == plain.end() ? kNone : best->row;
      EXPECT(frontier.Peek() == expected);
      EXPECT(frontier.Take() == expected);
      if (best != plain.end()) best->taken = true;
    }
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
  walk.Begin(over, query, allowed);
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
  if (allowed.only) allowed.only->List(list);
  for (size_t i = 0; i < 100; ++i) {
    const auto row = static_cast<uint32_t>(i * made.products.rows / 100);
    const Query query{made.QueryAt(row), k, ef, row};
    const Queries asked{query.vector, 1, k, std::span(&query.skip, 1)};
    if (!allowed.only)
      Scan(made.products.vectors(), simd::ActiveKernels(), asked, scratch);
    else
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
  std::vector<uint32_t> words(RowSet::WordsFor(kRows));
  Rng rng(8);
  for (uint32_t& word : words) word = static_cast<uint32_t>(rng.Next());
  const RowSet half(words, kRows);
  EXPECT(RecallOf(made, 10, 160, {half, {}}) > 0.97);
}

void BatchesAnswerLikeOneByOne() {
  const Case made(3000);
  const size_t count = 77, dims = made.products.dims;
  std::vector<uint32_t> skip(count);
  for (size_t q = 0; q < count; ++q) skip[q] = static_cast<uint32_t>(q);
  Walks walks;
  size_t delivered = 0;
  walks.Run(
      made.over(), {made.products.in.data(), count, 10, skip}, 50, {}, 1,
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
  FrontierKeepsTheBest();
  TopHitsKeepTheBest();
  SeenIsASet();
  FindsWhatAScanFinds();
  ReturnsEligibleRowsOnly();
  BatchesAnswerLikeOneByOne();
  return sepet::testing::Failures();
}
