// What searches over the int8 copy have in common: a query in bytes, and the exact scores of the best
// estimates.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/hnsw/hits.h"
#include "core/hnsw/quantized.h"
#include "core/hnsw/vectors.h"
#include "core/simd/kernels.h"

namespace sepet::hnsw {

// Asks for every line of a row once: a second time costs as much as the first.
inline void PrefetchBytes(const int8_t* row, size_t dims) {
  const size_t within = reinterpret_cast<uintptr_t>(row) % 64, end = within + std::min<size_t>(dims, 512);
  for (size_t at = 0; at < end; at += 64) __builtin_prefetch(row - within + at);
}

// Fills `bytes` with the query times the scales, as large as int8 holds it. An estimate is then the inner
// product times what is returned; 0 for a query of zeros.
double QuantizeQuery(const Quantized& quantized, const float* query, int8_t* bytes);

// How many of the best estimates are scored exactly.
inline size_t KeptFor(uint32_t rerank, uint32_t k) {
  return std::max<size_t>(rerank, size_t{4} * k + 16);
}

// Offers rows with their exact scores, all but `left_out`.
void OfferExactly(const Vectors& vectors, const simd::Kernels& kernels, const float* query, uint32_t left_out,
                  std::span<const uint32_t> rows, TopHits& top);

}  // namespace sepet::hnsw
