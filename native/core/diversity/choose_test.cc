// Random lines against the plain reading: every candidate compared with every other, slot by slot. Vectors
// are in eighths, so that products add up exactly in any order and ties are ties everywhere.
#include "core/diversity/choose.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "core/base/rng.h"
#include "core/base/testing.h"

namespace sepet::diversity {
namespace {

constexpr uint32_t kRows = 60;
constexpr uint32_t kTrained = 50;
constexpr size_t kDims = 8;

struct World {
  std::array<std::vector<uint32_t>, kColumns> columns;
  std::vector<float> vectors;

  explicit World(Rng& rng) {
    for (size_t column = 0; column < kColumns; ++column)
      for (size_t row = 0; row < kRows; ++row)
        columns[column].push_back(rng.Uniform() < 0.2 ? kUnknown : rng.Below(5));
    for (size_t i = 0; i < kTrained * kDims; ++i)
      vectors.push_back(static_cast<float>(rng.Below(17)) / 8 - 1);
    std::fill_n(vectors.begin() + 3 * kDims, kDims, 0.0f);
  }

  Products products() const {
    return {{columns[0], columns[1], columns[2]}, vectors.data(), kTrained, kDims};
  }
};

struct OwnLine {
  std::vector<uint32_t> rows, tiers;
  std::vector<double> totals;
  std::vector<uint8_t> reserved;

  explicit OwnLine(Rng& rng) {
    std::vector<uint32_t> all(kRows);
    for (uint32_t row = 0; row < kRows; ++row) all[row] = row;
    for (uint32_t i = kRows; i > 1; --i) std::swap(all[i - 1], all[rng.Below(i)]);
    const size_t length = rng.Below(kRows + 1);
    uint32_t tier = 0;
    double total = 2;
    for (size_t at = 0; at < length; ++at) {
      if (rng.Uniform() < 0.05) ++tier, total = 3;
      total -= static_cast<double>(rng.Below(4)) / 16;
      rows.push_back(all[at]);
      tiers.push_back(tier);
      totals.push_back(total);
      reserved.push_back(rng.Uniform() < 0.1);
    }
  }

  Line line() const { return {rows, tiers, totals, reserved}; }
};

std::vector<double> PlainRelevances(const Line& line, size_t need) {
  std::vector<double> found;
  for (size_t at = 0; at < line.rows.size(); ++at) {
    size_t start = at, end = at;
    while (start > 0 && line.tiers[start - 1] == line.tiers[at]) --start;
    while (end < line.rows.size() && line.tiers[end] == line.tiers[at]) ++end;
    const double top = start == 0 ? 1 : found[start - 1];
    const double spread = line.totals[start] - line.totals[std::min(end, start + 2 * need) - 1];
    const double below = line.totals[start] - line.totals[at];
    found.push_back(top - (below == 0 ? 0 : below / (spread == 0 ? 1 : spread)));
  }
  return found;
}

double PlainCosine(const World& world, uint32_t a, uint32_t b) {
  if (a >= kTrained || b >= kTrained) return 0;
  const auto dot = [&](uint32_t x, uint32_t y) {
    double sum = 0;
    for (size_t i = 0; i < kDims; ++i)
      sum += double{world.vectors[x * kDims + i]} * double{world.vectors[y * kDims + i]};
    return sum;
  };
  if (dot(a, a) == 0 || dot(b, b) == 0) return 0;
  return std::max(0.0, dot(a, b) * (1 / std::sqrt(dot(a, a))) * (1 / std::sqrt(dot(b, b))));
}

std::vector<uint32_t> ChoosePlainly(const World& world, const Line& line, const Wish& wish) {
  const size_t slots = std::min(wish.need, line.rows.size());
  if (slots == 0) return {};
  const std::vector<double> relevances = PlainRelevances(line, wish.need);
  const auto value = [&](size_t column, uint32_t at) { return world.columns[column][line.rows[at]]; };
  std::vector<uint32_t> placed;
  while (placed.size() < slots) {
    std::vector<uint32_t> left, waiting;
    for (uint32_t at = 0; at < line.rows.size(); ++at) {
      if (std::find(placed.begin(), placed.end(), at) != placed.end()) continue;
      left.push_back(at);
      if (line.reserved[at] == 1) waiting.push_back(at);
    }
    const bool is_forced = !waiting.empty() && waiting.size() >= slots - placed.size();
    std::vector<std::tuple<int, double, uint32_t>> judged;
    for (const uint32_t at : is_forced ? waiting : left) {
      int offence = 0;
      if (wish.apart < kColumns && !placed.empty() && value(wish.apart, at) != kUnknown &&
          value(wish.apart, at) == value(wish.apart, placed.back()))
        offence = 1;
      double likeness = 0;
      for (const uint32_t other : placed)
        likeness = std::max(likeness, PlainCosine(world, line.rows[other], line.rows[at]));
      for (size_t column = 0; column < kColumns; ++column) {
        const auto alike = std::count_if(placed.begin(), placed.end(), [&](uint32_t other) {
          return value(column, at) != kUnknown && value(column, other) == value(column, at);
        });
        if (wish.most[column] != kNoMaximum && alike >= wish.most[column]) offence = 2;
      }
      const double worth = wish.mmr > 0 ? (1 - wish.mmr) * relevances[at] - wish.mmr * likeness : -double(at);
      judged.emplace_back(offence, -worth, at);
    }
    placed.push_back(std::get<2>(*std::min_element(judged.begin(), judged.end())));
  }
  return placed;
}

Wish RandomWish(Rng& rng) {
  const double weights[] = {0, 0.25, 0.5, 1};
  Wish wish{rng.Below(15), weights[rng.Below(4)], rng.Below(uint32_t{kColumns} + 1), {}};
  for (uint32_t& most : wish.most) most = rng.Uniform() < 0.5 ? kNoMaximum : 1 + rng.Below(3);
  return wish;
}

void EqualsThePlainReading() {
  Scratch scratch;
  for (uint64_t seed = 1; seed <= 2000; ++seed) {
    Rng rng(seed);
    const World world(rng);
    const OwnLine own(rng);
    const Wish wish = RandomWish(rng);
    std::vector<uint32_t> chosen(std::min(wish.need, own.rows.size()));
    for (const simd::Kernels* kernels : simd::AvailableKernels()) {
      std::fill(chosen.begin(), chosen.end(), kUnknown);
      const size_t count = Choose(world.products(), own.line(), wish, *kernels, scratch, chosen);
      if (EXPECT(count == chosen.size()) && EXPECT(chosen == ChoosePlainly(world, own.line(), wish)))
        continue;
      std::fprintf(stderr, "seed %d, kernel %s\n", static_cast<int>(seed), kernels->name);
      return;
    }
  }
}

void EndsWhereTotalsAreNoNumbers() {
  Rng rng(1);
  const World world(rng);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<uint32_t> rows = {4, 5, 6, 7}, tiers(4);
  const std::vector<double> totals = {nan, 1, nan, 0};
  const std::vector<uint8_t> reserved = {0, 0, 1, 0};
  std::vector<uint32_t> chosen(3);
  Scratch scratch;
  const Wish wish{3, 0.5, kColumns, {kNoMaximum, kNoMaximum, kNoMaximum}};
  EXPECT(Choose(world.products(), {rows, tiers, totals, reserved}, wish, simd::kScalar, scratch, chosen) ==
         3);
  EXPECT(std::find(chosen.begin(), chosen.end(), 2u) != chosen.end());
  std::sort(chosen.begin(), chosen.end());
  EXPECT(std::unique(chosen.begin(), chosen.end()) == chosen.end());
}

}  // namespace
}  // namespace sepet::diversity

int main() {
  sepet::diversity::EqualsThePlainReading();
  sepet::diversity::EndsWhereTotalsAreNoNumbers();
  return sepet::testing::Failures();
}
