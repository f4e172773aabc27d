#include "core/base/alias.h"

#include <cmath>

#include "core/base/testing.h"

using sepet::AliasTable;
using sepet::Rng;

namespace {

constexpr int kDraws = 400000;

// Every row is drawn as often as its share says, within five standard deviations.
void DrawsInProportion(std::vector<double> counts, double alpha, uint64_t seed) {
  const AliasTable table(counts, alpha);
  double total = 0;
  for (double& count : counts) total += count = count > 0 ? std::pow(count, alpha) : 0;
  std::vector<double> drawn(counts.size());
  Rng random(seed);
  for (int i = 0; i < kDraws; ++i) {
    const uint32_t row = table.Draw(random);
    if (!EXPECT(row < drawn.size())) return;
    drawn[row] += 1;
  }
  for (size_t i = 0; i < counts.size(); ++i) {
    const double share = counts[i] / total;
    const double deviation = std::sqrt(kDraws * share * (1 - share));
    if (!EXPECT(std::abs(drawn[i] - kDraws * share) <= 5 * deviation)) {
      std::fprintf(stderr, "row %zu of %zu: %g drawn, %g expected, seed %llu\n", i, counts.size(), drawn[i],
                   kDraws * share, static_cast<unsigned long long>(seed));
    }
  }
}

void NeverDrawsZeroCounts() {
  std::vector<double> counts(1000);
  for (size_t i = 0; i < counts.size(); i += 3) counts[i] = 0.1 + static_cast<double>(i);
  for (const double alpha : {0.0, 0.5, 1.0}) {
    const AliasTable table(counts, alpha);
    Rng random(7);
    for (int i = 0; i < kDraws; ++i) {
      if (!EXPECT(counts[table.Draw(random)] > 0)) return;
    }
  }
}

void EmptyWithoutCounts() {
  EXPECT(AliasTable({}, 0.75).empty());
  const std::vector<double> zeros(4);
  EXPECT(AliasTable(zeros, 0.75).empty());
}

}  // namespace

int main() {
  DrawsInProportion({5}, 0.75, 1);
  DrawsInProportion({1, 1, 1, 1}, 1, 2);
  DrawsInProportion({1000, 1, 0, 30, 200, 0, 7}, 0.75, 3);
  DrawsInProportion({1000, 1, 0, 30, 200, 0, 7}, 0, 4);
  std::vector<double> zipf(500);
  for (size_t i = 0; i < zipf.size(); ++i) zipf[i] = 10000.0 / static_cast<double>(i + 1);
  DrawsInProportion(zipf, 1, 5);
  DrawsInProportion(zipf, 0.5, 6);
  NeverDrawsZeroCounts();
  EmptyWithoutCounts();
  return sepet::testing::Failures();
}
