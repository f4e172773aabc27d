// Top-k by inner product: on the graph, and exactly by scan. Graph and vectors are shared and const; a
// Scratch belongs to one caller at a time; no lock is taken and, once a Scratch is warm, nothing is
// allocated.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/hnsw/estimates.h"
#include "core/hnsw/graph.h"
#include "core/hnsw/hits.h"
#include "core/hnsw/rowset.h"
#include "core/hnsw/vectors.h"
#include "core/simd/kernels.h"

namespace sepet::hnsw {

// The best candidates so far, best first, each with a mark whether its neighbours were looked at.
class Pool {
 public:
  void Reset(size_t capacity);
  // Puts the hit in its place unless it is worse than a full pool's last.
  void Offer(Hit hit);
  // Marks and returns the best candidate not yet expanded, or kNone.
  uint32_t Next();
  bool Accepts(float score) const { return size_ < entries_.size() || score >= entries_.back().hit.score; }
  size_t size() const { return size_; }
  const Hit& operator[](size_t i) const { return entries_[i].hit; }

 private:
  struct Entry {
    Hit hit;
    bool expanded;
  };
  std::vector<Entry> entries_;  // as long as the capacity; the first size_ count
  size_t size_ = 0;
  size_t next_ = 0;  // everything before it is expanded
};

// Which rows were seen in this query: a row is seen if it carries the query's number, so nothing is cleared
// between queries except when the numbers run out.
class Visited {
 public:
  void Reset(size_t rows);
  // True the first time a row is asked for.
  bool Mark(uint32_t row) {
    if (seen_[row] == epoch_) return false;
    seen_[row] = epoch_;
    return true;
  }

 private:
  std::vector<uint16_t> seen_;
  uint16_t epoch_ = 0;
};

struct Scratch {
  Pool pool;
  Visited visited;
  std::vector<uint32_t> fresh;
  std::vector<uint32_t> bridges;
  std::vector<TopHits> tops;
  std::vector<Estimates> estimates;
};

struct Query {
  const float* vector;
  uint32_t k;
  uint32_t ef;    // width of the search, raised to k where smaller
  uint32_t skip;  // a row to pass through but never to return, or kNone
};

// Walks greedily down the upper levels. Returns the row where the base level is entered; a number past the
// last row only where the graph's bytes were changed since it was opened.
uint32_t Descend(const Graph& graph, const Vectors& vectors, const simd::Kernels& kernels,
                 const float* query);

// The same by the upper nodes' vectors in bytes, node after node (BuildUpper): a cache line a comparison in
// place of four, and all of them near each other. `scratch` holds the query's bytes.
uint32_t Descend(const Graph& graph, const Quantized& upper, const simd::Kernels& kernels, const float* query,
                 std::vector<int8_t>& scratch);

// Fills `hits` with at most query.k hits, best first; returns how many. Fewer than k only where fewer can be
// reached.
size_t Search(const Graph& graph, const Vectors& vectors, const simd::Kernels& kernels, const Query& query,
              Scratch& scratch, std::span<Hit> hits);

// Queries that are answered together: `count` of them, vectors.dims floats each.
struct Queries {
  const float* data;
  size_t count;
  uint32_t k;
  std::span<const uint32_t> skip;  // a row a query that is never returned (kNone for none), or empty
};

// Makes scratch.tops ready for the hits of all queries.
void ResetTops(const Queries& queries, size_t rows, Scratch& scratch);

// Offers rows `begin` .. `end` - 1 that are allowed to scratch.tops, on top of what is there.
void ScanMore(const Vectors& vectors, const simd::Kernels& kernels, size_t begin, size_t end,
              const Allowed& allowed, const Queries& queries, Scratch& scratch);

// Exact searches. Query i's hits are scratch.tops[i].Sorted(), min(k, rows that are not skipped) of them.
void Scan(const Vectors& vectors, const simd::Kernels& kernels, const Queries& queries, Scratch& scratch);

// The same over some rows only, all below vectors.rows; fastest when they ascend.
void ScanAmong(const Vectors& vectors, const simd::Kernels& kernels, std::span<const uint32_t> among,
               const Queries& queries, Scratch& scratch);

}  // namespace sepet::hnsw
