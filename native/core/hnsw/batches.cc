// Inserts rows in batches: all of a batch choose from the graph as it stood before, side by side, then every
// row that was chosen takes up those who chose it, in their order. So the lists do not depend on the number
// of threads (the prefix doubling of ParlayANN, Manohar et al. 2024).
#include <algorithm>
#include <atomic>
#include <compare>
#include <memory>

#include "core/base/threads.h"
#include "core/hnsw/builder.h"

namespace sepet::hnsw {
namespace {

// A batch is so small a part of what is there that its rows hardly miss each other.
constexpr size_t kPart = 50;
constexpr size_t kLargest = 8192;
constexpr size_t kRowsATime = 4;

struct Link {
  uint32_t level, to, from;

  auto operator<=>(const Link&) const = default;
};

// Calls work(thread, i) for i = 0 .. count - 1.
template <typename Work>
void Each(uint32_t threads, size_t count, const Work& work) {
  std::atomic<size_t> next{0};
  const auto needed = std::min<size_t>(threads, (count + kRowsATime - 1) / kRowsATime);
  RunThreads(static_cast<unsigned>(std::max<size_t>(1, needed)), [&](unsigned thread) {
    for (;;) {
      const size_t begin = next.fetch_add(kRowsATime, std::memory_order_relaxed);
      if (begin >= count) return;
      for (size_t i = begin; i < std::min(begin + kRowsATime, count); ++i) work(thread, i);
    }
  });
}

}  // namespace

void InsertInBatches(Builder& builder, std::span<const uint32_t> rows) {
  const uint32_t threads = builder.parameters.threads;
  std::vector<std::unique_ptr<Inserter>> inserters;
  for (uint32_t thread = 0; thread < threads; ++thread)
    inserters.push_back(std::make_unique<Inserter>(builder));
  std::vector<std::vector<Choice>> chosen;
  std::vector<Link> links;
  std::vector<size_t> starts;
  for (size_t done = 0; done < rows.size() && !builder.progress.cancelled();) {
    const size_t count = std::min(std::clamp<size_t>(done / kPart, 1, kLargest), rows.size() - done);
    chosen.resize(count);
    Each(threads, count,
         [&](unsigned thread, size_t i) { inserters[thread]->Choose(rows[done + i], chosen[i]); });
    links.clear();
    for (size_t i = 0; i < count; ++i) {
      inserters[0]->Write(rows[done + i], chosen[i]);
      for (const Choice& choice : chosen[i]) links.push_back({choice.level, choice.row, rows[done + i]});
    }
    std::sort(links.begin(), links.end());
    starts.clear();
    for (size_t i = 0; i < links.size(); ++i)
      if (i == 0 || links[i].to != links[i - 1].to || links[i].level != links[i - 1].level)
        starts.push_back(i);
    starts.push_back(links.size());
    Each(threads, starts.size() - 1, [&](unsigned thread, size_t group) {
      for (size_t i = starts[group]; i < starts[group + 1]; ++i)
        inserters[thread]->Link(links[i].to, links[i].from, links[i].level);
    });
    done += count;
    builder.progress.Add(Progress::kDone, static_cast<int64_t>(count));
  }
}

}  // namespace sepet::hnsw
