#include "core/hnsw/gather.h"

#include <atomic>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/base/rng.h"
#include "core/base/threads.h"

namespace sepet::hnsw {
namespace {

constexpr size_t kRounds = 3;
constexpr size_t kRowsALeader = 250;
constexpr size_t kMinAnswers = 1024;  // rows that are scored for those who joined a leader
constexpr size_t kSlab = 1024;        // leaders whose answers are looked for at once
constexpr size_t kStrip = 64;         // rows that are scored against them at once
constexpr float kLowest = -std::numeric_limits<float>::infinity();

size_t AnswersOf(size_t capacity) {
  return std::max(kMinAnswers, 4 * capacity);
}

size_t LeadersOf(size_t rows, size_t capacity) {
  if (rows <= AnswersOf(capacity)) return 1;
  return std::max<size_t>(kTileRows, rows / kRowsALeader);
}

// Calls found(row of the tile, column, score) for every score above its floor.
template <typename Found>
void EachAbove(const float* scores, const uint16_t* above, size_t blocks, const Found& found) {
  for (size_t r = 0; r < kTileRows; ++r) {
    for (size_t b = 0; b < blocks; ++b) {
      for (uint32_t mask = above[r * blocks + b]; mask != 0; mask &= mask - 1) {
        const size_t column = b * kBlock + static_cast<size_t>(std::countr_zero(mask));
        found(r, column, scores[r * blocks * kBlock + column]);
      }
    }
  }
}

// One round: its leaders, who joins them and what they answer.
class Round {
 public:
  Round(const LevelInput& level, size_t leaders, size_t answers, uint64_t seed)
      : level_(level),
        answers_(answers),
        best_(level.members.size(), kLowest),
        joined_(level.members.size()),
        found_(leaders) {
    Rng rng(seed);
    for (size_t i = 0; i < leaders; ++i)
      leaders_.push_back(rng.Below(static_cast<uint32_t>(level.members.size())));
    for (size_t first = 0; first < leaders; first += kSlab) Slab(first, std::min(leaders, first + kSlab));
  }

  // Scores the answers of every leader for those who joined it.
  void Score(Candidates& candidates);

 private:
  struct Finder {
    std::vector<std::vector<Hit>> hits;  // a leader of the slab
    std::vector<float> floors;
  };

  const int16_t* RowAt(size_t member) const { return level_.directions.Row(level_.members[member]); }
  void Slab(size_t first, size_t end);
  void Strip(size_t begin, size_t first, size_t end, Columns& columns, Finder& finder);
  // Rows from `begin` on join the leader where it is nearer than the one they have. Without branches, so that
  // it is done several at a time.
  void Join(size_t begin, size_t count, const float* scores, uint32_t leader) {
    float* best = best_.data() + begin;
    uint32_t* joined = joined_.data() + begin;
    for (size_t i = 0; i < count; ++i) {
      const bool nearer = scores[i] > best[i];
      joined[i] = nearer ? leader : joined[i];
      best[i] = nearer ? scores[i] : best[i];
    }
  }

  const LevelInput& level_;
  const size_t answers_;
  std::vector<uint32_t> leaders_;
  std::vector<float> best_;
  std::vector<uint32_t> joined_;              // the leader of each row
  std::vector<std::vector<uint32_t>> found_;  // the answers of each leader, ascending
};

void Round::Slab(size_t first, size_t end) {
  std::vector<Finder> finders(level_.threads);
  std::atomic<size_t> next{0};
  RunThreads(level_.threads, [&](unsigned thread) {
    Finder& finder = finders[thread];
    finder.hits.resize(end - first);
    for (auto& hits : finder.hits) hits.reserve(std::min(2 * answers_, level_.members.size()));
    finder.floors.assign(end - first, kLowest);
    Columns columns;
    // Strips ascend in a thread: of equal scores those of lower rows are kept, whatever the threads.
    while (!level_.progress.cancelled()) {
      const size_t begin = next.fetch_add(kStrip, std::memory_order_relaxed);
      if (begin >= level_.members.size()) return;
      Strip(begin, first, end, columns, finder);
    }
  });
  RunShares(level_.threads, end - first, [&](size_t from, size_t to) {
    std::vector<Hit> all;
    all.reserve(std::min(finders.size() * 2 * answers_, level_.members.size()));
    for (size_t i = from; i < to; ++i) {
      all.clear();
      for (const Finder& finder : finders)
        if (!finder.hits.empty()) all.insert(all.end(), finder.hits[i].begin(), finder.hits[i].end());
      KeepBest(all, answers_);
      std::vector<uint32_t>& found = found_[first + i];
      found.reserve(all.size());
      for (const Hit& hit : all) found.push_back(hit.row);
      std::sort(found.begin(), found.end());
    }
  });
}

// Scores kStrip rows from `begin` on against the leaders `first` .. `end` - 1.
void Round::Strip(size_t begin, size_t first, size_t end, Columns& columns, Finder& finder) {
  const size_t count = std::min(kStrip, level_.members.size() - begin);
  columns.Pack(level_.directions, level_.members.subspan(begin, count));
  float scores[kTileRows * kStrip];
  uint16_t above[kTileRows * kStrip / kBlock];
  for (size_t leader = first; leader < end; leader += kTileRows) {
    TileInput tile{
        {}, {}, columns.values.data(), columns.lengths.data(), level_.directions.pairs(), columns.blocks};
    const size_t leading = std::min(kTileRows, end - leader);
    for (size_t r = 0; r < kTileRows; ++r) {
      tile.rows[r] = RowAt(leaders_[leader + std::min(r, leading - 1)]);
      tile.floors[r] = r < leading ? finder.floors[leader - first + r] : -kLowest;
    }
    level_.score(tile, scores, above);
    for (size_t r = 0; r < leading; ++r)
      Join(begin, count, scores + r * columns.blocks * kBlock, static_cast<uint32_t>(leader + r));
    EachAbove(scores, above, columns.blocks, [&](size_t r, size_t column, float score) {
      if (column >= count) return;
      std::vector<Hit>& hits = finder.hits[leader - first + r];
      hits.push_back({score, static_cast<uint32_t>(begin + column)});
      if (hits.size() < 2 * answers_) return;
      KeepBest(hits, answers_);
      finder.floors[leader - first + r] = hits.back().score;
    });
  }
}

void Round::Score(Candidates& candidates) {
  const size_t rows = joined_.size();
  std::vector<uint32_t> starts(leaders_.size() + 1), order(rows);
  for (const uint32_t leader : joined_) ++starts[leader + 1];
  std::partial_sum(starts.begin(), starts.end(), starts.begin());
  std::vector<uint32_t> ends(starts.begin(), starts.end() - 1);
  for (size_t row = 0; row < rows; ++row) order[ends[joined_[row]]++] = static_cast<uint32_t>(row);
  std::atomic<size_t> next{0};
  RunThreads(level_.threads, [&](unsigned) {
    Columns columns;
    std::vector<uint32_t> packed;
    std::vector<float> scores;
    std::vector<uint16_t> above;
    std::vector<Hit> fresh[kTileRows], merged;
    while (!level_.progress.cancelled()) {
      const size_t leader = next.fetch_add(1, std::memory_order_relaxed);
      if (leader >= leaders_.size()) return;
      const std::vector<uint32_t>& answers = found_[leader];
      packed.clear();
      for (const uint32_t row : answers) packed.push_back(level_.members[row]);
      columns.Pack(level_.directions, packed);
      scores.resize(kTileRows * columns.blocks * kBlock);
      above.resize(kTileRows * columns.blocks);
      const std::span joined = std::span(order).subspan(starts[leader], starts[leader + 1] - starts[leader]);
      for (size_t i = 0; i < joined.size(); i += kTileRows) {
        const size_t count = std::min(kTileRows, joined.size() - i);
        TileInput tile{
            {}, {}, columns.values.data(), columns.lengths.data(), level_.directions.pairs(), columns.blocks};
        for (size_t r = 0; r < kTileRows; ++r) {
          tile.rows[r] = RowAt(joined[i + std::min(r, count - 1)]);
          tile.floors[r] = r < count ? candidates.Floor(joined[i + r]) : -kLowest;
          fresh[r].clear();
        }
        level_.score(tile, scores.data(), above.data());
        EachAbove(scores.data(), above.data(), columns.blocks, [&](size_t r, size_t column, float score) {
          if (column < answers.size() && answers[column] != joined[i + r])
            fresh[r].push_back({score, answers[column]});
        });
        for (size_t r = 0; r < count; ++r) candidates.Merge(joined[i + r], fresh[r], merged);
      }
      level_.progress.Add(Progress::kDone, static_cast<int64_t>(joined.size()));
    }
  });
}

}  // namespace

void KeepBest(std::vector<Hit>& hits, size_t count) {
  if (hits.size() <= count) return;
  const auto last = hits.begin() + static_cast<std::ptrdiff_t>(count) - 1;
  std::nth_element(hits.begin(), last, hits.end(), Better);
  hits.resize(count);
}

float Candidates::Floor(size_t row) const {
  return counts_[row] < capacity_ ? kLowest : hits_[(row + 1) * capacity_ - 1].score;
}

void Candidates::Merge(size_t row, std::vector<Hit>& fresh, std::vector<Hit>& merged) {
  if (fresh.empty()) return;
  KeepBest(fresh, capacity_);
  std::sort(fresh.begin(), fresh.end(), Better);
  merged.clear();
  const std::span<const Hit> old = (*this)[row];
  for (size_t i = 0, j = 0; merged.size() < capacity_ && (i < old.size() || j < fresh.size());) {
    const bool take_old = j == fresh.size() || (i < old.size() && !Better(fresh[j], old[i]));
    const Hit hit = take_old ? old[i++] : fresh[j++];
    if (merged.empty() || merged.back().row != hit.row) merged.push_back(hit);
  }
  std::copy(merged.begin(), merged.end(), hits_.begin() + static_cast<std::ptrdiff_t>(row * capacity_));
  counts_[row] = static_cast<uint32_t>(merged.size());
}

void Gather(const LevelInput& level, Candidates& candidates) {
  const size_t rows = level.members.size();
  const size_t leaders = LeadersOf(rows, candidates.capacity());
  for (size_t i = 0; i < GatherRounds(rows, candidates.capacity()); ++i) {
    Round round(level, leaders, AnswersOf(candidates.capacity()), Mix(level.seed, i));
    if (level.progress.cancelled()) return;
    round.Score(candidates);
  }
}

size_t GatherRounds(size_t rows, size_t capacity) {
  if (rows < 2) return 0;
  return rows <= AnswersOf(capacity) ? 1 : kRounds;
}

uint64_t GatherMemoryBound(uint64_t rows, uint64_t dims, size_t capacity, uint32_t threads) {
  if (rows < 2) return 0;
  const uint64_t leaders = LeadersOf(rows, capacity), answers = std::min<uint64_t>(rows, AnswersOf(capacity));
  const uint64_t leading = leaders * (sizeof(uint32_t) * 4 + sizeof(std::vector<uint32_t>));
  const uint64_t found = leaders * answers * sizeof(uint32_t);
  // Finding needs buffers of hits, scoring the order of the rows and tiles.
  const uint64_t slab = std::min<uint64_t>(leaders, kSlab);
  const uint64_t finding = threads * slab * (2 * answers * sizeof(Hit) + sizeof(std::vector<Hit>) + 4) +
                           threads * std::min(rows, 2 * threads * answers) * sizeof(Hit);
  const uint64_t a_column = (dims + 2) * sizeof(int16_t) + sizeof(float) + 2 * sizeof(uint32_t) +
                            kTileRows * (sizeof(float) + 1 + 2 * sizeof(Hit));
  const uint64_t scoring = rows * sizeof(uint32_t) + threads * (answers + kBlock) * a_column;
  return rows * (sizeof(float) + sizeof(uint32_t)) + leading + found + std::max(finding, scoring);
}

}  // namespace sepet::hnsw
