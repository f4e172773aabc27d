// The scan of a narrow filter over the int8 copy of the vectors. A query takes the scales of the dimensions
// into itself and is rounded to bytes too, so that estimates are whole numbers and one scale serves them all.
#include "core/hnsw/narrow.h"

#include <algorithm>
#include <cmath>

namespace sepet::hnsw {
namespace {

// Rows that are asked for this far ahead of their use.
constexpr size_t kAhead = 64;
constexpr size_t kStep = 16;  // rows that are estimated by one call
constexpr size_t kAheadExact = 8;

// The estimates of one query for rows begin .. end - 1 of the list.
template <bool kPrefetch>
void EstimateRows(const Quantized& quantized, const simd::Kernels& kernels, const int8_t* query,
                  std::span<const uint32_t> among, size_t begin, size_t end, Shortlist& shortlist) {
  const size_t dims = quantized.dims();
  int32_t estimates[kStep];
  int32_t bar = shortlist.bar();
  for (size_t at = begin; at < end; at += kStep) {
    const std::span<const uint32_t> step = among.subspan(at, std::min(kStep, end - at));
    if (kPrefetch)
      for (size_t i = at + kAhead; i < std::min(at + kAhead + kStep, among.size()); ++i)
        PrefetchBytes(quantized.Row(among[i]), dims);
    kernels.dots_i8(query, quantized.Row(0), dims, step, estimates);
    for (size_t i = 0; i < step.size(); ++i) {
      if (estimates[i] <= bar) continue;
      shortlist.Push(estimates[i], step[i]);
      bar = shortlist.bar();
    }
  }
}

}  // namespace

double QuantizeQuery(const Quantized& quantized, const float* query, int8_t* bytes) {
  const std::span<const float> scales = quantized.scales();
  // In double no query is too large or too small for the product.
  double largest = 0;
  for (size_t i = 0; i < scales.size(); ++i)
    largest = std::max(largest, std::fabs(double{query[i]} * double{scales[i]}));
  const double up = largest > 0 ? 127 / largest : 0;
  for (size_t i = 0; i < scales.size(); ++i)
    bytes[i] = RoundToByte(static_cast<float>(double{query[i]} * double{scales[i]} * up));
  return up;
}

void OfferExactly(const Vectors& vectors, const simd::Kernels& kernels, const float* query, uint32_t left_out,
                  std::span<const uint32_t> rows, TopHits& top) {
  for (size_t i = 0; i < std::min(kAheadExact, rows.size()); ++i)
    Prefetch(vectors.Row(rows[i]), vectors.dims);
  for (size_t i = 0; i < rows.size(); ++i) {
    if (i + kAheadExact < rows.size()) Prefetch(vectors.Row(rows[i + kAheadExact]), vectors.dims);
    if (rows[i] != left_out) top.Offer({kernels.dot(query, vectors.Row(rows[i]), vectors.dims), rows[i]});
  }
}

void ScanQuantized(const Quantized& quantized, const Vectors& vectors, const simd::Kernels& kernels,
                   std::span<const uint32_t> among, const Queries& queries, uint32_t rerank,
                   Scratch& scratch) {
  const size_t dims = vectors.dims;
  const size_t kept = KeptFor(rerank, queries.k);
  if (among.size() <= std::max(kept, kExactRows)) return ScanAmong(vectors, kernels, among, queries, scratch);
  const auto covered =
      static_cast<size_t>(std::lower_bound(among.begin(), among.end(), quantized.rows()) - among.begin());
  ResetTops(queries, vectors.rows, scratch);
  if (scratch.shortlists.size() < queries.count) scratch.shortlists.resize(queries.count);
  scratch.query_bytes.resize(queries.count * dims);
  for (size_t q = 0; q < queries.count; ++q) {
    scratch.shortlists[q].Reset(kept);
    QuantizeQuery(quantized, queries.data + q * dims, scratch.query_bytes.data() + q * dims);
  }
  for (size_t i = 0; i < std::min(kAhead, covered); ++i) PrefetchBytes(quantized.Row(among[i]), dims);
  // A block stays in the first cache while all queries pass over it.
  const size_t block = std::max<size_t>(1, 16384 / dims);
  for (size_t begin = 0; begin < covered; begin += block) {
    const size_t end = std::min(begin + block, covered);
    for (size_t q = 0; q < queries.count; ++q) {
      const auto estimate = q == 0 ? EstimateRows<true> : EstimateRows<false>;
      estimate(quantized, kernels, scratch.query_bytes.data() + q * dims, among.first(covered), begin, end,
               scratch.shortlists[q]);
    }
  }
  for (size_t q = 0; q < queries.count; ++q) {
    const uint32_t left_out = queries.skip.empty() ? kNone : queries.skip[q];
    const float* query = queries.data + q * dims;
    TopHits& top = scratch.tops[q];
    OfferExactly(vectors, kernels, query, left_out, scratch.shortlists[q].Rows(), top);
    OfferExactly(vectors, kernels, query, left_out, among.subspan(covered), top);
  }
}

}  // namespace sepet::hnsw
