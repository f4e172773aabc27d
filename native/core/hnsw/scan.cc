// The exact search: the oracle of the graph, and the faster of the two on small catalogues and under narrow
// filters.
#include <algorithm>

#include "core/hnsw/search.h"

namespace sepet::hnsw {
namespace {

// Rows that are read this far ahead: their addresses jump, so the hardware does not foresee them.
constexpr size_t kAhead = 12;

// Offers one row to every query's best.
void Score(const Vectors& vectors, const simd::Kernels& kernels, uint32_t row, const Queries& queries,
           Scratch& scratch) {
  for (size_t q = 0; q < queries.count; ++q) {
    if (!queries.skip.empty() && queries.skip[q] == row) continue;
    const float* query = queries.data + q * vectors.dims;
    scratch.tops[q].Offer({kernels.dot(query, vectors.Row(row), vectors.dims), row});
  }
}

}  // namespace

void ResetTops(const Queries& queries, size_t rows, Scratch& scratch) {
  if (scratch.tops.size() < queries.count) scratch.tops.resize(queries.count);
  for (size_t q = 0; q < queries.count; ++q) scratch.tops[q].Reset(std::min<size_t>(queries.k, rows));
}

void ScanMore(const Vectors& vectors, const simd::Kernels& kernels, size_t begin, size_t end,
              const Allowed& allowed, const Queries& queries, Scratch& scratch) {
  for (size_t i = begin; i < end; ++i) {
    const auto row = static_cast<uint32_t>(i);
    if (allowed.Has(row)) Score(vectors, kernels, row, queries, scratch);
  }
}

void Scan(const Vectors& vectors, const simd::Kernels& kernels, const Queries& queries, Scratch& scratch) {
  ResetTops(queries, vectors.rows, scratch);
  ScanMore(vectors, kernels, 0, vectors.rows, {}, queries, scratch);
}

void ScanAmong(const Vectors& vectors, const simd::Kernels& kernels, std::span<const uint32_t> among,
               const Queries& queries, Scratch& scratch) {
  ResetTops(queries, vectors.rows, scratch);
  for (size_t i = 0; i < among.size(); ++i) {
    if (i + kAhead < among.size()) Prefetch(vectors.Row(among[i + kAhead]), vectors.dims);
    Score(vectors, kernels, among[i], queries, scratch);
  }
}

}  // namespace sepet::hnsw
