#include <algorithm>
#include <utility>

#include "core/base/threads.h"
#include "core/hnsw/builder.h"

namespace sepet::hnsw {
namespace {

constexpr size_t kSeeds = 16;
constexpr size_t kSample = 1024;  // rows of which the best takes in one whose own neighbours are lost too

// Marks all that can be reached on the base level from `from`, itself included.
void Spread(Links& links, uint32_t from, std::vector<uint8_t>& reached, std::vector<uint32_t>& stack) {
  reached[from] = 1;
  stack.push_back(from);
  while (!stack.empty()) {
    const uint32_t row = stack.back();
    stack.pop_back();
    for (const uint32_t next : links.Neighbours(row, 0)) {
      if (reached[next] != 0) continue;
      reached[next] = 1;
      stack.push_back(next);
    }
  }
}

// The reached row that is to take `row` in: of its own neighbours the one that has taken in fewest, and the
// best of a sample where none of them is reached.
uint32_t FindHost(Builder& builder, const Selector& selector, uint32_t row,
                  const std::vector<uint8_t>& reached, const std::vector<uint8_t>& guests) {
  uint32_t host = kNone;
  for (const uint32_t other : builder.links.Neighbours(row, 0))
    if (reached[other] != 0 && (host == kNone || guests[other] < guests[host])) host = other;
  if (host != kNone) return host;
  Hit best = {selector.Score(row, builder.entry), builder.entry};
  const size_t rows = reached.size(), step = std::max<size_t>(1, rows / kSample);
  for (size_t other = row % step; other < rows; other += step) {
    const Hit hit = {selector.Score(row, static_cast<uint32_t>(other)), static_cast<uint32_t>(other)};
    if (reached[other] != 0 && Better(hit, best)) best = hit;
  }
  return best.row;
}

}  // namespace

void Splice(Links& links, uint32_t host, uint32_t row) {
  const std::span<uint32_t> list = links.List(host, 0);
  const auto place = std::find(list.begin(), list.end(), kNone);
  if (place != list.end()) {
    *place = row;
    return;
  }
  const uint32_t displaced = std::exchange(list.back(), row);
  const std::span<uint32_t> own = links.List(row, 0);
  if (std::find(own.begin(), own.end(), displaced) != own.end()) return;
  const auto free = std::find(own.begin(), own.end(), kNone);
  *(free != own.end() ? free : own.end() - 1) = displaced;
}

void LinkTwins(Builder& builder) {
  // The first twin of a row is spliced in; the others hang below it, so that the way to each is short.
  const size_t children = std::max<size_t>(1, builder.links.Places(0) / 2);
  for (size_t first = 0, i = 0; i < builder.twins.size(); ++i) {
    const auto [row, original] = builder.twins[i];
    if (builder.twins[first].original != original) first = i;
    if (i == first) {
      Splice(builder.links, original, row);
    } else {
      builder.links.List(row, 0)[0] = original;
      Splice(builder.links, builder.twins[first + (i - first - 1) / children].row, row);
    }
  }
}

void Repair(Builder& builder) {
  if (builder.entry == kNone) return;
  std::vector<uint8_t> reached(builder.vectors.rows), guests(builder.vectors.rows);
  std::vector<uint32_t> stack;
  Spread(builder.links, builder.entry, reached, stack);
  const LevelInput everything = builder.Level(builder.all, 0);
  const Selector selector(everything);
  for (uint32_t row = 0; row < builder.vectors.rows; ++row) {
    if (reached[row] != 0) continue;
    // Nothing that is reached depends on the links of `row`, which is not.
    const uint32_t host = FindHost(builder, selector, row, reached, guests);
    if (guests[host] < UINT8_MAX) ++guests[host];
    Splice(builder.links, host, row);
    Spread(builder.links, row, reached, stack);
  }
}

std::vector<uint32_t> ChooseSeeds(const Builder& builder) {
  std::vector<Hit> rows(builder.vectors.rows);
  RunShares(builder.parameters.threads, rows.size(), [&](size_t begin, size_t end) {
    for (size_t row = begin; row < end; ++row) {
      const float* vector = builder.vectors.Row(row);
      const float square = builder.kernels.dot(vector, vector, builder.vectors.dims);
      rows[row] = {square, static_cast<uint32_t>(row)};
    }
  });
  const size_t count = std::min<size_t>(rows.size(), kSeeds);
  std::partial_sort(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(count), rows.end(), Better);
  std::vector<uint32_t> seeds;
  for (size_t i = 0; i < count; ++i) seeds.push_back(rows[i].row);
  return seeds;
}

}  // namespace sepet::hnsw
