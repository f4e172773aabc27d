// What searches over the int8 copy have in common. A query takes the scales of the dimensions into itself and
// is rounded to bytes too, so that estimates of its inner products with rows are whole numbers and one scale
// serves them all. At the end the best rows get their exact scores.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/prefetch.h"
#include "core/hnsw/hits.h"
#include "core/hnsw/quantized.h"
#include "core/hnsw/shortlist.h"
#include "core/hnsw/vectors.h"
#include "core/simd/kernels.h"

namespace sepet::hnsw {

// Asks for every line of a row once: a second time costs as much as the first.
inline void PrefetchBytes(const int8_t* row, size_t dims) {
  const size_t within = reinterpret_cast<uintptr_t>(row) % 64;
  PrefetchLines(row - within, within + std::min<size_t>(dims, 512));
}

// Fills `bytes` with the query times the scales, as large as int8 holds it. An estimate is then the inner
// product times what is returned; 0 for a query of zeros.
double QuantizeQuery(const Quantized& quantized, const float* query, int8_t* bytes);

// Offers rows with their exact scores, all but `left_out`.
void OfferExactly(const Vectors& vectors, const simd::Kernels& kernels, const float* query, uint32_t left_out,
                  std::span<const uint32_t> rows, TopHits& top);

// One query's.
class Estimates {
 public:
  // How many rows are scored exactly at most, where the caller asks for `rerank` of them and returns k.
  static size_t KeptFor(uint32_t rerank, uint32_t k) { return std::max<size_t>(rerank, size_t{4} * k + 16); }

  // Begins a query, of which the best `capacity` rows are kept. What it refers to stays the caller's.
  void Begin(const Quantized& quantized, const simd::Kernels& kernels, const float* query, size_t capacity);

  // Of the rows listed, in their order.
  void Of(std::span<const uint32_t> rows, int32_t* estimates) const {
    kernels_->dots_i8(bytes_.data(), quantized_->Row(0), quantized_->dims(), rows, estimates);
  }
  void Prefetch(uint32_t row) const { PrefetchBytes(quantized_->Row(row), quantized_->dims()); }

  // The query's bytes; zeros fill up the last quad.
  const int8_t* bytes() const { return bytes_.data(); }
  // An estimate is the inner product times this; 0 for a query of zeros.
  double up() const { return up_; }

  // What an estimate must exceed to be kept, where rows come in ascending order.
  int32_t bar() const { return shortlist_.bar(); }
  void Keep(int32_t estimate, uint32_t row) { shortlist_.Push(estimate, row); }

  // Offers the kept rows that may be among the best `wanted` with their exact scores, all but `left_out`.
  void OfferBest(const Vectors& vectors, size_t wanted, uint32_t left_out, TopHits& top);

 private:
  const Quantized* quantized_ = nullptr;
  const simd::Kernels* kernels_ = nullptr;
  const float* query_ = nullptr;
  std::vector<int8_t> bytes_;
  double up_ = 0;
  Shortlist shortlist_;
};

}  // namespace sepet::hnsw
