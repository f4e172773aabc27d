// Top-k under a filter by cells. A query compares itself with all centres. A row x of a cell with centre c
// and spread s scores <q,x> = <q,c> + <q,x-c>, where the second part is about normal with deviation s|q|; so
// a cell can be expected to hold nothing of use where <q,c> + b·s|q| is below the k-th best score so far.
// Cells are visited by that bound, the best first, and the eligible rows of each are estimated from the int8
// copy, until the bounds fall below. The best estimates are scored exactly at the end.
//
// What is eligible needs no links between it, so that the same b gives the same recall whether it is drawn at
// random or lies far from the query (1 M x 64, a tenth or half of the rows eligible at random, near the query
// or far from it: recall .95 for b from 4 to 4.9, and 900 to 9,000 rows read). Every eligible row is looked
// at before fewer than k are returned.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "core/base/unset.h"
#include "core/hnsw/cells.h"
#include "core/hnsw/estimates.h"
#include "core/hnsw/quantized.h"
#include "core/hnsw/rowset.h"
#include "core/hnsw/search.h"
#include "core/hnsw/sixteen.h"
#include "core/hnsw/tournament.h"
#include "core/simd/kernels.h"

namespace sepet::hnsw {

// What the search reads; all of it const and shared.
struct CellParts {
  const Cells& cells;
  const Quantized& quantized;
  const Vectors vectors;
  const simd::Kernels& kernels;
};

class CellSearch {
 public:
  // Offers what it finds for each query to `tops`, which are ready for them. A greater `ef` reads more cells;
  // `rerank` is how many estimates are scored exactly at most.
  void Run(const CellParts& over, const RowSet& eligible, const Queries& queries, uint32_t ef,
           uint32_t rerank, std::span<TopHits> tops);

 private:
  void Bound(double width);
  void Visit();
  void Estimate();
  // What a cell's bound must exceed.
  int32_t bar() const { return best_.size() < wanted_ ? kNoEstimate : best_.front(); }
  bool enough() const { return looked_ >= most_ && best_.size() == wanted_; }

  static constexpr size_t kStep = kSixteen;  // rows that are estimated by one call
  static constexpr int32_t kNoEstimate = std::numeric_limits<int32_t>::min();

  const CellParts* over_ = nullptr;  // the caller's, while it runs
  const RowSet* eligible_ = nullptr;
  size_t wanted_ = 0;             // of the best estimates, to know how good the others must be
  size_t looked_ = 0, most_ = 0;  // eligible rows
  Tournament bounds_;             // of the cells that were not visited yet, in units of the estimates
  Estimates estimates_;
  std::vector<int32_t> best_;                 // a heap of the best estimates, the least first
  UnsetVector<uint32_t> listed_, estimated_;  // rows: those asked for, and those that have come
};

}  // namespace sepet::hnsw
