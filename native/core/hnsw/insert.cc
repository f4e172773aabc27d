#include <algorithm>
#include <cstring>

#include "core/hnsw/builder.h"

namespace sepet::hnsw {

void Inserter::Insert(uint32_t row, uint32_t lowest, const RowSet* removed) {
  if (row == builder_.entry) return;
  const uint32_t top = std::min<uint32_t>(builder_.levels[row], builder_.levels[builder_.entry]);
  uint32_t start = Descend(row, std::max(top, lowest));
  for (uint32_t level = top + 1; level-- > lowest;) {
    std::span<const Hit> similar = Similar(row, start, level);
    if (similar.empty()) continue;
    start = similar.front().row;
    if (level == 0 && IsTwin(row, start)) {
      Splice(builder_.links, start, row);
      return;
    }
    if (removed != nullptr) {
      rivals_.clear();
      for (const Hit& hit : similar)
        if (!removed->Has(hit.row)) rivals_.push_back(hit);
      if (!rivals_.empty()) similar = rivals_;
    }
    const ListShape shape = builder_.Shape(level);
    const auto chosen = selector_.Choose(row, similar, shape.places, shape.fill);
    chosen_.clear();
    for (const Hit& hit : chosen) chosen_.push_back(hit.row);
    std::copy(chosen_.begin(), chosen_.end(), builder_.links.List(row, level).begin());
    for (const uint32_t other : chosen_) Link(other, row, level);
  }
}

void Inserter::Choose(uint32_t row, std::vector<Choice>& choices) {
  choices.clear();
  if (row == builder_.entry) return;
  const uint32_t top = std::min<uint32_t>(builder_.levels[row], builder_.levels[builder_.entry]);
  uint32_t start = Descend(row, top);
  for (uint32_t level = top + 1; level-- > 0;) {
    const std::span<const Hit> similar = Similar(row, start, level);
    if (similar.empty()) continue;
    start = similar.front().row;
    const ListShape shape = builder_.Shape(level);
    for (const Hit& hit : selector_.Choose(row, similar, shape.places, shape.fill))
      choices.push_back({level, hit.row});
  }
}

void Inserter::Write(uint32_t row, std::span<const Choice> choices) {
  size_t taken = 0;
  for (size_t i = 0; i < choices.size(); ++i) {
    if (i > 0 && choices[i].level != choices[i - 1].level) taken = 0;
    builder_.links.List(row, choices[i].level)[taken++] = choices[i].row;
  }
}

bool Inserter::IsTwin(uint32_t row, uint32_t other) const {
  const Vectors& vectors = builder_.vectors;
  return std::memcmp(vectors.Row(row), vectors.Row(other), vectors.dims * sizeof(float)) == 0;
}

// Greedy steps from the entry down to just above `level`.
uint32_t Inserter::Descend(uint32_t row, uint32_t level) {
  uint32_t at = builder_.entry;
  float best = selector_.Score(row, at);
  for (uint32_t upper = builder_.levels[at]; upper > level; --upper) {
    for (bool moved = true; moved;) {
      moved = false;
      for (const uint32_t next : builder_.links.Neighbours(at, upper)) {
        const float score = selector_.Score(row, next);
        if (score <= best) continue;
        best = score;
        at = next;
        moved = true;
      }
    }
  }
  return at;
}

std::span<const Hit> Inserter::Similar(uint32_t row, uint32_t start, uint32_t level) {
  pool_.Reset(builder_.parameters.ef_construction);
  visited_.Reset(builder_.vectors.rows);
  visited_.Mark(row);
  if (visited_.Mark(start)) pool_.Offer({selector_.Score(row, start), start});
  for (uint32_t at = pool_.Next(); at != kNone; at = pool_.Next()) {
    fresh_.clear();
    for (const uint32_t next : builder_.links.Neighbours(at, level)) {
      if (!visited_.Mark(next)) continue;
      builder_.directions.Prefetch(next);
      fresh_.push_back(next);
    }
    for (const uint32_t next : fresh_) {
      const float score = selector_.Score(row, next);
      if (pool_.Accepts(score)) pool_.Offer({score, next});
    }
  }
  found_.clear();
  for (size_t i = 0; i < pool_.size(); ++i) found_.push_back(pool_[i]);
  return found_;
}

void Inserter::Link(uint32_t from, uint32_t to, uint32_t level) {
  const std::span<uint32_t> list = builder_.links.List(from, level);
  const size_t taken = builder_.links.Neighbours(from, level).size();
  if (taken < list.size()) {
    list[taken] = to;
    return;
  }
  const Hit added = {selector_.Score(from, to), to};
  found_.clear();
  for (const uint32_t row : list) found_.push_back({selector_.Score(from, row), row});
  // Where lists are filled with the best, most are worse than all in it, and choosing again costs ten times
  // this look. Elsewhere a link to something far may be worth more than one to something good.
  const auto better = [&](const Hit& hit) { return Better(hit, added); };
  const bool is_filled = level == 0 && builder_.queries.rows == 0;
  if (is_filled && std::all_of(found_.begin(), found_.end(), better)) return;
  found_.push_back(added);
  std::sort(found_.begin(), found_.end(), Better);
  const ListShape shape = builder_.Shape(level);
  const auto kept = selector_.Choose(from, found_, shape.places, shape.fill);
  for (size_t i = 0; i < list.size(); ++i) list[i] = i < kept.size() ? kept[i].row : kNone;
}

}  // namespace sepet::hnsw
