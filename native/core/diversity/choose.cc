#include "core/diversity/choose.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/prefetch.h"

namespace sepet::diversity {
namespace {

constexpr double kNothing = -std::numeric_limits<double>::infinity();

void PrefetchVector(const Products& products, uint32_t row) {
  if (row >= products.trained) return;
  const auto* vector = reinterpret_cast<const char*>(products.vectors + size_t{row} * products.dims);
  const size_t bytes = std::min<size_t>(products.dims * sizeof(float), 512);
  for (size_t offset = 0; offset < bytes; offset += 64) sepet::Prefetch(vector + offset);
  sepet::Prefetch(vector + bytes - 1);
}

class Choice {
 public:
  Choice(const Products& products, const Line& line, const Wish& wish, const simd::Kernels& kernels,
         Scratch& scratch)
      : products_(products),
        line_(line),
        wish_(wish),
        kernels_(kernels),
        candidates_(scratch.candidates),
        standing_(scratch.standing),
        values_(scratch.values) {
    candidates_.assign(line.rows.size(), Candidate{});
    standing_.clear();
    for (std::vector<uint32_t>& values : values_) values.clear();
    Prefetch();
    if (wish.mmr > 0)
      SetMost();
    else
      for (size_t at = 0; at < candidates_.size(); ++at) SetWorth(at, -static_cast<double>(at));
  }

  size_t Fill(std::span<uint32_t> chosen) {
    const size_t slots = std::min(wish_.need, line_.rows.size());
    auto waiting = static_cast<size_t>(std::count(line_.reserved.begin(), line_.reserved.end(), 1));
    while (standing_.size() < slots) {
      const bool is_forced = waiting > 0 && waiting >= slots - standing_.size();
      const size_t best = Best(is_forced);
      waiting -= line_.reserved[best] == 1 ? 1 : 0;
      Stand(best);
    }
    std::copy(standing_.begin(), standing_.end(), chosen.begin());
    return slots;
  }

 private:
  // What a candidate may offend against, the gravest last.
  enum Offence { kNone, kNeighbour, kMaximum };

  // Asks for what is read of the candidates, and for the vectors of those that are likely to be compared.
  // They lie anywhere in memory: awaited one after the other, they take longer than all the rest.
  void Prefetch() const {
    for (size_t at = 0; at < line_.rows.size(); ++at) {
      const uint32_t row = line_.rows[at];
      for (size_t column = 0; column < kColumns; ++column)
        if (Reads(column)) sepet::Prefetch(&products_.columns[column][row]);
      const bool is_near = at < 4 * wish_.need || line_.reserved[at] == 1;
      if (wish_.mmr > 0 && is_near) PrefetchVector(products_, row);
    }
  }

  bool Reads(size_t column) const { return column == wish_.apart || wish_.most[column] != kNoMaximum; }

  void SetWorth(size_t at, double worth) {
    candidates_[at].most = worth;
    candidates_[at].bound = worth;
  }

  // Never rises along the line, so that a search can stop where nothing better can follow.
  void SetMost() {
    const size_t length = candidates_.size();
    double top = 1;
    for (size_t start = 0, end = 0; start < length; start = end) {
      while (end < length && line_.tiers[end] == line_.tiers[start]) ++end;
      const double best = line_.totals[start];
      const double spread = best - line_.totals[std::min(end, start + 2 * wish_.need) - 1];
      double relevance = top;
      for (size_t at = start; at < end; ++at) {
        const double below = best - line_.totals[at];
        relevance = top - (below == 0 ? 0 : below / (spread == 0 ? 1 : spread));
        SetWorth(at, (1 - wish_.mmr) * relevance);
      }
      top = relevance;
    }
  }

  // The place of the lowest offence, then the highest worth, then the line's order. Nearly always the first
  // round finds one, and those that offend are never compared.
  size_t Best(bool is_forced) {
    while (candidates_[first_].stands) ++first_;
    for (int offence = kNone; offence <= kMaximum; ++offence) {
      const size_t best = BestUpTo(static_cast<Offence>(offence), is_forced);
      if (best < candidates_.size()) return best;
    }
    // Only totals that are no numbers lead here.
    size_t at = first_;
    while (at + 1 < candidates_.size() && (candidates_[at].stands || (is_forced && line_.reserved[at] == 0)))
      ++at;
    return at;
  }

  // The line's length where there is none.
  size_t BestUpTo(Offence offence, bool is_forced) {
    size_t best = candidates_.size();
    double worth = kNothing;
    for (size_t at = first_; at < candidates_.size(); ++at) {
      Candidate& one = candidates_[at];
      if (one.most <= worth) break;
      if (one.bound <= worth) continue;
      if (is_forced && line_.reserved[at] == 0) continue;
      const uint32_t row = line_.rows[at];
      if ((offence < kNeighbour && IsLikeNeighbour(row)) || (offence < kMaximum && !Fits(row))) continue;
      if (wish_.mmr > 0) {
        Compare(one, row, (one.most - worth) / wish_.mmr);
        one.bound = one.most - wish_.mmr * one.likeness;
        if (!(one.bound > worth)) continue;
      }
      worth = one.bound;
      best = at;
    }
    return best;
  }

  bool IsLikeNeighbour(uint32_t row) const {
    if (wish_.apart >= kColumns || standing_.empty()) return false;
    const uint32_t before = values_[wish_.apart].back();
    return before != kUnknown && products_.columns[wish_.apart][row] == before;
  }

  // Whether one more exceeds no maximum. So few stand that counting them is quicker than remembering counts.
  bool Fits(uint32_t row) const {
    for (size_t column = 0; column < kColumns; ++column) {
      if (wish_.most[column] == kNoMaximum) continue;
      const uint32_t value = products_.columns[column][row];
      if (value == kUnknown) continue;
      const std::vector<uint32_t>& values = values_[column];
      if (std::count(values.begin(), values.end(), value) >= wish_.most[column]) return false;
    }
    return true;
  }

  void Load(Candidate& one, uint32_t row) const {
    if (one.vector != nullptr || row >= products_.trained) return;
    one.vector = products_.vectors + size_t{row} * products_.dims;
    const double square = kernels_.dot(one.vector, one.vector, products_.dims);
    one.scale = square > 0 ? 1 / std::sqrt(square) : 0;
  }

  // Compares a candidate with those that stand, as long as it is not too like them to win.
  void Compare(Candidate& one, uint32_t row, double enough) {
    Load(one, row);
    for (; one.compared < standing_.size() && one.likeness < enough; ++one.compared) {
      const Candidate& other = candidates_[standing_[one.compared]];
      if (one.scale == 0 || other.scale == 0) continue;
      const double dot = kernels_.dot(other.vector, one.vector, products_.dims);
      one.likeness = std::max(one.likeness, dot * other.scale * one.scale);
    }
  }

  void Stand(size_t at) {
    Candidate& one = candidates_[at];
    const uint32_t row = line_.rows[at];
    if (wish_.mmr > 0) Load(one, row);
    one.stands = true;
    one.bound = kNothing;
    standing_.push_back(static_cast<uint32_t>(at));
    for (size_t column = 0; column < kColumns; ++column)
      if (Reads(column)) values_[column].push_back(products_.columns[column][row]);
  }

  const Products& products_;
  const Line& line_;
  const Wish& wish_;
  const simd::Kernels& kernels_;
  std::vector<Candidate>& candidates_;
  std::vector<uint32_t>& standing_;
  std::array<std::vector<uint32_t>, kColumns>& values_;
  size_t first_ = 0;  // all before it stand
};

}  // namespace

size_t Choose(const Products& products, const Line& line, const Wish& wish, const simd::Kernels& kernels,
              Scratch& scratch, std::span<uint32_t> chosen) {
  if (line.rows.empty() || wish.need == 0) return 0;
  return Choice(products, line, wish, kernels, scratch).Fill(chosen);
}

}  // namespace sepet::diversity
