#include "core/hnsw/search.h"

#include <algorithm>

namespace sepet::hnsw {

void Pool::Reset(size_t capacity) {
  entries_.resize(capacity);
  size_ = 0;
  next_ = 0;
}

void Pool::Offer(Hit hit) {
  const auto end = entries_.begin() + static_cast<std::ptrdiff_t>(size_);
  const auto place = std::upper_bound(entries_.begin(), end, hit,
                                      [](const Hit& a, const Entry& b) { return Better(a, b.hit); });
  if (place == entries_.end()) return;
  const auto index = static_cast<size_t>(place - entries_.begin());
  if (size_ < entries_.size()) ++size_;
  const auto last = entries_.begin() + static_cast<std::ptrdiff_t>(size_) - 1;
  std::move_backward(place, last, last + 1);
  *place = {hit, false};
  next_ = std::min(next_, index);
}

uint32_t Pool::Next() {
  while (next_ < size_ && entries_[next_].expanded) ++next_;
  if (next_ == size_) return kNone;
  entries_[next_].expanded = true;
  return entries_[next_].hit.row;
}

void Visited::Reset(size_t rows) {
  if (seen_.size() != rows) seen_.assign(rows, epoch_ = 0);
  if (++epoch_ == 0) {
    std::fill(seen_.begin(), seen_.end(), uint16_t{0});
    epoch_ = 1;
  }
}

uint32_t Descend(const Graph& graph, const Vectors& vectors, const simd::Kernels& kernels,
                 const float* query) {
  const GraphHeader& header = graph.header();
  if (header.upper_nodes == 0) return header.entry;
  uint32_t node = header.entry;
  const uint32_t entry_row = graph.EntryRow();
  if (entry_row >= header.rows) return entry_row;
  float best = kernels.dot(query, vectors.Row(entry_row), vectors.dims);
  for (uint32_t level = header.max_level; level > 0; --level) {
    for (bool moved = true; moved;) {
      moved = false;
      const std::span<const uint32_t> list = graph.Upper(node, level);
      for (const uint32_t next : list) {
        if (next >= header.upper_nodes) break;
        const uint32_t row = graph.UpperRow(next);
        if (row < header.rows) Prefetch(vectors.Row(row), vectors.dims);
      }
      for (const uint32_t next : list) {
        if (next >= header.upper_nodes) break;
        const uint32_t row = graph.UpperRow(next);
        if (row >= header.rows) continue;
        const float score = kernels.dot(query, vectors.Row(row), vectors.dims);
        if (score > best) {
          best = score;
          node = next;
          moved = true;
        }
      }
    }
  }
  return graph.UpperRow(node);
}

uint32_t Descend(const Graph& graph, const Quantized& upper, const simd::Kernels& kernels, const float* query,
                 std::vector<int8_t>& scratch) {
  const GraphHeader& header = graph.header();
  const size_t dims = upper.dims();
  scratch.resize(dims);
  QuantizeQuery(upper, query, scratch.data());
  uint32_t node = header.entry;
  int32_t best = kernels.dot_i8(scratch.data(), upper.Row(node), dims), dots[kMaxM];
  for (uint32_t level = header.max_level; level > 0; --level) {
    for (bool moved = true; moved;) {
      moved = false;
      std::span<const uint32_t> list = graph.Upper(node, level);
      const auto is_none = [&](uint32_t next) { return next >= header.upper_nodes; };
      list = list.first(static_cast<size_t>(std::find_if(list.begin(), list.end(), is_none) - list.begin()));
      for (const uint32_t next : list) PrefetchBytes(upper.Row(next), dims);
      kernels.dots_i8(scratch.data(), upper.Row(0), dims, list, dots);
      for (size_t i = 0; i < list.size(); ++i) {
        if (dots[i] <= best) continue;
        best = dots[i];
        node = list[i];
        moved = true;
      }
    }
  }
  return graph.UpperRow(node);
}

size_t Search(const Graph& graph, const Vectors& vectors, const simd::Kernels& kernels, const Query& query,
              Scratch& scratch, std::span<Hit> hits) {
  const uint32_t rows = graph.header().rows;
  if (rows == 0 || query.k == 0) return 0;
  const size_t wanted = size_t{query.k} + (query.skip == kNone ? 0 : 1);
  Pool& pool = scratch.pool;
  pool.Reset(std::min<size_t>(std::max<size_t>(query.ef, wanted), rows));
  scratch.visited.Reset(rows);
  std::vector<uint32_t>& fresh = scratch.fresh;
  fresh.reserve(std::max<size_t>(size_t{2} * graph.header().M, graph.seeds().size() + 2));

  const auto collect = [&](uint32_t row) {
    if (row >= rows || !scratch.visited.Mark(row)) return;
    Prefetch(vectors.Row(row), vectors.dims);
    fresh.push_back(row);
  };
  const auto offer_fresh = [&] {
    for (const uint32_t row : fresh) {
      const float score = kernels.dot(query.vector, vectors.Row(row), vectors.dims);
      if (pool.Accepts(score)) pool.Offer({score, row});
    }
    fresh.clear();
  };

  collect(Descend(graph, vectors, kernels, query.vector));
  collect(graph.EntryRow());
  for (const uint32_t seed : graph.seeds()) collect(seed);
  offer_fresh();
  for (uint32_t row = pool.Next(); row != kNone; row = pool.Next()) {
    for (const uint32_t next : graph.Base(row)) {
      if (next == kNone) break;
      collect(next);
    }
    offer_fresh();
  }

  size_t count = 0;
  for (size_t i = 0; i < pool.size() && count < query.k; ++i)
    if (pool[i].row != query.skip) hits[count++] = pool[i];
  return count;
}

}  // namespace sepet::hnsw
