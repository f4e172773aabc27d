// Random tests on random columns against the plain reading: each row by itself, test by test.
#include "core/sieve/sift.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

#include "core/base/rng.h"
#include "core/base/testing.h"

namespace sepet::sieve {
namespace {

struct World {
  std::vector<uint32_t> values;
  std::vector<uint8_t> codes;
  std::array<uint8_t, kCodes> verdicts;

  explicit World(Rng& rng) {
    for (size_t row = 0; row < 2000; ++row) {
      const double kind = rng.Uniform();
      values.push_back(kind < 0.2 ? kUnknownValue : kind < 0.3 ? kUnknownValue - rng.Below(3) : rng.Below(9));
      codes.push_back(static_cast<uint8_t>(rng.Uniform() < 0.2 ? 255 : rng.Below(5)));
    }
    for (uint8_t& verdict : verdicts) verdict = static_cast<uint8_t>(rng.Below(3));
  }

  Test RandomTest(Rng& rng) const {
    const uint32_t against = rng.Below(8);
    if (rng.Uniform() < 0.4) return {nullptr, codes.data(), verdicts.data(), 0, 0, against};
    // The last is the span that holds nothing.
    const uint32_t lows[] = {0, rng.Below(9), kUnknownValue - 2, kUnknownValue};
    const uint32_t low = lows[rng.Below(4)];
    const uint32_t width = low == kUnknownValue ? 0 : std::min(kUnknownValue - 1 - low, rng.Below(6));
    return {values.data(), nullptr, nullptr, low, width, against};
  }

  bool Drops(const Test& test, uint32_t row) const {
    Verdict verdict = kNo;
    if (test.codes != nullptr)
      verdict = static_cast<Verdict>(verdicts[codes[row]]);
    else if (values[row] == kUnknownValue)
      verdict = kUnknown;
    else if (values[row] >= test.low && values[row] <= uint64_t{test.low} + test.width)
      verdict = kYes;
    return ((test.against >> verdict) & 1) == 1;
  }
};

void EqualsThePlainReading() {
  for (uint64_t seed = 1; seed <= 500; ++seed) {
    Rng rng(seed);
    const World world(rng);
    std::vector<Test> tests(rng.Below(6));
    for (Test& test : tests) test = world.RandomTest(rng);
    std::vector<uint32_t> rows(rng.Below(1000)), places(rows.size());
    for (uint32_t& row : rows) row = rng.Below(2000);
    std::iota(places.begin(), places.end(), 7u);
    std::vector<uint32_t> kept_rows, kept_places, drops(tests.size()), dropped(tests.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      const auto first = std::find_if(tests.begin(), tests.end(),
                                      [&](const Test& test) { return world.Drops(test, rows[i]); });
      if (first != tests.end()) {
        ++drops[static_cast<size_t>(first - tests.begin())];
        continue;
      }
      kept_rows.push_back(rows[i]);
      kept_places.push_back(places[i]);
    }
    const size_t kept = Sift(tests, rows, places, dropped);
    rows.resize(kept);
    places.resize(kept);
    if (EXPECT(rows == kept_rows) && EXPECT(places == kept_places) && EXPECT(dropped == drops)) continue;
    std::fprintf(stderr, "seed %d\n", static_cast<int>(seed));
    return;
  }
}

}  // namespace
}  // namespace sepet::sieve

int main() {
  sepet::sieve::EqualsThePlainReading();
  return sepet::testing::Failures();
}
