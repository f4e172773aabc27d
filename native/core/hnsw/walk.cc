#include "core/hnsw/walk.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/base/prefetch.h"

namespace sepet::hnsw {
namespace {

constexpr size_t kWidest = 40;  // times ef, under a filter
// An int8 scan takes 5 ns a row and a hop 0.35 us: so many rows are scanned in the time of a hop. Up to
// kLeastHops for each place of ef a walk goes on all the same: who wanted a scan of so few rows had it.
constexpr size_t kRowsAHop = 75;
constexpr size_t kLeastHops = 4;
constexpr size_t kWidestRemoved = 4;  // times ef, where rows are removed
constexpr size_t kHopsAStep = 4;      // between two looks at the width
// Where so many times fewer of the best rows are eligible than of all, what is eligible lies far from the
// query, in an order that no neighbourhood follows: a scan of up to kScanFar rows is sooner at the same
// recall, and a walk must be kFarWidth times as wide for it.
constexpr double kFar = 8;
constexpr size_t kScanFar = 200'000;
constexpr uint32_t kFarWidth = 3;
constexpr size_t kAheadKept = 8;  // vectors asked for ahead of their scores

}  // namespace

void Walk::Ask(uint32_t row) const {
  const Codes& codes = over_->codes;
  PrefetchLines(codes.Block(row, 0), codes.groups() * codes.block_bytes());
  Prefetch(over_->vectors.Row(row), over_->vectors.dims);
  const std::span<const uint32_t> list = over_->graph.Base(row);
  PrefetchLines(list.data(), list.size_bytes());
}

void Walk::Begin(const CodedGraph& over, const Query& query, const Allowed& allowed, size_t count) {
  over_ = &over;
  query_ = query;
  allowed_ = &allowed;
  met_ = hops_ = 0;
  gave_up_ = far_ = false;
  filtered_ = allowed.only.has_value();
  const size_t rows = over.graph.header().rows;
  const size_t wanted = size_t{query.k} + (query.skip == kNone ? 0 : 1);
  const size_t ef = query_.ef = static_cast<uint32_t>(std::min(rows, std::max<size_t>(query.ef, wanted)));
  size_t width = ef;
  if (filtered_) {
    count_ = std::max<size_t>(1, count);
    share_ = static_cast<double>(count_) / static_cast<double>(rows);
    widest_ = std::min(rows, kWidest * ef);
    width = std::clamp(static_cast<size_t>(static_cast<double>(ef) / std::sqrt(share_)), ef, widest_);
    // Of half the rows eligible 1.5 ef gave the best recall in equal time of 1, 1.5, 2 and 4; of a tenth, ef.
    kept_.Reset(over.kernels, std::max(wanted, static_cast<size_t>((1 + share_) * static_cast<double>(ef))));
    scored_.Reset(ef);
  }
  frontier_.Reset(over.kernels, std::max<size_t>(1, width));
  tops_.Reset(std::min<size_t>(query.k, rows));
  seen_.Reset(width * 8);
  if (rows == 0) return;
  const uint32_t start = over.upper == nullptr
                             ? Descend(over.graph, over.vectors, over.kernels, query.vector)
                             : Descend(over.graph, *over.upper, over.kernels, query.vector, bytes_);
  if (start >= rows) return;
  Ask(start);
  tables_.Reset(over.kernels, over.codes, over.rotation, query.vector);
  seen_.Insert(start);
  frontier_.Offer(over.kernels.dot(query.vector, over.vectors.Row(start), over.vectors.dims), start,
                  allowed.Has(start));
}

bool Walk::Step(size_t ahead) {
  const uint32_t row = gave_up_ ? kNone : frontier_.Take();
  if (row == kNone) return false;
  ++hops_;
  const Vectors& vectors = over_->vectors;
  const float exact = over_->kernels.dot(query_.vector, vectors.Row(row), vectors.dims);
  if (row != query_.skip && allowed_->Has(row)) {
    ++met_;
    tops_.Offer({exact, row});
    if (filtered_) scored_.Insert(row);
  }
  const std::span<const uint32_t> list = over_->graph.Base(row);
  for (size_t group = 0; group * kGroup < list.size(); ++group) {
    const std::span<const uint32_t> rest = list.subspan(group * kGroup);
    const std::span<const uint32_t> places = rest.first(std::min(kGroup, rest.size()));
    const std::byte* block = over_->codes.Block(row, group);
    filtered_ ? OfferEligible(places, block, exact) : OfferGroup(places, block, exact);
  }
  if (hops_ % kHopsAStep == 0) {
    if (filtered_)
      Adapt();
    else if (allowed_->removed)
      MakeUpForRemoved();
  }
  frontier_.Ahead(ahead, [&](uint32_t next) { Ask(next); });
  return true;
}

// Leaves rows that count as many places as ef gives, whatever share of removed ones stands among them.
void Walk::MakeUpForRemoved() {
  const size_t ef = query_.ef, wanted = ef * hops_ / std::max<size_t>(1, met_);
  frontier_.Resize(std::clamp(wanted, ef, kWidestRemoved * ef));
}

// Fits the width to the share of eligible rows among the best, and gives up where a scan is the better way.
void Walk::Adapt() {
  if (hops_ > kLeastHops * query_.ef && hops_ * kRowsAHop > count_) gave_up_ = true;
  if (frontier_.size() < query_.ef) return;
  const double size = static_cast<double>(frontier_.size()), ef = query_.ef;
  const double rows_an_eligible = size / static_cast<double>(frontier_.eligible() + 1);
  if (!far_ && rows_an_eligible * share_ > kFar && hops_ > query_.ef) Widen();
  const auto now = static_cast<double>(frontier_.capacity());
  const double square = ef * ef * rows_an_eligible;
  // Not for every little difference.
  if (now * now > square * 1.25 || now * now < square * 0.8)
    frontier_.Resize(std::clamp<size_t>(static_cast<size_t>(std::sqrt(square)), query_.ef, widest_));
}

// For what lies far from the query.
void Walk::Widen() {
  far_ = true;
  gave_up_ = gave_up_ || over_->gives_up_far || count_ <= kScanFar;
  const size_t rows = over_->graph.header().rows;
  query_.ef = static_cast<uint32_t>(std::min<size_t>(rows, size_t{query_.ef} * kFarWidth));
  widest_ = std::min(rows, widest_ * kFarWidth);
  kept_.Resize(kept_.capacity() * kFarWidth);
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

// The same under a filter: a row that is eligible is also kept where its estimate is good enough for that.
void Walk::OfferEligible(std::span<const uint32_t> places, const std::byte* block, float exact) {
  float estimates[kGroup];
  const float bar = std::min(kept_.bar(), frontier_.bar());
  uint32_t above = Estimate(over_->kernels, over_->codes, tables_, block, exact, bar, estimates);
  if (places.size() < kGroup) above &= (1u << places.size()) - 1;
  const uint32_t rows = over_->graph.header().rows;
  const RowSet& eligible = *allowed_->only;
  struct {
    uint32_t row, eligible;
    float estimate;
  } fresh[kGroup];
  size_t count = 0;
  for (; above != 0; above &= above - 1) {
    const auto place = static_cast<size_t>(std::countr_zero(above));
    // The end of a short list is no row; what is looked up for it does not count.
    const uint32_t row = std::min(places[place], rows - 1), is_row = row == places[place] ? 1 : 0;
    const uint32_t has = eligible.Has(row) ? 1 : 0;
    fresh[count] = {row, has, estimates[place]};
    count += is_row & (has | (estimates[place] > frontier_.bar() ? 1 : 0)) & (seen_.MayBeNew(row) ? 1 : 0);
  }
  for (const auto& [row, has, estimate] : std::span(fresh).first(count)) {
    if (!seen_.Insert(row)) continue;
    if (has != 0 && estimate > kept_.bar()) kept_.Offer(estimate, row);
    if (estimate > frontier_.bar()) frontier_.Offer(estimate, row, has != 0);
  }
}

// Scores the kept rows to which no hop went.
void Walk::ScoreKept() {
  const Vectors& vectors = over_->vectors;
  const std::span<const uint32_t> kept = kept_.rows();
  for (size_t i = 0; i < kept.size() + kAheadKept; ++i) {
    if (i < kept.size()) Prefetch(vectors.Row(kept[i]), vectors.dims);
    if (i < kAheadKept) continue;
    const uint32_t row = kept[i - kAheadKept];
    if (row == query_.skip || !scored_.Insert(row)) continue;
    ++met_;
    tops_.Offer({over_->kernels.dot(query_.vector, vectors.Row(row), vectors.dims), row});
  }
}

size_t Walk::Finish(std::span<Hit> hits) {
  if (filtered_) ScoreKept();
  const std::vector<Hit>& sorted = tops_.Sorted();
  std::copy(sorted.begin(), sorted.end(), hits.begin());
  return sorted.size();
}

}  // namespace sepet::hnsw
