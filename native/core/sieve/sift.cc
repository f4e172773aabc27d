#include "core/sieve/sift.h"

#include <algorithm>

#include "core/base/prefetch.h"

namespace sepet::sieve {
namespace {

// So many rows at a time, that the nearest cache holds them together with what is read of them.
constexpr size_t kBlock = 256;

// Asks for all that may be read of the rows: it lies anywhere in memory, and is so awaited once.
void Prefetch(std::span<const Test> tests, std::span<const uint32_t> rows) {
  for (const Test& test : tests)
    if (test.values != nullptr)
      for (const uint32_t row : rows) sepet::Prefetch(&test.values[row]);
    else
      for (const uint32_t row : rows) sepet::Prefetch(&test.codes[row]);
}

// Counts on instead of branching: which rows pass cannot be foreseen, and a wrong guess costs more than the
// test.
template <typename VerdictOf>
size_t Keep(std::span<uint32_t> rows, uint32_t* places, uint32_t against, const VerdictOf& verdict_of) {
  size_t left = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    const uint32_t row = rows[i];
    const uint32_t place = places[i];
    rows[left] = row;
    places[left] = place;
    left += ((against >> verdict_of(row)) & 1) ^ 1;
  }
  return left;
}

size_t KeepBy(const Test& test, std::span<uint32_t> rows, uint32_t* places) {
  if (test.codes != nullptr)
    return Keep(rows, places, test.against, [codes = test.codes, verdicts = test.verdicts](uint32_t row) {
      return verdicts[codes[row]] & 3u;
    });
  return Keep(rows, places, test.against,
              [values = test.values, low = test.low, width = test.width](uint32_t row) -> uint32_t {
                const uint32_t value = values[row];
                const uint32_t known = value - low <= width ? kYes : kNo;
                return value == kUnknownValue ? kUnknown : known;
              });
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

}  // namespace sepet::sieve
