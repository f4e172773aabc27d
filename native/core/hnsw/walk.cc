#include "core/hnsw/walk.h"

#include <algorithm>
#include <bit>

namespace sepet::hnsw {
namespace {

// In a filter without pattern, one walk in three thousand meets no allowed row where it should meet so many.
constexpr double kPatience = 8;

}  // namespace

void Walk::Ask(uint32_t row) const {
  const Codes& codes = over_->codes;
  const size_t bytes = codes.groups() * codes.block_bytes();
  const auto* block = reinterpret_cast<const char*>(codes.Block(row, 0));
  for (size_t at = 0; at < bytes; at += 64) __builtin_prefetch(block + at);
  Prefetch(over_->vectors.Row(row), over_->vectors.dims);
  const std::span<const uint32_t> list = over_->graph.Base(row);
  for (size_t at = 0; at < list.size(); at += 16) __builtin_prefetch(list.data() + at);
}

void Walk::Begin(const CodedGraph& over, const Query& query, const Allowed& allowed, double share) {
  over_ = &over;
  query_ = query;
  allowed_ = &allowed;
  met_ = hops_ = 0;
  patience_ = static_cast<size_t>(kPatience / share);
  const uint32_t rows = over.graph.header().rows;
  const size_t wanted = size_t{query.k} + (query.skip == kNone ? 0 : 1);
  frontier_.Reset(std::min<size_t>(std::max<size_t>(query.ef, wanted), rows));
  tops_.Reset(std::min<size_t>(query.k, rows));
  seen_.Reset(size_t{query.ef} * 8);
  if (rows == 0) return;
  const uint32_t start = Descend(over.graph, over.vectors, over.kernels, query.vector);
  if (start >= rows) return;
  Ask(start);
  tables_.Reset(over.codes, over.rotation, query.vector);
  seen_.Insert(start);
  frontier_.Offer(over.kernels.dot(query.vector, over.vectors.Row(start), over.vectors.dims), start);
}

bool Walk::Step(size_t ahead) {
  const uint32_t row = frontier_.Take();
  if (row == kNone || ++hops_ > patience_ * (met_ + 1)) return false;
  const Vectors& vectors = over_->vectors;
  const float exact = over_->kernels.dot(query_.vector, vectors.Row(row), vectors.dims);
  if (row != query_.skip && allowed_->Has(row)) {
    ++met_;
    tops_.Offer({exact, row});
  }
  const std::span<const uint32_t> list = over_->graph.Base(row);
  for (size_t group = 0; group * kGroup < list.size(); ++group) {
    const std::span<const uint32_t> places = list.subspan(group * kGroup);
    OfferGroup(places.first(std::min(kGroup, places.size())), over_->codes.Block(row, group), exact);
  }
  frontier_.Ahead(ahead, [&](uint32_t next) { Ask(next); });
  return true;
}

// Offers the neighbours of one block. Most of those above the bar were offered before, by no pattern that a
// branch could follow: they are sifted out without one first.
void Walk::OfferGroup(std::span<const uint32_t> places, const std::byte* block, float exact) {
  float estimates[kGroup];
  uint32_t above = Estimate(over_->kernels, over_->codes, tables_, block, exact, frontier_.bar(), estimates);
  if (places.size() < kGroup) above &= (1u << places.size()) - 1;
  uint8_t fresh[kGroup];
  size_t count = 0;
  for (; above != 0; above &= above - 1) {
    const int place = std::countr_zero(above);
    fresh[count] = static_cast<uint8_t>(place);
    count += seen_.MayBeNew(places[static_cast<size_t>(place)]) ? 1 : 0;
  }
  const uint32_t rows = over_->graph.header().rows;
  for (size_t i = 0; i < count; ++i) {
    const uint32_t row = places[fresh[i]];
    if (row < rows && estimates[fresh[i]] > frontier_.bar() && seen_.Insert(row))
      frontier_.Offer(estimates[fresh[i]], row);
  }
}

size_t Walk::Finish(std::span<Hit> hits) {
  const std::vector<Hit>& sorted = tops_.Sorted();
  std::copy(sorted.begin(), sorted.end(), hits.begin());
  return sorted.size();
}

}  // namespace sepet::hnsw
