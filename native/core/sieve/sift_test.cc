// Random tests on random columns against the plain reading: each row by itself, test by test.
#include "core/sieve/sift.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "core/base/rng.h"
#include "core/base/testing.h"

namespace sepet::sieve {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

struct World {
  std::vector<uint32_t> values;
  std::vector<uint8_t> codes;
  std::vector<float> numbers;
  std::array<uint8_t, kCodes> verdicts;
  std::array<std::array<Span, 4>, 6> spans;

  explicit World(Rng& rng) {
    for (size_t row = 0; row < 2000; ++row) {
      const double kind = rng.Uniform();
      values.push_back(kind < 0.2 ? kUnknownValue : kind < 0.3 ? kUnknownValue - rng.Below(3) : rng.Below(9));
      codes.push_back(static_cast<uint8_t>(rng.Uniform() < 0.2 ? 255 : rng.Below(5)));
      numbers.push_back(rng.Uniform() < 0.2 ? kNaN : 0.1f * static_cast<float>(rng.Below(9)));
    }
    for (uint8_t& verdict : verdicts) verdict = static_cast<uint8_t>(rng.Below(3));
    for (auto& several : spans)
      for (Span& span : several) span = RandomSpan(rng);
  }

  static Span RandomSpan(Rng& rng) {
    // The last is the span that holds nothing.
    const uint32_t lows[] = {0, rng.Below(9), kUnknownValue - 2, kUnknownValue};
    const uint32_t low = lows[rng.Below(4)];
    return {low, low == kUnknownValue ? 0 : std::min(kUnknownValue - 1 - low, rng.Below(6))};
  }

  Test RandomTest(Rng& rng) const {
    Test test{};
    test.against = rng.Below(8);
    const double kind = rng.Uniform();
    if (kind < 0.3) {
      test.codes = codes.data();
      test.verdicts = verdicts.data();
    } else if (kind < 0.5) {
      test.numbers = numbers.data();
      test.low = kind < 0.35 ? -kInfinity : 0.1f * static_cast<float>(rng.Below(9));
      test.high = kind > 0.45 ? kInfinity : 0.1f * static_cast<float>(rng.Below(9));
    } else {
      test.values = values.data();
      test.spans = {spans[rng.Below(6)].data(), 1 + rng.Below(4)};
    }
    return test;
  }

  static bool IsIn(const Test& test, uint32_t value) {
    return std::any_of(test.spans.begin(), test.spans.end(), [&](const Span& span) {
      return value >= span.low && value <= uint64_t{span.low} + span.width;
    });
  }

  bool Drops(const Test& test, uint32_t row) const {
    Verdict verdict = kNo;
    if (test.codes != nullptr)
      verdict = static_cast<Verdict>(verdicts[codes[row]]);
    else if (test.numbers != nullptr)
      verdict = std::isnan(numbers[row])                                  ? kUnknown
                : numbers[row] >= test.low && !(numbers[row] > test.high) ? kYes
                                                                          : kNo;
    else if (values[row] == kUnknownValue)
      verdict = kUnknown;
    else if (IsIn(test, values[row]))
      verdict = kYes;
    return ((test.against >> verdict) & 1) == 1;
  }
};

// The rows and places that are left, and what each test was the first to drop.
struct Sifted {
  std::vector<uint32_t> rows, places, dropped;
  bool operator==(const Sifted&) const = default;
};

Sifted Plainly(const World& world, const std::vector<Test>& tests, const Sifted& given, size_t most) {
  Sifted left;
  left.dropped.resize(tests.size());
  for (size_t i = 0; i < given.rows.size() && left.rows.size() < most; ++i) {
    const auto first = std::find_if(tests.begin(), tests.end(),
                                    [&](const Test& test) { return world.Drops(test, given.rows[i]); });
    if (first != tests.end()) {
      ++left.dropped[static_cast<size_t>(first - tests.begin())];
      continue;
    }
    left.rows.push_back(given.rows[i]);
    left.places.push_back(given.places[i]);
  }
  return left;
}

void EqualsThePlainReading() {
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    Rng rng(seed);
    const World world(rng);
    std::vector<Test> tests(rng.Below(6));
    for (Test& test : tests) test = world.RandomTest(rng);
    Sifted given;
    given.rows.resize(rng.Below(1000));
    given.places.resize(given.rows.size());
    given.dropped.resize(tests.size());
    for (uint32_t& row : given.rows) row = rng.Below(2000);
    std::iota(given.places.begin(), given.places.end(), 7u);
    Sifted all = given, few = given;
    const size_t most = rng.Below(30);
    const auto cut = [](Sifted& to, size_t kept) {
      to.rows.resize(kept);
      to.places.resize(kept);
    };
    cut(all, Sift(tests, all.rows, all.places, all.dropped));
    cut(few, SiftFirst(tests, few.rows, few.places, most, few.dropped));
    if (EXPECT(all == Plainly(world, tests, given, given.rows.size())) &&
        EXPECT(few == Plainly(world, tests, given, most)))
      continue;
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
