// Top-k among the rows that a filter allows.
//
// Three ways, chosen by how many rows are eligible, which a bitset tells exactly:
// - few: an exact scan over them;
// - more: the graph, where a pool of eligible rows is walked and a neighbour that is not eligible is a bridge
//   to its own neighbours (ACORN-1, arXiv 2403.04871). The walk starts from the usual entries and from rows
//   spread over the filter, because what is eligible may lie far from the query, where no walk from the
//   entries would get to. The more is eligible the fewer bridges are crossed; with every row eligible this is
//   the plain search, so wide filters need no way of their own. Measured there, recall@10 is .97 with half or
//   a fifth of the rows eligible, at random or far from the query, and .94 with all;
// - a walk that ran out of rows before its pool was full has been cut off from the others: an exact scan.
//
// A Filter and a Scratch belong to one caller at a time; everything else is const and shared.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "core/hnsw/graph.h"
#include "core/hnsw/rowset.h"
#include "core/hnsw/search.h"

namespace sepet::hnsw {

// Up to how many eligible rows an exact scan is the way for a search of that width. On 200 K x 64, M 16, a
// place in the pool costs the walk 5.5 us and a row the scan 0.037 us; below a width of 200 the scan costs
// more than the walk, but little, and is exact.
inline uint32_t DefaultScanRows(uint32_t k, uint32_t ef) {
  constexpr uint64_t kRowsAPlace = 150, kLeast = 30000;
  return static_cast<uint32_t>(std::clamp<uint64_t>(kRowsAPlace * std::max(k, ef), kLeast, kMaxRows));
}

enum class Way { kGraph, kScan };

// The eligible rows of one call, made ready once for all its queries. Reused from call to call, it allocates
// only when it grows.
class Filter {
 public:
  // Chooses the way: a scan up to `scan_rows` eligible rows.
  void Reset(const RowSet& eligible, uint32_t scan_rows);

  Way way() const { return way_; }
  size_t count() const { return count_; }
  const RowSet& eligible() const { return eligible_; }
  bool Has(uint32_t row) const { return eligible_.Has(row); }
  // Some of them, evenly spread; chosen the first time they are asked for.
  std::span<const uint32_t> Starts();
  // All of them, ascending; listed the first time they are asked for.
  std::span<const uint32_t> List();

 private:
  RowSet eligible_;
  size_t count_ = 0;
  Way way_ = Way::kScan;
  bool listed_ = false, started_ = false;
  std::vector<uint32_t> list_;
  std::vector<uint32_t> starts_;
};

struct Found {
  size_t count;
  Way way;
};

// Fills `hits` with the best eligible rows, best first; min(k, eligible rows but query.skip) of them.
Found SearchAmong(const Graph& graph, const Vectors& vectors, const simd::Kernels& kernels, Filter& filter,
                  const Query& query, Scratch& scratch, std::span<Hit> hits);

// The graph's part of it, without a look at filter.way(). False where the walk was cut off: then the pool in
// `scratch` holds fewer rows than it has places and than are eligible.
bool WalkAmong(const Graph& graph, const Vectors& vectors, const simd::Kernels& kernels, Filter& filter,
               const Query& query, Scratch& scratch);

}  // namespace sepet::hnsw
