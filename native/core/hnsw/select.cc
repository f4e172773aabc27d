#include "core/hnsw/select.h"

#include <limits>

namespace sepet::hnsw {

float Selector::Score(uint32_t row, uint32_t other) const {
  const int16_t* a = level_.directions.Row(level_.members[row]);
  const int16_t* b = level_.directions.Row(level_.members[other]);
  int32_t sum = 0;
  for (size_t i = 0; i < level_.directions.pairs() * 2; ++i) sum += a[i] * b[i];
  return static_cast<float>(sum) * level_.directions.Length(level_.members[other]);
}

std::span<const Hit> Selector::Choose(uint32_t row, std::span<const Hit> candidates, size_t places,
                                      size_t fill) {
  chosen_.clear();
  if (candidates.size() <= fill) {
    chosen_.assign(candidates.begin(), candidates.end());
    return chosen_;
  }
  rows_.clear();
  for (const Hit& candidate : candidates) rows_.push_back(level_.members[candidate.row]);
  columns_.Pack(level_.directions, rows_);
  scores_.resize(kTileRows * columns_.blocks * kBlock);
  above_.resize(kTileRows * columns_.blocks);
  fates_.assign(candidates.size(), Fate::kOpen);
  const float length = level_.directions.Length(level_.members[row]);
  size_t count = 0;
  for (size_t i = 0; i < candidates.size() && count < places; i += kTileRows) {
    const size_t end = std::min(i + kTileRows, candidates.size());
    if (std::find(fates_.begin() + static_cast<std::ptrdiff_t>(i),
                  fates_.begin() + static_cast<std::ptrdiff_t>(end),
                  Fate::kOpen) == fates_.begin() + static_cast<std::ptrdiff_t>(end))
      continue;
    // The candidates behind are scored for these, from the block of the first on.
    const size_t block = i / kBlock, blocks = columns_.blocks - block, pairs = level_.directions.pairs();
    TileInput tile{{},
                   {},
                   columns_.values.data() + block * pairs * kBlock * 2,
                   columns_.lengths.data() + block * kBlock,
                   pairs,
                   blocks};
    for (size_t r = 0; r < kTileRows; ++r) {
      tile.rows[r] = level_.directions.Row(rows_[std::min(i + r, end - 1)]);
      tile.floors[r] = std::numeric_limits<float>::infinity();
    }
    level_.score(tile, scores_.data(), above_.data());
    for (size_t at = i; at < end && count < places; ++at) {
      if (fates_[at] != Fate::kOpen) continue;
      fates_[at] = Fate::kKept;
      ++count;
      Cover(at, candidates, length, scores_.data() + (at - i) * blocks * kBlock, block * kBlock);
    }
  }
  for (size_t i = 0; i < candidates.size() && count < fill; ++i) {
    if (fates_[i] == Fate::kKept) continue;
    fates_[i] = Fate::kKept;
    ++count;
  }
  for (size_t i = 0; i < candidates.size(); ++i)
    if (fates_[i] == Fate::kKept) chosen_.push_back(candidates[i]);
  return chosen_;
}

// `scores` are those of the candidates from `first` on for the one kept, whose length they lack as those for
// the row lack the row's. Equal counts as nearer: of many alike one is kept, and the rest of the list leads
// elsewhere.
void Selector::Cover(size_t kept, std::span<const Hit> candidates, float length, const float* scores,
                     size_t first) {
  const float kept_length = level_.directions.Length(rows_[kept]);
  for (size_t i = kept + 1; i < candidates.size(); ++i)
    if (fates_[i] == Fate::kOpen && scores[i - first] * kept_length >= candidates[i].score * length)
      fates_[i] = Fate::kCovered;
}

}  // namespace sepet::hnsw
