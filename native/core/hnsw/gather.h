// The candidates from which a row's neighbours are chosen: the rows with the greatest inner products with it,
// nearly all of them, found for all rows together.
//
// Some random rows lead. Every row joins the leader whose direction is the nearest, and the rows with the
// greatest inner products with the leader are scored for all that joined it, by tiles (core/hnsw/tile.h).
// Several rounds with other leaders find what one misses. With 1 M product vectors of 64 dimensions three
// rounds find 94 % of the best 32 at a hundredth of a search's price a row. The idea of overlapping
// partitions is HCNNG's (Munoz et al. 2019); that a leader is a query, so that an inner product needs no
// metric, is ours.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/progress.h"
#include "core/base/unset.h"
#include "core/hnsw/hits.h"
#include "core/hnsw/tile.h"

namespace sepet::hnsw {

// Keeps the best `count` of the hits, in any order but the worst of them last.
void KeepBest(std::vector<Hit>& hits, size_t count);

// Up to `capacity` hits a row, best first.
class Candidates {
 public:
  Candidates(size_t rows, size_t capacity) : capacity_(capacity), counts_(rows), hits_(rows * capacity) {}

  size_t capacity() const { return capacity_; }
  std::span<const Hit> operator[](size_t row) const {
    return std::span(hits_).subspan(row * capacity_, counts_[row]);
  }
  // What a new hit must exceed.
  float Floor(size_t row) const;
  // Adds hits in any order; those already there, with the same score, are not kept twice. `merged` is
  // scratch.
  void Merge(size_t row, std::vector<Hit>& fresh, std::vector<Hit>& merged);

 private:
  size_t capacity_;
  std::vector<uint32_t> counts_;
  UnsetVector<Hit> hits_;  // set up to counts_
};

// The rows of one level of the graph. In all that concerns a level, a row is its position in `members`.
struct LevelInput {
  const Directions& directions;
  std::span<const uint32_t> members;  // rows, ascending
  ScoreTile score;
  uint32_t threads;
  uint64_t seed;
  const Progress& progress;
};

// Fills `candidates`, which has a row for every member. Adds members.size() to the progress for every round.
// The same for every number of threads. Stops early when cancelled.
void Gather(const LevelInput& level, Candidates& candidates);

// How many rounds Gather makes over so many rows.
size_t GatherRounds(size_t rows, size_t capacity);
// The bytes that Gather allocates beyond its arguments, at most.
uint64_t GatherMemoryBound(uint64_t rows, uint64_t dims, size_t capacity, uint32_t threads);

}  // namespace sepet::hnsw
