// Answers batches of queries over all that an index has, and chooses the way: the one place that knows graph,
// codes, int8 copy, side segment, filters and removed rows.
//
// The rows of the graph come first in the vectors. Rows behind them are the side segment, products that came
// after the build: they are scanned exactly and merged into every answer. Removed rows are bits: a search
// walks through such rows and never returns them.
//
// Ways, by what is eligible, which a bitset tells exactly:
// - all, and the graph is small: an exact scan, then the faster of the two;
// - up to a quarter, and there are cells: the int8 rows of those that may hold something (cell_search.h);
// - all, or a good part: the graph. With codes a walk over estimates (walk.h) that is as much wider as fewer
//   of the best rows are eligible and returns those only; a query that met too few is answered by cells or a
//   scan. Without codes a walk over eligible rows that crosses the others as bridges (filter.h); where it is
//   cut off, a scan;
// - few: a scan, on the int8 copy where there is one.
//
// A Searcher belongs to one caller at a time; the parts are const and shared.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/hnsw/cell_search.h"
#include "core/hnsw/cells.h"
#include "core/hnsw/codes.h"
#include "core/hnsw/filter.h"
#include "core/hnsw/graph.h"
#include "core/hnsw/quantized.h"
#include "core/hnsw/rowset.h"
#include "core/hnsw/search.h"
#include "core/hnsw/walk.h"

namespace sepet::hnsw {

// What an index is made of. The bytes under graph, codes and copy belong to the caller.
struct Parts {
  Vectors vectors;
  Graph graph;          // over the first rows of the vectors; over none where there is no graph
  Codes codes;          // of that graph, or empty
  Quantized quantized;  // of those rows, or empty
  Quantized upper;      // of the graph's upper nodes, or empty
  Cells cells;          // of those rows, or empty; only with `quantized`
};

struct Asked {
  Queries queries;
  uint32_t ef;      // width of the walk
  Allowed allowed;  // of all rows, the side segment's too
  // Up to so many eligible rows are scanned; where absent, as many as cost less than a walk.
  std::optional<uint32_t> scan_rows;
  uint32_t rerank;  // best estimates of an int8 scan that are scored exactly
};

class Searcher {
 public:
  // Up to so many rows for each place of the walk an unfiltered search is a scan: in the caches a hop costs
  // as much as so many exact scores.
  static constexpr size_t kScanRowsAPlace = 24;

  Searcher(const Parts& parts, const simd::Kernels& kernels);

  // Answers all queries. Hits(q) are then min(k, rows that are allowed and not skipped) of them for query q;
  // fewer only where no row is forbidden and the graph leads to fewer. kScan where all answers are exact.
  Way Search(const Asked& asked);
  // The same among a few rows, ascending and allowed all.
  void SearchThese(const Asked& asked, std::span<const uint32_t> among);
  // The same by exact scans only, of `among` (ascending and allowed) or, without it, of all.
  void Scan(const Asked& asked, std::optional<std::span<const uint32_t>> among);

  // Best first, until the next call.
  std::span<const Hit> Hits(size_t query) const { return scratch_.tops[query].hits(); }

 private:
  Way SearchFree(const Asked& asked);
  Way SearchFiltered(const Asked& asked);
  void SearchCells(const Asked& asked, size_t first, size_t count);
  uint32_t ScanRowsFor(const Asked& asked) const;
  Way SearchStarved(const Asked& asked);
  void WalkAll(const Asked& asked, const Allowed& allowed, size_t count);
  Way SearchEligible(const Asked& asked, size_t query);
  void ScanRows(const Asked& asked, std::span<const uint32_t> rows);
  void Keep(size_t query, std::span<const Hit> hits);
  RowSet Combine(const Allowed& allowed);
  void Finish(const Asked& asked);
  size_t graph_rows() const { return parts_.graph.header().rows; }
  Query QueryAt(const Asked& asked, size_t query) const;

  const Parts& parts_;
  const simd::Kernels& kernels_;
  const Rotation rotation_;
  Scratch scratch_;
  Scratch alone_;  // of searches of one query, whose answers go to scratch_
  Filter filter_;
  Walks walks_;
  CellSearch cell_search_;
  bool walked_ = false;  // whether the queries of this call were tried on all rows first
  std::vector<uint32_t> words_;
  std::vector<uint32_t> starved_;  // queries that a walk over all rows could not answer
  std::vector<Hit> hits_;
};

}  // namespace sepet::hnsw
