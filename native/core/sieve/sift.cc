#include "core/sieve/sift.h"

#include <algorithm>

#include "core/base/prefetch.h"

namespace sepet::sieve {
namespace {

// So many rows at a time, that the nearest cache holds them together with what is read of them.
constexpr size_t kBlock = 256;
// The same where most rows may never be looked at.
constexpr size_t kFewRows = 16;

// Asks for all that may be read of the rows: it lies anywhere in memory, and is so awaited once.
void Prefetch(std::span<const Test> tests, std::span<const uint32_t> rows) {
  for (const Test& test : tests)
    if (test.values != nullptr)
      for (const uint32_t row : rows) sepet::Prefetch(&test.values[row]);
    else if (test.codes != nullptr)
      for (const uint32_t row : rows) sepet::Prefetch(&test.codes[row]);
    else
      for (const uint32_t row : rows) sepet::Prefetch(&test.numbers[row]);
}

uint32_t OfCode(const Test& test, uint32_t row) {
  return test.verdicts[test.codes[row]] & 3u;
}

// Counts on instead of branching, as all below: which rows pass cannot be foreseen.
uint32_t OfNumber(const Test& test, uint32_t row) {
  const float number = test.numbers[row];
  const auto known = static_cast<uint32_t>((number >= test.low) & (number <= test.high));
  return number != number ? kUnknown : known;
}

uint32_t OfOneSpan(const Test& test, uint32_t row) {
  const uint32_t value = test.values[row];
  const Span& span = test.spans.front();
  const uint32_t known = value - span.low <= span.width ? kYes : kNo;
  return value == kUnknownValue ? kUnknown : known;
}

uint32_t OfSpans(const Test& test, uint32_t row) {
  const uint32_t value = test.values[row];
  uint32_t known = kNo;
  for (const Span& span : test.spans) known |= value - span.low <= span.width ? kYes : kNo;
  return value == kUnknownValue ? kUnknown : known;
}

bool Drops(const Test& test, uint32_t row) {
  const auto verdict = [&]() -> uint32_t {
    if (test.codes != nullptr) return OfCode(test, row);
    if (test.numbers != nullptr) return OfNumber(test, row);
    return OfSpans(test, row);
  };
  return ((test.against >> verdict()) & 1) == 1;
}

// A wrong guess costs more than the test.
template <uint32_t VerdictOf(const Test&, uint32_t)>
size_t Keep(const Test& given, std::span<uint32_t> rows, uint32_t* places) {
  const Test test = given;
  size_t left = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    const uint32_t row = rows[i];
    const uint32_t place = places[i];
    rows[left] = row;
    places[left] = place;
    left += ((test.against >> VerdictOf(test, row)) & 1) ^ 1;
  }
  return left;
}

size_t KeepBy(const Test& test, std::span<uint32_t> rows, uint32_t* places) {
  if (test.codes != nullptr) return Keep<OfCode>(test, rows, places);
  if (test.numbers != nullptr) return Keep<OfNumber>(test, rows, places);
  return test.spans.size() == 1 ? Keep<OfOneSpan>(test, rows, places) : Keep<OfSpans>(test, rows, places);
}

}  // namespace

size_t Sift(std::span<const Test> tests, std::span<uint32_t> rows, std::span<uint32_t> places,
            std::span<uint32_t> dropped) {
  size_t kept = 0;
  for (size_t start = 0; start < rows.size(); start += kBlock) {
    size_t left = std::min(kBlock, rows.size() - start);
    Prefetch(tests, rows.subspan(start, left));
    for (size_t i = 0; i < tests.size() && left > 0; ++i) {
      const size_t before = left;
      left = KeepBy(tests[i], rows.subspan(start, before), &places[start]);
      dropped[i] += static_cast<uint32_t>(before - left);
    }
    std::copy_n(rows.begin() + static_cast<ptrdiff_t>(start), left,
                rows.begin() + static_cast<ptrdiff_t>(kept));
    std::copy_n(places.begin() + static_cast<ptrdiff_t>(start), left,
                places.begin() + static_cast<ptrdiff_t>(kept));
    kept += left;
  }
  return kept;
}

size_t SiftFirst(std::span<const Test> tests, std::span<uint32_t> rows, std::span<uint32_t> places,
                 size_t most, std::span<uint32_t> dropped) {
  size_t kept = 0;
  for (size_t at = 0; at < rows.size() && kept < most; ++at) {
    if (at % kFewRows == 0) Prefetch(tests, rows.subspan(at, std::min(kFewRows, rows.size() - at)));
    const uint32_t row = rows[at];
    const auto first =
        std::find_if(tests.begin(), tests.end(), [row](const Test& test) { return Drops(test, row); });
    if (first != tests.end()) {
      ++dropped[static_cast<size_t>(first - tests.begin())];
      continue;
    }
    rows[kept] = row;
    places[kept++] = places[at];
  }
  return kept;
}

}  // namespace sepet::sieve
