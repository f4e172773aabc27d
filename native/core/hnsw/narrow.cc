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

constexpr size_t kRounded = 16;

// RoundToByte of each; in loops so small that a compiler makes a few instructions of each.
inline void RoundToBytes(float (&values)[kRounded], int8_t (&bytes)[kRounded]) {
  for (float& value : values) value = value > -127 ? value : -127;
  for (float& value : values) value = value < 127 ? value : 127;
  for (size_t i = 0; i < kRounded; ++i)
    bytes[i] = static_cast<int8_t>(static_cast<int32_t>(values[i] + std::copysign(0.5f, values[i])));
}

// The largest |a[i] * b[i]|, of four lanes that each keep their own. In double no product is too large or too
// small.
double LargestProduct(const float* a, std::span<const float> b) {
  double largest[4] = {};
  const auto compare = [&](size_t i) {
    const double product = std::fabs(double{a[i]} * double{b[i]});
    largest[i % 4] = product > largest[i % 4] ? product : largest[i % 4];
  };
  size_t i = 0;
  for (; i + 4 <= b.size(); i += 4)
    for (size_t lane = 0; lane < 4; ++lane) compare(i + lane);
  for (; i < b.size(); ++i) compare(i);
  return std::max(std::max(largest[0], largest[1]), std::max(largest[2], largest[3]));
}

}  // namespace

double QuantizeQuery(const Quantized& quantized, const float* query, int8_t* bytes) {
  const std::span<const float> scales = quantized.scales();
  const double largest = LargestProduct(query, scales);
  const double up = largest > 0 ? 127 / largest : 0;
  float values[kRounded] = {};
  for (size_t at = 0; at < scales.size(); at += kRounded) {
    const size_t count = std::min(kRounded, scales.size() - at);
    for (size_t i = 0; i < count; ++i)
      values[i] = static_cast<float>(double{query[at + i]} * double{scales[at + i]} * up);
    int8_t rounded[kRounded];
    RoundToBytes(values, rounded);
    std::copy_n(rounded, count, bytes + at);
  }
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
