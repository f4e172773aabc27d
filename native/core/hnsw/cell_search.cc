#include "core/hnsw/cell_search.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "core/hnsw/narrow.h"

namespace sepet::hnsw {
namespace {

constexpr size_t kFirstCells = 24;    // cells that are put in order at once; then four times as many
constexpr size_t kRowsAtOnce = 64;    // rows that are asked for while as many are estimated
constexpr size_t kRowsAPlace = 1024;  // so many rows are read for each place of ef at most

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

// Of 16 bounds, four at a time.
inline float Highest(const float* bounds) {
  float highest[4];
  for (size_t i = 0; i < 4; ++i) {
    const float a = bounds[i] > bounds[i + 4] ? bounds[i] : bounds[i + 4];
    const float b = bounds[i + 8] > bounds[i + 12] ? bounds[i + 8] : bounds[i + 12];
    highest[i] = a > b ? a : b;
  }
  return std::max(std::max(highest[0], highest[1]), std::max(highest[2], highest[3]));
}

}  // namespace

void CellSearch::Run(const CellParts& over, const RowSet& eligible, const Queries& queries, uint32_t ef,
                     uint32_t rerank, std::span<TopHits> tops) {
  over_ = &over;
  eligible_ = &eligible;
  const size_t dims = over.vectors.dims;
  if (queries.k == 0) return;
  most_ = kRowsAPlace * std::max(ef, queries.k);
  if (all_.size() != over.cells.count()) {
    all_.resize(over.cells.count());
    std::iota(all_.begin(), all_.end(), 0u);
    highest_.resize((all_.size() + kStep - 1) / kStep);
    bounds_.assign(highest_.size() * kStep, kVisited);
  }
  bytes_.resize(dims);
  for (size_t q = 0; q < queries.count; ++q) {
    const float* query = queries.data + q * dims;
    const uint32_t left_out = queries.skip.empty() ? kNone : queries.skip[q];
    wanted_ = size_t{queries.k} + (left_out == kNone ? 0 : 1);
    looked_ = 0;
    best_.clear();
    listed_.clear();
    kept_.Reset(KeptFor(rerank, queries.k));
    const double up = QuantizeQuery(over.quantized, query, bytes_.data());
    const double length = Length(query, dims);
    Bound(DeviationsFor(std::max(ef, queries.k)) * length * up);
    for (size_t most = kFirstCells;; most *= 4) {
      Choose(most);
      if (!Visit()) break;
    }
    OfferExactly(over.vectors, over.kernels, query, left_out, kept_.Rows(LeastToScore()), tops[q]);
  }
}

// Fills `bounds_` and `highest_`; `width` is what a spread of 1 adds.
void CellSearch::Bound(double width) {
  const Cells& cells = over_->cells;
  const size_t dims = over_->vectors.dims;
  // Finite, so that nothing is not a number.
  const auto wide = static_cast<float>(std::min(width, 1e30));
  int32_t dots[kStep];
  for (size_t at = 0; at < all_.size(); at += kStep) {
    const auto step = std::span<const uint32_t>(all_).subspan(at, std::min(kStep, all_.size() - at));
    over_->kernels.dots_i8(bytes_.data(), cells.centres(), dims, step, dots);
    for (size_t i = 0; i < step.size(); ++i)
      bounds_[at + i] = static_cast<float>(dots[i]) + wide * cells.spreads()[at + i];
    highest_[at / kStep] = Highest(&bounds_[at]);
  }
}

// Puts about `most` of the cells with the highest bounds in order, or all that are left; none where none has
// a bound above the bar.
void CellSearch::Choose(size_t most) {
  // At least `most` are as high as the least of the `most` highest of all steps.
  float least = kVisited;
  if (most < highest_.size()) {
    sorted_ = highest_;
    const auto last = sorted_.begin() + static_cast<std::ptrdiff_t>(most) - 1;
    std::nth_element(sorted_.begin(), last, sorted_.end(), std::greater<>());
    least = *last;
  }
  const float above = std::max(least, std::nextafter(bar(), std::numeric_limits<float>::infinity()));
  size_t count = 0;
  for (size_t step = 0; step < highest_.size(); ++step) {
    if (highest_[step] < above) continue;
    if (chosen_.size() < count + kStep) chosen_.resize(2 * (count + kStep));
    float* bounds = &bounds_[step * kStep];
    for (size_t i = 0; i < kStep; ++i) {
      const bool is_chosen = bounds[i] >= above;
      chosen_[count] = uint64_t{Falling(bounds[i])} << 32 | (step * kStep + i);
      count += is_chosen ? 1 : 0;
      bounds[i] = is_chosen ? kVisited : bounds[i];
    }
    highest_[step] = Highest(bounds);
  }
  chosen_.resize(count);
  std::sort(chosen_.begin(), chosen_.end());
}

// Looks at the chosen cells as long as they may hold something; false once none may.
bool CellSearch::Visit() {
  bool more = !chosen_.empty();
  for (const uint64_t chosen : chosen_) {
    if (ScoreOf(static_cast<uint32_t>(chosen >> 32)) <= bar() || enough()) {
      more = false;
      break;
    }
    const auto [begin, end] = over_->cells.RowsOf(static_cast<uint32_t>(chosen));
    const size_t before = listed_.size();
    listed_.resize(before + (end - begin) + RowSet::kListRoom);
    listed_.resize(before + eligible_->ListBetween(begin, end, listed_.data() + before));
    if (listed_.size() >= kRowsAtOnce) Estimate();
  }
  Estimate();
  Estimate();
  return more;
}

// What no estimate can be below that belongs to one of the best: eight standard deviations of what rounding
// adds to a sum of products, half a step at most to each value of the query and of a row, below the last of
// them.
int32_t CellSearch::LeastToScore() const {
  if (best_.size() < wanted_) return kNoEstimate;
  const auto dims = static_cast<double>(bytes_.size());
  const double squares = over_->kernels.dot_i8(bytes_.data(), bytes_.data(), bytes_.size());
  return best_.front() - static_cast<int32_t>(8 * std::sqrt((squares + dims * 127 * 127) / 12));
}

// Asks for the rows listed since the last time, and estimates those that were asked for then: a few of each
// in turn, as only so many can be on their way at once.
void CellSearch::Estimate() {
  size_t asked = 0;
  const auto ask = [&](size_t end) {
    for (; asked < std::min(end, listed_.size()); ++asked)
      PrefetchBytes(over_->quantized.Row(listed_[asked]), over_->vectors.dims);
  };
  int32_t estimates[kStep];
  int32_t least = kept_.bar();
  looked_ += estimated_.size();
  for (size_t at = 0; at < estimated_.size(); at += kStep) {
    const auto step =
        std::span<const uint32_t>(estimated_).subspan(at, std::min(kStep, estimated_.size() - at));
    ask(at + kStep);
    over_->kernels.dots_i8(bytes_.data(), over_->quantized.Row(0), over_->vectors.dims, step, estimates);
    for (size_t i = 0; i < step.size(); ++i) {
      if (estimates[i] <= least) continue;
      kept_.Push(estimates[i], step[i]);
      least = kept_.bar();
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
