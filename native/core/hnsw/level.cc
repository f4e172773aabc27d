#include "core/hnsw/level.h"

#include <algorithm>
#include <atomic>
#include <utility>
#include <vector>

#include "core/base/threads.h"
#include "core/hnsw/select.h"

namespace sepet::hnsw {
namespace {

constexpr size_t kChunk = 64;       // rows that a thread takes at once
constexpr size_t kMaxRivals = 128;  // of those that chose a row, the best that it chooses from
constexpr uint32_t kMaxCounts = 4;  // tables of a number for every row: no more threads invert the lists

// Calls work(selector, row, scratch) for every row.
template <typename Work>
void EachRow(const LevelInput& level, const Work& work) {
  std::atomic<size_t> next{0};
  RunThreads(level.threads, [&](unsigned) {
    Selector selector(level);
    std::vector<Hit> scratch;
    while (!level.progress.cancelled()) {
      const size_t begin = next.fetch_add(kChunk, std::memory_order_relaxed);
      if (begin >= level.members.size()) return;
      const size_t end = std::min(begin + kChunk, level.members.size());
      for (size_t row = begin; row < end; ++row) work(selector, static_cast<uint32_t>(row), scratch);
      level.progress.Add(Progress::kDone, static_cast<int64_t>(end - begin));
    }
  });
}

using Lists = UnsetVector<uint32_t>;

Lists EmptyLists(const LevelInput& level, size_t places) {
  Lists lists(level.members.size() * places);
  RunShares(level.threads, lists.size(),
            [&](size_t begin, size_t end) { std::fill_n(lists.data() + begin, end - begin, kNone); });
  return lists;
}

void Write(std::span<const Hit> chosen, size_t row, size_t places, Lists& lists) {
  for (size_t i = 0; i < chosen.size(); ++i) lists[row * places + i] = chosen[i].row;
}

Lists FirstLists(const LevelInput& level, const ListShape& shape) {
  Lists lists = EmptyLists(level, shape.places);
  Candidates candidates(level.members.size(), shape.candidates);
  Gather(level, candidates);
  EachRow(level, [&](Selector& selector, uint32_t row, std::vector<Hit>&) {
    Write(selector.Choose(row, candidates[row], shape.places, shape.fill), row, shape.places, lists);
  });
  return lists;
}

// Who has each row in his list: rows starts[row] .. starts[row + 1] - 1 of `rows`, ascending.
struct Inverse {
  std::vector<uint64_t> starts;
  UnsetVector<uint32_t> rows;

  // Every thread takes a share of the lists: it counts how often they name each row, and knows then where,
  // behind what the shares before it name, its own rows belong.
  Inverse(const Lists& lists, size_t places, uint32_t threads) : starts(lists.size() / places + 1) {
    const size_t count = starts.size() - 1, shares = std::min(threads, kMaxCounts);
    std::vector<std::vector<uint64_t>> ends(shares);
    const auto each_link = [&](size_t share, const auto& work) {
      for (size_t row = count * share / shares; row < count * (share + 1) / shares; ++row)
        for (size_t i = row * places; i < (row + 1) * places && lists[i] != kNone; ++i) work(row, lists[i]);
    };
    RunThreads(static_cast<unsigned>(shares), [&](unsigned share) {
      ends[share].resize(count);
      each_link(share, [&](size_t, uint32_t other) { ++ends[share][other]; });
    });
    uint64_t at = 0;
    for (size_t row = 0; row < count; ++row) {
      starts[row] = at;
      for (std::vector<uint64_t>& end : ends) at += std::exchange(end[row], at);
    }
    starts[count] = at;
    rows.resize(at);
    RunThreads(static_cast<unsigned>(shares), [&](unsigned share) {
      each_link(share,
                [&](size_t row, uint32_t other) { rows[ends[share][other]++] = static_cast<uint32_t>(row); });
    });
  }
};

}  // namespace

UnsetVector<uint32_t> LinkLevel(const LevelInput& level, const ListShape& shape) {
  Lists first = FirstLists(level, shape);
  if (level.progress.cancelled()) return first;
  const Inverse chosen_by(first, shape.places, level.threads);
  Lists lists = EmptyLists(level, shape.places);
  const size_t limit = std::max(kMaxRivals, shape.places);
  EachRow(level, [&](Selector& selector, uint32_t row, std::vector<Hit>& rivals) {
    rivals.clear();
    const auto add = [&](uint32_t other) {
      rivals.push_back({selector.Score(row, other), other});
      if (rivals.size() == 4 * limit) KeepBest(rivals, 2 * limit);
    };
    for (size_t i = row * shape.places; i < (row + 1) * shape.places && first[i] != kNone; ++i) add(first[i]);
    for (uint64_t i = chosen_by.starts[row]; i < chosen_by.starts[row + 1]; ++i) add(chosen_by.rows[i]);
    std::sort(rivals.begin(), rivals.end(), Better);
    rivals.erase(
        std::unique(rivals.begin(), rivals.end(), [](const Hit& a, const Hit& b) { return a.row == b.row; }),
        rivals.end());
    if (rivals.size() > limit) rivals.resize(limit);
    Write(selector.Choose(row, rivals, shape.places, shape.fill), row, shape.places, lists);
  });
  return lists;
}

int64_t LinkSteps(size_t rows, const ListShape& shape) {
  return static_cast<int64_t>(rows * (GatherRounds(rows, shape.candidates) + 2));
}

uint64_t LinkMemoryBound(uint64_t rows, uint64_t dims, const ListShape& shape, uint32_t threads) {
  const uint64_t lists = rows * shape.places * sizeof(uint32_t);
  const uint64_t candidates = rows * (shape.candidates * sizeof(Hit) + sizeof(uint32_t));
  const uint64_t gather = GatherMemoryBound(rows, dims, shape.candidates, threads);
  const uint64_t inverse = lists + (1 + std::min(threads, kMaxCounts)) * (rows + 1) * sizeof(uint64_t);
  const uint64_t selectors = threads *
                             (std::max(shape.candidates, 4 * std::max(kMaxRivals, shape.places)) + kBlock) *
                             (dims + 64) * 4;
  return lists + std::max(candidates + gather, lists + inverse) + selectors;
}

}  // namespace sepet::hnsw
