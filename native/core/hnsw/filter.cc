#include "core/hnsw/filter.h"

#include <algorithm>

namespace sepet::hnsw {
namespace {

constexpr size_t kStarts = 64;

// One walk over the eligible rows of a graph.
class Walker {
 public:
  Walker(const Graph& graph, const Vectors& vectors, const simd::Kernels& kernels, const Filter& filter,
         const Query& query, Scratch& scratch)
      : graph_(graph),
        vectors_(vectors),
        kernels_(kernels),
        filter_(filter),
        query_(query.vector),
        scratch_(scratch),
        rows_(graph.header().rows),
        enough_(size_t{4} * graph.header().M) {}

  // Offers the row to the pool, or what lies around it where it is not eligible.
  void Start(uint32_t row) {
    if (row >= rows_) return;
    if (filter_.Has(row))
      Collect(row);
    else if (scratch_.visited.Mark(row))
      Expand(row);
    OfferFresh();
  }

  void Run() {
    Pool& pool = scratch_.pool;
    for (uint32_t row = pool.Next(); row != kNone; row = pool.Next()) {
      Expand(row);
      OfferFresh();
    }
  }

 private:
  void Collect(uint32_t row) {
    if (!scratch_.visited.Mark(row)) return;
    Prefetch(vectors_.Row(row), vectors_.dims);
    scratch_.fresh.push_back(row);
  }

  // Collects the eligible neighbours of a row; then those of its other neighbours, until there are
  // enough: twice what a list can hold. A row is a bridge at most once a query, so a walk reads no list
  // twice.
  void Expand(uint32_t row) {
    std::vector<uint32_t>& bridges = scratch_.bridges;
    bridges.clear();
    size_t eligible = 0;
    for (const uint32_t next : graph_.Base(row)) {
      if (next >= rows_) break;
      if (filter_.Has(next)) {
        ++eligible;
        Collect(next);
      } else {
        bridges.push_back(next);
      }
    }
    for (size_t i = 0; i < bridges.size() && eligible < enough_; ++i) {
      if (!scratch_.visited.Mark(bridges[i])) continue;
      for (const uint32_t next : graph_.Base(bridges[i])) {
        if (next >= rows_) break;
        if (!filter_.Has(next)) continue;
        ++eligible;
        Collect(next);
      }
    }
  }

  void OfferFresh() {
    for (const uint32_t row : scratch_.fresh) {
      const float score = kernels_.dot(query_, vectors_.Row(row), vectors_.dims);
      if (scratch_.pool.Accepts(score)) scratch_.pool.Offer({score, row});
    }
    scratch_.fresh.clear();
  }

  const Graph& graph_;
  const Vectors& vectors_;
  const simd::Kernels& kernels_;
  const Filter& filter_;
  const float* query_;
  Scratch& scratch_;
  uint32_t rows_;
  size_t enough_;
};

}  // namespace

void Filter::Reset(const RowSet& eligible, uint32_t scan_rows) {
  eligible_ = eligible;
  count_ = eligible.Count();
  way_ = count_ <= scan_rows ? Way::kScan : Way::kGraph;
  listed_ = started_ = false;
}

std::span<const uint32_t> Filter::List() {
  if (!listed_) eligible_.List(count_, list_);
  listed_ = true;
  return list_;
}

std::span<const uint32_t> Filter::Starts() {
  if (!started_) eligible_.Sample(count_, kStarts, starts_);
  started_ = true;
  return starts_;
}

bool WalkAmong(const Graph& graph, const Vectors& vectors, const simd::Kernels& kernels, Filter& filter,
               const Query& query, Scratch& scratch) {
  const size_t wanted = size_t{query.k} + (query.skip == kNone ? 0 : 1);
  const size_t places = std::min<size_t>(std::max<size_t>(query.ef, wanted), filter.count());
  scratch.pool.Reset(places);
  scratch.visited.Reset(graph.header().rows);
  if (places == 0) return true;
  Walker walker(graph, vectors, kernels, filter, query, scratch);
  walker.Start(Descend(graph, vectors, kernels, query.vector));
  walker.Start(graph.EntryRow());
  for (const uint32_t seed : graph.seeds())
    if (seed < graph.header().rows && filter.Has(seed)) walker.Start(seed);
  for (const uint32_t start : filter.Starts()) walker.Start(start);
  walker.Run();
  return scratch.pool.size() == places;
}

Found SearchAmong(const Graph& graph, const Vectors& vectors, const simd::Kernels& kernels, Filter& filter,
                  const Query& query, Scratch& scratch, std::span<Hit> hits) {
  if (filter.way() == Way::kGraph && WalkAmong(graph, vectors, kernels, filter, query, scratch)) {
    size_t count = 0;
    const Pool& pool = scratch.pool;
    for (size_t i = 0; i < pool.size() && count < query.k; ++i)
      if (pool[i].row != query.skip) hits[count++] = pool[i];
    return {count, Way::kGraph};
  }
  const uint32_t skip[] = {query.skip};
  ScanAmong(vectors, kernels, filter.List(), {query.vector, 1, query.k, skip}, scratch);
  const std::vector<Hit>& sorted = scratch.tops[0].Sorted();
  std::copy(sorted.begin(), sorted.end(), hits.begin());
  return {sorted.size(), Way::kScan};
}

}  // namespace sepet::hnsw
