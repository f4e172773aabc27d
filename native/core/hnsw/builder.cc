#include "core/hnsw/builder.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>
#include <utility>

#include "core/base/rng.h"
#include "core/base/threads.h"

namespace sepet::hnsw {
namespace {

// Levels above this one have so few rows that they are built by insertion: the links between rows that came
// early are long.
constexpr uint32_t kTopBulkLevel = 1;

std::vector<uint32_t> Count(size_t rows) {
  std::vector<uint32_t> all(rows);
  std::iota(all.begin(), all.end(), 0u);
  return all;
}

}  // namespace

std::vector<Twin> FindTwins(const Vectors& vectors, uint32_t threads) {
  const size_t rows = vectors.rows, bytes = vectors.dims * sizeof(float);
  std::vector<std::pair<uint64_t, uint32_t>> hashes(rows);
  RunShares(threads, rows, [&](size_t begin, size_t end) {
    for (size_t row = begin; row < end; ++row) {
      uint64_t hash = 0;
      for (size_t i = 0; i < vectors.dims; ++i)
        hash = Mix(hash ^ std::bit_cast<uint32_t>(vectors.Row(row)[i]));
      hashes[row] = {hash, static_cast<uint32_t>(row)};
    }
  });
  std::sort(hashes.begin(), hashes.end());
  std::vector<Twin> twins;
  for (size_t i = 1, first = 0; i < rows; ++i) {
    const auto [hash, row] = hashes[i];
    const uint32_t original = hashes[first].second;
    if (hash == hashes[first].first && std::memcmp(vectors.Row(row), vectors.Row(original), bytes) == 0)
      twins.push_back({row, original});
    else
      first = i;
  }
  std::sort(twins.begin(), twins.end(), [](const Twin& a, const Twin& b) {
    return a.original != b.original ? a.original < b.original : a.row < b.row;
  });
  return twins;
}

uint8_t DrawLevel(uint32_t row, const BuildParameters& parameters) {
  // floor(-log_M u) by products, which are the same on every machine; a logarithm need not be.
  uint8_t level = 0;
  double u = 1 - UnitInterval(Mix(parameters.seed, row));  // in (0, 1]
  while ((u *= parameters.M) <= 1 && level < kMaxLevel) ++level;
  return level;
}

Builder::Builder(const BuildInput& input, const simd::Kernels& kernels_in,
                 const BuildParameters& parameters_in, const Progress& progress_in,
                 std::vector<uint8_t> levels_in, std::vector<Twin> twins_in)
    : vectors(input.vectors),
      queries(input.queries),
      kernels(kernels_in),
      parameters(parameters_in),
      progress(progress_in),
      levels(std::move(levels_in)),
      twins(std::move(twins_in)),
      directions(vectors, queries.rows > 0, parameters.threads),
      all(Count(vectors.rows)),
      entry(levels.empty()
                ? kNone
                : static_cast<uint32_t>(std::max_element(levels.begin(), levels.end()) - levels.begin())),
      links(levels, parameters.M, parameters.threads) {}

ListShape Builder::Shape(uint32_t level) const {
  return ShapeOf(level, parameters.M, parameters.ef_construction, queries.rows > 0);
}

ListShape ShapeOf(uint32_t level, uint32_t M, uint32_t ef_construction, bool is_asked) {
  const size_t places = size_t{M} * (level == 0 ? 2 : 1);
  const size_t candidates = std::max<size_t>(ef_construction / 2, 3 * places);
  if (level > kTopBulkLevel) return {places, 0, candidates};
  // Rows that answer the same queries get the other places of the base level.
  return {places, level == 0 && is_asked ? places / 4 : places, candidates};
}

namespace {

// Lists of what is best alone do not lead from one part of the catalogue to another: they end at the border
// of a cluster. So a row that lives higher up keeps some of its links there, which are longer, down here too.
void Inherit(Links& links, uint32_t row, uint32_t level) {
  const std::span<uint32_t> list = links.List(row, level);
  size_t taken = links.Neighbours(row, level).size();
  size_t inherited = list.size() / 4;
  for (const uint32_t other : links.Neighbours(row, level + 1)) {
    if (inherited == 0) return;
    if (std::find(list.begin(), list.end(), other) != list.end()) continue;
    list[taken < list.size() ? taken++ : list.size() - inherited] = other;
    --inherited;
  }
}

void LinkInBulk(Builder& builder, std::span<const uint32_t> members, uint32_t level) {
  const ListShape shape = builder.Shape(level);
  const UnsetVector<uint32_t> lists = LinkLevel(builder.Level(members, level), shape);
  if (builder.progress.cancelled()) return;
  RunShares(builder.parameters.threads, members.size(), [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      const std::span<uint32_t> list = builder.links.List(members[i], level);
      for (size_t at = 0; at < shape.places; ++at) {
        const uint32_t other = lists[i * shape.places + at];
        list[at] = other == kNone ? kNone : members[other];
      }
      if (builder.levels[members[i]] > level) Inherit(builder.links, members[i], level);
    }
  });
}

}  // namespace

void LinkAll(Builder& builder) {
  std::vector<bool> is_twin(builder.vectors.rows);
  for (const Twin& twin : builder.twins) is_twin[twin.row] = true;
  const auto above = [&](uint32_t level) {
    std::vector<uint32_t> rows;
    for (const uint32_t row : builder.all)
      if (!is_twin[row] && builder.levels[row] >= level) rows.push_back(row);
    return rows;
  };
  const auto shuffled = [&](std::vector<uint32_t> rows) {
    std::sort(rows.begin(), rows.end(), [&](uint32_t a, uint32_t b) {
      return Mix(builder.parameters.seed, a) < Mix(builder.parameters.seed, b);
    });
    return rows;
  };
  // Queries from elsewhere need the long links that rows get which come early.
  if (builder.queries.rows > 0) return InsertInBatches(builder, shuffled(above(0)));
  const std::vector<uint32_t> few = shuffled(above(kTopBulkLevel + 1));
  Inserter inserter(builder);
  for (const uint32_t row : few) inserter.Insert(row, kTopBulkLevel + 1);
  for (uint32_t level = kTopBulkLevel + 1; level-- > 0;) LinkInBulk(builder, above(level), level);
}

}  // namespace sepet::hnsw
