// The exact search: the oracle of the graph, and the faster of the two on small catalogues and under narrow
// filters.
#include <algorithm>

#include "core/hnsw/search.h"

namespace sepet::hnsw {
namespace {

// Rows that are read this far ahead: their addresses jump, so the hardware does not foresee them.
constexpr size_t kAhead = 12;

void ResetTops(const Queries& queries, size_t rows, Scratch& scratch) {
  if (scratch.tops.size() < queries.count) scratch.tops.resize(queries.count);
  for (size_t q = 0; q < queries.count; ++q) scratch.tops[q].Reset(std::min<size_t>(queries.k, rows));
}

// Offers the rows RowAt(begin) .. RowAt(end - 1) to every query's best.
template <typename RowAt>
void ScanBlock(const Vectors& vectors, const simd::Kernels& kernels, const Queries& queries, size_t begin,
               size_t end, const RowAt& row_at, Scratch& scratch) {
  for (size_t q = 0; q < queries.count; ++q) {
    const float* query = queries.data + q * vectors.dims;
    const uint32_t left_out = queries.skip.empty() ? kNone : queries.skip[q];
    TopHits& top = scratch.tops[q];
    for (size_t i = begin; i < end; ++i) {
      const uint32_t row = row_at(i, q);
      const Hit hit{kernels.dot(query, vectors.Row(row), vectors.dims), row};
      if (hit.row != left_out) top.Offer(hit);
    }
  }
}

// Rows of a block that stays in the first cache while all queries of the batch pass over it.
size_t BlockRows(const Vectors& vectors) {
  return std::max<size_t>(1, 4096 / vectors.dims);
}

}  // namespace

void Scan(const Vectors& vectors, const simd::Kernels& kernels, const Queries& queries, Scratch& scratch) {
  ResetTops(queries, vectors.rows, scratch);
  const size_t block = BlockRows(vectors);
  for (size_t begin = 0; begin < vectors.rows; begin += block) {
    const size_t end = std::min(begin + block, vectors.rows);
    ScanBlock(
        vectors, kernels, queries, begin, end, [](size_t i, size_t) { return static_cast<uint32_t>(i); },
        scratch);
  }
}

void ScanAmong(const Vectors& vectors, const simd::Kernels& kernels, std::span<const uint32_t> among,
               const Queries& queries, Scratch& scratch) {
  ResetTops(queries, among.size(), scratch);
  const auto row_at = [&](size_t i, size_t q) {
    if (q == 0 && i + kAhead < among.size()) Prefetch(vectors.Row(among[i + kAhead]), vectors.dims);
    return among[i];
  };
  const size_t block = BlockRows(vectors);
  for (size_t begin = 0; begin < among.size(); begin += block)
    ScanBlock(vectors, kernels, queries, begin, std::min(begin + block, among.size()), row_at, scratch);
}

}  // namespace sepet::hnsw
