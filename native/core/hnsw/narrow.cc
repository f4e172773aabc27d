#include "core/hnsw/narrow.h"

#include <algorithm>

#include "core/hnsw/estimates.h"
#include "core/hnsw/sixteen.h"

namespace sepet::hnsw {
namespace {

// Rows that are asked for this far ahead of their use.
constexpr size_t kAhead = 64;
constexpr size_t kStep = kSixteen;  // rows that are estimated by one call

// Keeps the best of rows begin .. end - 1 of the list; asks for what is ahead of them, past the end too.
void KeepRows(std::span<const uint32_t> among, size_t begin, size_t end, bool ask, Estimates& query) {
  int32_t estimates[kStep];
  int32_t bar = query.bar();
  for (size_t at = begin; at < end; at += kStep) {
    const std::span<const uint32_t> step = among.subspan(at, std::min(kStep, end - at));
    if (ask)
      for (size_t i = at + kAhead; i < std::min(at + kAhead + kStep, among.size()); ++i)
        query.Prefetch(among[i]);
    query.Of(step, estimates);
    // Nearly always.
    if (step.size() == kStep && HighestOf(estimates) <= bar) continue;
    for (size_t i = 0; i < step.size(); ++i) {
      if (estimates[i] <= bar) continue;
      query.Keep(estimates[i], step[i]);
      bar = query.bar();
    }
  }
}

}  // namespace

void ScanQuantized(const Quantized& quantized, const Vectors& vectors, const simd::Kernels& kernels,
                   std::span<const uint32_t> among, const Queries& queries, uint32_t rerank,
                   Scratch& scratch) {
  const size_t dims = vectors.dims;
  const size_t kept = Estimates::KeptFor(rerank, queries.k);
  if (among.size() <= std::max(kept, kExactRows)) return ScanAmong(vectors, kernels, among, queries, scratch);
  const auto count =
      static_cast<size_t>(std::lower_bound(among.begin(), among.end(), quantized.rows()) - among.begin());
  const std::span<const uint32_t> covered = among.first(count);
  ResetTops(queries, vectors.rows, scratch);
  if (scratch.estimates.size() < queries.count) scratch.estimates.resize(queries.count);
  for (size_t q = 0; q < queries.count; ++q)
    scratch.estimates[q].Begin(quantized, kernels, queries.data + q * dims, kept);
  for (const uint32_t row : covered.first(std::min(kAhead, count))) PrefetchBytes(quantized.Row(row), dims);
  // A block stays in the first cache while all queries pass over it.
  const size_t block = std::max<size_t>(1, 16384 / dims);
  for (size_t begin = 0; begin < count; begin += block)
    for (size_t q = 0; q < queries.count; ++q)
      KeepRows(covered, begin, std::min(begin + block, count), q == 0, scratch.estimates[q]);
  for (size_t q = 0; q < queries.count; ++q) {
    const uint32_t left_out = queries.skip.empty() ? kNone : queries.skip[q];
    TopHits& top = scratch.tops[q];
    scratch.estimates[q].OfferBest(vectors, size_t{queries.k} + (left_out == kNone ? 0 : 1), left_out, top);
    OfferExactly(vectors, kernels, queries.data + q * dims, left_out, among.subspan(count), top);
  }
}

}  // namespace sepet::hnsw
