#include "core/hnsw/estimates.h"

#include <cmath>

namespace sepet::hnsw {
namespace {

constexpr size_t kAheadExact = 8;
// Of what rounding adds to an estimate: rows so far below the last of the best are none of them.
constexpr double kDeviations = 8;

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

void Estimates::Begin(const Quantized& quantized, const simd::Kernels& kernels, const float* query,
                      size_t capacity) {
  quantized_ = &quantized;
  kernels_ = &kernels;
  query_ = query;
  bytes_.assign((quantized.dims() + simd::kQuad - 1) / simd::kQuad * simd::kQuad, 0);
  up_ = QuantizeQuery(quantized, query, bytes_.data());
  shortlist_.Reset(capacity);
}

// Rounding adds half a step at most to each value of the query and of a row: deviations of 1/sqrt(12) of the
// other's value to each product.
void Estimates::OfferBest(const Vectors& vectors, size_t wanted, uint32_t left_out, TopHits& top) {
  const auto dims = static_cast<double>(quantized_->dims());
  const double squares = kernels_->dot_i8(bytes_.data(), bytes_.data(), quantized_->dims());
  const auto margin = static_cast<int32_t>(kDeviations * std::sqrt((squares + dims * 127 * 127) / 12));
  OfferExactly(vectors, *kernels_, query_, left_out, shortlist_.RowsWithin(wanted, margin), top);
}

}  // namespace sepet::hnsw
