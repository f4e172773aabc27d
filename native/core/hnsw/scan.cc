// The exact search: the oracle of the graph, and the faster of the two on small catalogues.
#include <algorithm>

#include "core/hnsw/search.h"

namespace sepet::hnsw {

void Scan(const Vectors& vectors, const simd::Kernels& kernels, const float* queries, size_t count,
          uint32_t k, std::span<const uint32_t> skip, Scratch& scratch) {
  if (scratch.tops.size() < count) scratch.tops.resize(count);
  for (size_t q = 0; q < count; ++q) scratch.tops[q].Reset(std::min<size_t>(k, vectors.rows));
  // A block of rows stays in the first cache while all queries of the batch pass over it.
  const size_t block = std::max<size_t>(1, 4096 / vectors.dims);
  for (size_t begin = 0; begin < vectors.rows; begin += block) {
    const size_t end = std::min(begin + block, vectors.rows);
    for (size_t q = 0; q < count; ++q) {
      const float* query = queries + q * vectors.dims;
      const uint32_t left_out = skip.empty() ? kNone : skip[q];
      TopHits& top = scratch.tops[q];
      for (size_t row = begin; row < end; ++row) {
        const Hit hit{kernels.dot(query, vectors.Row(row), vectors.dims), static_cast<uint32_t>(row)};
        if (hit.row != left_out) top.Offer(hit);
      }
    }
  }
}

}  // namespace sepet::hnsw
