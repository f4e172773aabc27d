#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/rng.h"
#include "core/hnsw/builder.h"

namespace sepet::hnsw {

Builder::Builder(const BuildInput& input, const simd::Kernels& kernels_in,
                 const BuildParameters& parameters_in)
    : vectors(input.vectors),
      queries(input.queries.rows > 0 ? input.queries : input.vectors),
      kernels(kernels_in),
      parameters(parameters_in),
      // Real queries earn more of the places than vectors that stand in for them (measured, see build.h).
      base_fill(input.queries.rows > 0 ? parameters.M / 2 : parameters.M),
      extra(vectors.rows),
      levels(DrawLevels(vectors.rows, parameters)),
      order(vectors.rows),
      links(levels, parameters.M) {
  float longest = 0;
  for (size_t row = 0; row < vectors.rows; ++row) {
    extra[row] = kernels.dot(vectors.Row(row), vectors.Row(row), vectors.dims);
    longest = std::max(longest, extra[row]);
  }
  for (float& value : extra) value = std::sqrt(std::max(0.0f, longest - value));
  std::iota(order.begin(), order.end(), 0u);
  Rng rng(Mix(parameters.seed, vectors.rows));
  for (size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[rng.Below(static_cast<uint32_t>(i))]);
  const auto highest = std::max_element(order.begin(), order.end(),
                                        [&](uint32_t a, uint32_t b) { return levels[a] < levels[b]; });
  if (!order.empty()) std::iter_swap(order.begin(), highest);
}

std::vector<uint8_t> Builder::DrawLevels(size_t rows, const BuildParameters& parameters) {
  std::vector<uint8_t> levels(rows);
  const double scale = 1 / std::log(parameters.M);
  for (size_t row = 0; row < rows; ++row) {
    const double u = 1 - UnitInterval(Mix(parameters.seed, row));  // in (0, 1]
    levels[row] = static_cast<uint8_t>(std::min<double>(-std::log(u) * scale, kMaxLevel));
  }
  return levels;
}

void Inserter::Insert(uint32_t row) {
  const uint32_t entry = builder_.order.front();
  if (row == entry) return;
  const uint32_t top = std::min(builder_.levels[row], builder_.levels[entry]);
  uint32_t start = Descend(row, top);
  for (uint32_t level = top + 1; level-- > 0;) {
    const auto similar = Similar(row, start, level);
    if (similar.empty()) continue;
    start = similar.front().row;
    Select(similar, level, chosen_);
    for (const Hit& hit : chosen_) Link(row, hit, level);
    for (const Hit& hit : chosen_) Link(hit.row, {hit.score, row}, level);
  }
}

// Greedy steps from the entry down to just above `level`.
uint32_t Inserter::Descend(uint32_t row, uint32_t level) {
  uint32_t at = builder_.order.front();
  float best = builder_.Similarity(row, at);
  for (uint32_t upper = builder_.levels[at]; upper > level; --upper) {
    for (bool moved = true; moved;) {
      moved = false;
      fresh_.clear();
      {
        const Links::Lock lock(builder_.links, at);
        for (const uint32_t next : builder_.links.List(at, upper)) {
          if (next == kNone) break;
          fresh_.push_back(next);
        }
      }
      for (const uint32_t next : fresh_) {
        const float score = builder_.Similarity(row, next);
        if (score > best) {
          best = score;
          at = next;
          moved = true;
        }
      }
    }
  }
  return at;
}

std::span<const Hit> Inserter::Similar(uint32_t row, uint32_t start, uint32_t level) {
  pool_.Reset(builder_.parameters.ef_construction);
  visited_.Reset(builder_.vectors.rows);
  visited_.Mark(row);
  visited_.Mark(start);
  if (start != row) pool_.Offer({builder_.Similarity(row, start), start});
  for (uint32_t at = pool_.Next(); at != kNone; at = pool_.Next()) {
    fresh_.clear();
    {
      const Links::Lock lock(builder_.links, at);
      for (const uint32_t next : builder_.links.List(at, level)) {
        if (next == kNone) break;
        if (visited_.Mark(next)) fresh_.push_back(next);
      }
    }
    for (const uint32_t next : fresh_) {
      const float score = builder_.Similarity(row, next);
      if (pool_.Accepts(score)) pool_.Offer({score, next});
    }
  }
  found_.clear();
  for (size_t i = 0; i < pool_.size(); ++i) found_.push_back(pool_[i]);
  return found_;
}

void Inserter::Link(uint32_t from, Hit to, uint32_t level) {
  const Links::Lock lock(builder_.links, from);
  const std::span<uint32_t> list = builder_.links.List(from, level);
  for (uint32_t& place : list) {
    if (place == to.row) return;
    if (place == kNone) {
      place = to.row;
      return;
    }
  }
  rivals_.assign(1, to);
  for (const uint32_t row : list) rivals_.push_back({builder_.Similarity(from, row), row});
  std::sort(rivals_.begin(), rivals_.end(), Better);
  Select(rivals_, level, survivors_);
  for (size_t i = 0; i < list.size(); ++i) list[i] = i < survivors_.size() ? survivors_[i].row : kNone;
}

void Inserter::Select(std::span<const Hit> candidates, uint32_t level, std::vector<Hit>& kept) {
  const size_t places = size_t{builder_.parameters.M} * (level == 0 ? 2 : 1);
  const size_t fill = level == 0 ? builder_.base_fill : places;
  kept.clear();
  pruned_.clear();
  for (const Hit& candidate : candidates) {
    if (kept.size() == places) return;
    // Equal counts as nearer to the other: of many duplicates one is kept, and the rest of the list leads
    // elsewhere.
    const bool diverse = std::all_of(kept.begin(), kept.end(), [&](const Hit& other) {
      return builder_.Similarity(candidate.row, other.row) < candidate.score;
    });
    (diverse ? kept : pruned_).push_back(candidate);
  }
  for (const Hit& candidate : pruned_) {
    if (kept.size() >= fill) break;
    kept.push_back(candidate);
  }
}

}  // namespace sepet::hnsw
