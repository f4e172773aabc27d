// Sieves candidate rows by tests on columns: of each row, whether every test lets it pass. Everything is
// const but the arrays of the caller, which are compacted in place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace sepet::sieve {

// The answers of a test, as numbers.
enum Verdict : uint32_t { kNo = 0, kYes = 1, kUnknown = 2 };

inline constexpr uint32_t kUnknownValue = 0xFFFFFFFFu;
inline constexpr size_t kCodes = 256;

// The values from `low` to `low + width`.
struct Span {
  uint32_t low;
  uint32_t width;
};

// One of `values`, `codes` and `numbers` has a value a row; the others are null.
struct Test {
  const uint32_t* values;       // unknown at kUnknownValue, else yes within one of the spans, else no
  std::span<const Span> spans;  // one at least
  const uint8_t* codes;         // verdicts[code], of which only the lower two bits count
  const uint8_t* verdicts;      // kCodes of them
  const float* numbers;         // unknown where NaN, else yes from `low` to `high`, else no
  float low;
  float high;
  uint32_t against;  // the verdicts that drop: bit 1 << verdict
};

// Of `rows` and the `places` that belong to them, moves those that every test lets pass to the front, in
// their order; returns how many. Adds to dropped[i] what test i was the first to drop. Rows must lie within
// the columns; rows and places are equally long, and so are tests and dropped.
size_t Sift(std::span<const Test> tests, std::span<uint32_t> rows, std::span<uint32_t> places,
            std::span<uint32_t> dropped);

// The same, but looks no further once `most` passed: what lies behind is neither kept nor counted.
size_t SiftFirst(std::span<const Test> tests, std::span<uint32_t> rows, std::span<uint32_t> places,
                 size_t most, std::span<uint32_t> dropped);

}  // namespace sepet::sieve
