// Vectors for the tests of the graph: products in clusters, norms that follow popularity, and queries of
// another kind than the vectors, as IN vectors are to OUT vectors.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "core/base/rng.h"
#include "core/hnsw/arrange.h"
#include "core/hnsw/build.h"
#include "core/hnsw/cells.h"
#include "core/hnsw/graph.h"
#include "core/hnsw/quantized.h"
#include "core/hnsw/search.h"

namespace sepet::hnsw::testing {

// Sanitizers make everything several times as long and say no more of many rows than of some: cases are
// smaller then.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif
// Cases of one thread tell the thread sanitizer nothing.
#ifdef __SANITIZE_THREAD__
inline constexpr bool kThreadSanitized = true;
#else
inline constexpr bool kThreadSanitized = false;
#endif

inline float Gauss(Rng& rng) {
  const double radius = std::sqrt(-2 * std::log(1 - rng.Uniform()));
  return static_cast<float>(radius * std::cos(2 * 3.141592653589793 * rng.Uniform()));
}

struct Products {
  size_t rows;
  size_t dims;
  std::vector<float> out;
  std::vector<float> in;

  Vectors vectors() const { return {out.data(), rows, dims}; }
  Vectors queries() const { return {in.data(), rows, dims}; }
};

// `dims` values a product, the last of them popularity in the vectors and 0 in the queries.
inline Products MakeProducts(size_t rows, size_t dims, uint64_t seed) {
  Rng rng(seed);
  const size_t clusters = std::max<size_t>(1, rows / 100);
  std::vector<float> in_centre(clusters * dims), out_centre(clusters * dims), offset(dims);
  for (float& value : offset) value = 0.6f * Gauss(rng);
  for (size_t i = 0; i < in_centre.size(); ++i) {
    in_centre[i] = Gauss(rng);
    out_centre[i] = 0.6f * in_centre[i] + 0.5f * Gauss(rng) - offset[i % dims];
  }
  Products made{rows, dims, std::vector<float>(rows * dims), std::vector<float>(rows * dims)};
  const float scale = 1 / std::sqrt(static_cast<float>(dims));
  for (size_t row = 0; row < rows; ++row) {
    const size_t cluster = rng.Below(static_cast<uint32_t>(clusters)) * dims;
    const auto popularity = std::log1p(static_cast<float>(rows) / static_cast<float>(row + 1));
    const float norm = (0.3f + 0.12f * popularity) * scale;
    for (size_t i = 0; i + 1 < dims; ++i) {
      made.out[row * dims + i] = norm * (out_centre[cluster + i] + 0.8f * Gauss(rng));
      made.in[row * dims + i] = scale * (in_centre[cluster + i] + 0.5f * offset[i] + 0.8f * Gauss(rng));
    }
    made.out[row * dims + dims - 1] = 0.1f * popularity;
  }
  return made;
}

// Puts the first `rows` products in the order of cells and returns where each begins.
inline std::vector<uint32_t> ArrangeProducts(Products& products, size_t rows) {
  const size_t dims = products.dims;
  Arrangement made;
  if (!Arrange({products.out.data(), rows, dims}, simd::ActiveKernels(), 2, 1, &made).ok()) return {};
  for (std::vector<float>* values : {&products.out, &products.in}) {
    const std::vector<float> before = *values;
    for (size_t place = 0; place < rows; ++place)
      std::copy_n(&before[made.order[place] * dims], dims, &(*values)[place * dims]);
  }
  return made.starts;
}

// An int8 copy, cells, and the bytes under them.
struct Celled {
  std::vector<std::byte> copy_bytes, cell_bytes;
  Quantized quantized;
  Cells cells;
  bool ok = false;
};

inline Celled BuildCelled(const Vectors& vectors, std::span<const uint32_t> starts) {
  Celled built;
  built.cell_bytes.resize(starts.empty() ? 0 : CellsBytes(starts.size() - 1, vectors.dims));
  built.ok = BuildQuantized(vectors, &built.copy_bytes).ok() &&
             Quantized::Open(built.copy_bytes, vectors.rows, vectors.dims, &built.quantized).ok() &&
             BuildCells(vectors, built.quantized, starts, 2, built.cell_bytes).ok() &&
             Cells::Open(built.cell_bytes, vectors.rows, vectors.dims, true, &built.cells).ok();
  return built;
}

// A graph and the bytes under it.
struct Built {
  std::vector<std::byte> bytes;
  Graph graph;
  Status status;
};

inline Built BuildGraph(const BuildInput& input, const BuildParameters& parameters) {
  Built built;
  built.status = Build(input, simd::ActiveKernels(), parameters, Progress(), &built.bytes);
  if (built.status.ok()) built.status = Graph::Open(built.bytes, input.vectors.rows, &built.graph);
  if (!built.status.ok()) std::fprintf(stderr, "build: %s\n", built.status.message().c_str());
  return built;
}

inline std::vector<Hit> SearchAll(const Built& built, const Vectors& vectors, const Query& query,
                                  Scratch& scratch) {
  std::vector<Hit> hits(query.k);
  hits.resize(Search(built.graph, vectors, simd::ActiveKernels(), query, scratch, hits));
  return hits;
}

inline std::vector<Hit> ScanAll(const Vectors& vectors, const Query& query, Scratch& scratch) {
  const uint32_t skip[] = {query.skip};
  Scan(vectors, simd::ActiveKernels(), {query.vector, 1, query.k, skip}, scratch);
  return scratch.tops[0].Sorted();
}

// The share of the exact best k that the graph finds, over `count` products asking with themselves left out.
// `gamma` is the popularity term of the queries.
inline double Recall(const Built& built, const Products& products, uint32_t k, uint32_t ef, float gamma,
                     size_t count) {
  Scratch scratch;
  size_t found = 0, wanted = 0;
  std::vector<float> query(products.dims);
  for (size_t i = 0; i < count; ++i) {
    const size_t row = i * products.rows / count;
    std::copy_n(products.queries().Row(row), products.dims, query.begin());
    query.back() = gamma;
    const Query asked{query.data(), k, ef, static_cast<uint32_t>(row)};
    const auto truth = ScanAll(products.vectors(), asked, scratch);
    for (const Hit& hit : SearchAll(built, products.vectors(), asked, scratch))
      for (const Hit& true_hit : truth) found += hit.row == true_hit.row ? 1 : 0;
    wanted += truth.size();
  }
  return static_cast<double>(found) / static_cast<double>(wanted);
}

}  // namespace sepet::hnsw::testing
