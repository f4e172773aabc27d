#include <algorithm>
#include <numeric>

#include "core/hnsw/builder.h"

namespace sepet::hnsw {
namespace {

// Marks all that can be reached on the base level from `from`, itself included.
void Spread(Builder& builder, uint32_t from, std::vector<uint8_t>& reached, std::vector<uint32_t>& stack) {
  reached[from] = 1;
  stack.push_back(from);
  while (!stack.empty()) {
    const uint32_t row = stack.back();
    stack.pop_back();
    for (const uint32_t next : builder.links.List(row, 0)) {
      if (next == kNone) break;
      if (reached[next] != 0) continue;
      reached[next] = 1;
      stack.push_back(next);
    }
  }
}

// Puts `row` into the list of `host`. Where that is full, `row` takes the last place and carries the link
// that stood there: host -> last becomes host -> row -> last. Nothing reachable depends on the links of
// `row`, which is not.
void Splice(Builder& builder, uint32_t host, uint32_t row) {
  const std::span<uint32_t> list = builder.links.List(host, 0);
  const auto place = std::find(list.begin(), list.end(), kNone);
  if (place != list.end()) {
    *place = row;
    return;
  }
  const uint32_t displaced = std::exchange(list.back(), row);
  const std::span<uint32_t> own = builder.links.List(row, 0);
  if (std::find(own.begin(), own.end(), displaced) != own.end()) return;
  const auto free = std::find(own.begin(), own.end(), kNone);
  *(free != own.end() ? free : own.end() - 1) = displaced;
}

}  // namespace

void Repair(Builder& builder) {
  if (builder.order.empty()) return;
  const uint32_t entry = builder.order.front();
  std::vector<uint8_t> reached(builder.vectors.rows);
  std::vector<uint32_t> stack;
  Spread(builder, entry, reached, stack);
  Inserter inserter(builder);
  for (uint32_t row = 0; row < builder.vectors.rows; ++row) {
    if (reached[row] != 0) continue;
    // A search from the entry meets reachable rows only. One with a free place is preferred to the very
    // nearest.
    const auto similar = inserter.Similar(row, entry, 0);
    const auto roomy = std::find_if(similar.begin(), similar.end(), [&](const Hit& hit) {
      return builder.links.List(hit.row, 0).back() == kNone;
    });
    Splice(builder, roomy != similar.end() ? roomy->row : similar.front().row, row);
    Spread(builder, row, reached, stack);
  }
}

std::vector<uint32_t> ChooseSeeds(const Builder& builder) {
  std::vector<uint32_t> rows(builder.vectors.rows);
  std::iota(rows.begin(), rows.end(), 0u);
  const size_t count = std::min<size_t>(rows.size(), 16);
  std::partial_sort(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(count), rows.end(),
                    [&](uint32_t a, uint32_t b) {
                      return builder.extra[a] < builder.extra[b] ||
                             (builder.extra[a] == builder.extra[b] && a < b);
                    });
  rows.resize(count);
  return rows;
}

}  // namespace sepet::hnsw
