// The parts of a build (core/hnsw/build.h): what its threads share, and what each has for itself.
//
// Inner products are not a metric, so the graph is built where they are one: each vector x gets one more
// value sqrt(R^2 - |x|^2), R the longest norm (Bachrach et al. 2014). All then lie on a sphere of radius R,
// where |x-y|^2 = 2R^2 - 2<x,y>: nearest is the largest augmented inner product, the value is kept beside the
// vectors and nothing is copied. A query gets the value 0, so the plain inner product on the plain vectors
// orders alike.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/hnsw/build.h"
#include "core/hnsw/hits.h"
#include "core/hnsw/links.h"
#include "core/hnsw/search.h"

namespace sepet::hnsw {

// Const while rows are inserted, except for the lists in `links`.
struct Builder {
  Builder(const BuildInput& input, const simd::Kernels& kernels, const BuildParameters& parameters);

  float Similarity(uint32_t a, uint32_t b) const {
    return kernels.dot(vectors.Row(a), vectors.Row(b), vectors.dims) + extra[a] * extra[b];
  }

  const Vectors vectors;
  const Vectors queries;  // the sample, never empty unless there are no rows
  const simd::Kernels& kernels;
  const BuildParameters parameters;
  // Neighbours on the base level that are chosen for being near, where diversity alone gives fewer; the rest
  // of the 2M places stays free for rows that answer the same queries.
  const size_t base_fill;
  std::vector<float> extra;     // the added value of each row
  std::vector<uint8_t> levels;  // the highest level of each row
  std::vector<uint32_t>
      order;  // rows in order of insertion; the first has the highest level and is the entry
  Links links;

 private:
  static std::vector<uint8_t> DrawLevels(size_t rows, const BuildParameters& parameters);
};

// One thread's side: inserts rows, and searches the unfinished graph.
class Inserter {
 public:
  explicit Inserter(Builder& builder) : builder_(builder) {}

  void Insert(uint32_t row);
  // The rows most similar to `row` (itself left out) that are found on a level from `start`, best first.
  std::span<const Hit> Similar(uint32_t row, uint32_t start, uint32_t level);

 private:
  uint32_t Descend(uint32_t row, uint32_t level);
  void Link(uint32_t from, Hit to, uint32_t level);
  // Keeps of `candidates` (best first), at most as many as the level has places, those that are nearer to the
  // row they were found for than to any kept before them; then fills up with the best of the others (Malkov,
  // Yashunin 2016, algorithm 4).
  void Select(std::span<const Hit> candidates, uint32_t level, std::vector<Hit>& kept);

  Builder& builder_;
  Pool pool_;
  Visited visited_;
  std::vector<uint32_t> fresh_;
  std::vector<Hit> found_;
  std::vector<Hit> chosen_;
  std::vector<Hit> rivals_;
  std::vector<Hit> survivors_;
  std::vector<Hit> pruned_;
};

// Links rows that answer the same sample queries, in the places that are free. Stops early when cancelled.
void Shape(Builder& builder, const Progress& progress);

// How many sample queries Shape will ask.
size_t ShapeQueries(const Builder& builder);

// The graph section as it stands.
std::vector<std::byte> Encode(const Builder& builder, std::span<const uint32_t> seeds);

// Links rows that cannot be reached from the entry on the base level, so that all can. Keeps what was
// reachable.
void Repair(Builder& builder);

// The rows from which searches start beside the entry: those with the longest vectors, which many queries
// want.
std::vector<uint32_t> ChooseSeeds(const Builder& builder);

}  // namespace sepet::hnsw
