#include "core/hnsw/cell_search.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace sepet::hnsw {
namespace {

constexpr size_t kRowsAtOnce = 64;     // rows that are asked for while as many are estimated
constexpr float kMostAdded = 1 << 30;  // to a centre's score
constexpr size_t kRowsAPlace = 1024;   // so many rows are read for each place of ef at most

// How many deviations above its centre's a row of a cell may score. At 1 M x 64 the same ef gives about the
// recall of a walk without a filter: at 40 that has .95, and filters have .93 to .98.
double DeviationsFor(uint32_t ef) {
  return 3.5 + 0.55 * std::log2(std::max(1.0, ef / 10.0));
}

// In double the square of no value is too small.
double Length(const float* vector, size_t dims) {
  double squares = 0;
  for (size_t i = 0; i < dims; ++i) squares += double{vector[i]} * double{vector[i]};
  return std::sqrt(squares);
}

}  // namespace

void CellSearch::Run(const CellParts& over, const RowSet& eligible, const Queries& queries, uint32_t ef,
                     uint32_t rerank, std::span<TopHits> tops) {
  over_ = &over;
  eligible_ = &eligible;
  const size_t dims = over.vectors.dims;
  if (queries.k == 0) return;
  most_ = kRowsAPlace * std::max(ef, queries.k);
  for (size_t q = 0; q < queries.count; ++q) {
    const float* query = queries.data + q * dims;
    const uint32_t left_out = queries.skip.empty() ? kNone : queries.skip[q];
    wanted_ = size_t{queries.k} + (left_out == kNone ? 0 : 1);
    looked_ = 0;
    best_.clear();
    listed_.clear();
    estimates_.Begin(over.quantized, over.kernels, query, Estimates::KeptFor(rerank, queries.k));
    Bound(DeviationsFor(std::max(ef, queries.k)) * Length(query, dims) * estimates_.up());
    Visit();
    estimates_.OfferBest(over.vectors, wanted_, left_out, tops[q]);
  }
}

// Bounds every cell; `width` is what a spread of 1 adds.
void CellSearch::Bound(double width) {
  const Cells& cells = over_->cells;
  const std::span<int32_t> bounds = bounds_.Reset(cells.count());
  over_->kernels.abreast_i8(estimates_.bytes(), cells.centres(), cells.quads(), cells.blocks(),
                            bounds.data());
  // Finite, so that nothing is not a number.
  const auto wide = static_cast<float>(std::min(width, 1e30));
  const float* spreads = cells.spreads().data();
  for (size_t cell = 0; cell < cells.count(); ++cell) {
    // As minimum and maximum of vectors are, and none of what is not a number.
    const float added = wide * spreads[cell], some = added > 0 ? added : 0;
    bounds[cell] += static_cast<int32_t>(some < kMostAdded ? some : kMostAdded);
  }
  std::fill(bounds.begin() + static_cast<std::ptrdiff_t>(cells.count()), bounds.end(), Tournament::kTaken);
  bounds_.Start();
}

// Looks at cells, the highest bound first, as long as one may hold something.
void CellSearch::Visit() {
  for (auto next = bounds_.Take(); next.value > bar() && !enough(); next = bounds_.Take()) {
    const auto [begin, end] = over_->cells.RowsOf(next.at);
    const size_t before = listed_.size();
    listed_.resize(before + (end - begin) + RowSet::kListRoom);
    listed_.resize(before + eligible_->ListBetween(begin, end, listed_.data() + before));
    if (listed_.size() >= kRowsAtOnce) Estimate();
  }
  Estimate();
  Estimate();
}

// Asks for the rows listed since the last time, and estimates those that were asked for then: a few of each
// in turn, as only so many can be on their way at once.
void CellSearch::Estimate() {
  size_t asked = 0;
  const auto ask = [&](size_t end) {
    for (; asked < std::min(end, listed_.size()); ++asked) estimates_.Prefetch(listed_[asked]);
  };
  int32_t estimates[kStep];
  int32_t least = estimates_.bar();
  looked_ += estimated_.size();
  for (size_t at = 0; at < estimated_.size(); at += kStep) {
    const auto step =
        std::span<const uint32_t>(estimated_).subspan(at, std::min(kStep, estimated_.size() - at));
    ask(at + kStep);
    estimates_.Of(step, estimates);
    if (step.size() == kStep && HighestOf(estimates) <= least) continue;
    for (size_t i = 0; i < step.size(); ++i) {
      if (estimates[i] <= least) continue;
      estimates_.Keep(estimates[i], step[i]);
      least = estimates_.bar();
      if (best_.size() < wanted_) {
        best_.push_back(estimates[i]);
        std::push_heap(best_.begin(), best_.end(), std::greater<>());
      } else if (estimates[i] > best_.front()) {
        std::pop_heap(best_.begin(), best_.end(), std::greater<>());
        best_.back() = estimates[i];
        std::push_heap(best_.begin(), best_.end(), std::greater<>());
      }
    }
  }
  ask(listed_.size());
  estimated_.swap(listed_);
  listed_.clear();
}

}  // namespace sepet::hnsw
