// Rows as bits: which of the rows may be returned. Bit `row % 32` of word `row / 32`; bits past the last row
// do not count. The words belong to someone else, who must not change them during a call (a change gives
// wrong rows, never a bad address).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace sepet::hnsw {

class RowSet {
 public:
  static constexpr size_t kListRoom = 8;  // behind a list that ListBetween writes

  static constexpr size_t WordsFor(size_t rows) { return (rows + 31) / 32; }

  RowSet() = default;
  // `words` holds at least WordsFor(rows) of them.
  RowSet(std::span<const uint32_t> words, size_t rows) : words_(words.first(WordsFor(rows))), rows_(rows) {}

  bool Has(uint32_t row) const { return (words_[row / 32] >> (row % 32) & 1) != 0; }
  std::span<const uint32_t> words() const { return words_; }
  // The same bits for the first `rows` rows only, no more than there are.
  RowSet First(size_t rows) const { return {words_, rows}; }
  size_t Count() const;
  // Fills `list` with the rows, ascending. `count` is Count().
  void List(size_t count, std::vector<uint32_t>& list) const;
  void List(std::vector<uint32_t>& list) const { List(Count(), list); }
  // Writes those of the rows begin .. end - 1, at most rows, to `list`, which has room for all of them and
  // kListRoom more; returns how many.
  size_t ListBetween(uint32_t begin, uint32_t end, uint32_t* list) const;
  // Fills `list` with `wanted` rows spread evenly over the set, ascending, or with all where there are no
  // more than that. `count` is Count().
  void Sample(size_t count, size_t wanted, std::vector<uint32_t>& list) const;

 private:
  size_t Pairs() const { return (words_.size() + 1) / 2; }
  // Rows 64 * pair and on, bits past the last row cleared.
  uint64_t Pair(size_t pair) const {
    const size_t low = pair * 2, high = low + 1;
    const uint64_t bits = words_[low] | (high < words_.size() ? uint64_t{words_[high]} << 32 : 0);
    const size_t left = rows_ - pair * 64;
    return left < 64 ? bits & ((uint64_t{1} << left) - 1) : bits;
  }

  std::span<const uint32_t> words_;
  size_t rows_ = 0;
};

// Which rows may be returned: those of `only`, all where it is absent, but not those of `removed`.
struct Allowed {
  std::optional<RowSet> only;
  std::optional<RowSet> removed;

  bool Has(uint32_t row) const { return (!only || only->Has(row)) && !(removed && removed->Has(row)); }
};

}  // namespace sepet::hnsw
