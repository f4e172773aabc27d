// The candidates of a walk, best first: one sorted array of 64-bit keys, so that a place is found by
// branchless bisection and made by one move of memory. Beside it the set of rows that were ever offered.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "core/hnsw/hits.h"
#include "core/hnsw/vectors.h"

namespace sepet::hnsw {

class Frontier {
 public:
  // Empties it; it keeps the best `capacity` of what is offered, at least 1.
  void Reset(size_t capacity) {
    if (keys_.size() < capacity + 1) keys_.resize(capacity + 1);
    capacity_ = capacity;
    size_ = next_ = 0;
    bar_ = -std::numeric_limits<float>::infinity();
  }

  // What a score must exceed to get in; NaN never does.
  float bar() const { return bar_; }
  size_t size() const { return size_; }

  // Puts a row in its place. Only for scores above the bar.
  void Offer(float score, uint32_t row) {
    const uint64_t key = KeyOf(score, row);
    const size_t place = PlaceOf(key);
    std::memmove(&keys_[place + 1], &keys_[place], (size_ - place) * sizeof key);
    keys_[place] = key;
    size_ = std::min(size_ + 1, capacity_);
    next_ = std::min(next_, place);
    if (size_ == capacity_) bar_ = ScoreOf(static_cast<uint32_t>(keys_[size_ - 1] >> 32));
  }

  // Takes the best row not yet taken, or kNone.
  uint32_t Take() {
    const uint32_t row = Peek();
    if (row != kNone) keys_[next_++] |= kTaken;
    return row;
  }
  // What Take would return.
  uint32_t Peek() {
    while (next_ < size_ && (keys_[next_] & kTaken) != 0) ++next_;
    return next_ < size_ ? static_cast<uint32_t>(keys_[next_]) : kNone;
  }
  // Calls ask(row) for those of the next `count` rows to be taken for which it was not called before.
  template <typename Ask>
  void Ahead(size_t count, const Ask& ask) {
    for (size_t i = next_; i < size_ && count > 0; ++i) {
      if ((keys_[i] & kTaken) != 0) continue;
      --count;
      if ((keys_[i] & kAsked) != 0) continue;
      keys_[i] |= kAsked;
      ask(static_cast<uint32_t>(keys_[i]));
    }
  }

 private:
  // The last two bits of a score give way to marks: scores that differ in them only count as equal.
  static constexpr uint64_t kTaken = uint64_t{1} << 32, kAsked = uint64_t{2} << 32;

  // Ascending keys are descending scores, and ascending rows where scores are equal.
  static uint64_t KeyOf(float score, uint32_t row) { return uint64_t{Falling(score) & ~3u} << 32 | row; }
  // The first place whose key is not below `key`.
  size_t PlaceOf(uint64_t key) const {
    const uint64_t* first = keys_.data();
    for (size_t length = size_; length > 0;) {
      const size_t half = length - length / 2;
      first += half & (uint64_t{0} - static_cast<uint64_t>(first[half - 1] < key));
      length /= 2;
    }
    return static_cast<size_t>(first - keys_.data());
  }

  std::vector<uint64_t> keys_;  // one place more than the capacity, for the one that falls out
  size_t capacity_ = 1;
  size_t size_ = 0;
  size_t next_ = 0;  // all before it are taken
  float bar_ = 0;
};

// The rows that were offered: a table with open addressing, small enough for the first cache.
class Seen {
 public:
  // Forgets all; `expected` rows fit without growing.
  void Reset(size_t expected) {
    const size_t size = std::bit_ceil(std::max<size_t>(64, 2 * expected));
    if (slots_.size() == size)
      std::fill(slots_.begin(), slots_.end(), kNone);
    else
      slots_.assign(size, kNone);
    shift_ = 32 - static_cast<unsigned>(std::countr_zero(size));
    used_ = 0;
  }

  // False for most of the rows that were inserted; true for every other.
  bool MayBeNew(uint32_t row) const { return slots_[Slot(row)] != row; }

  // True the first time a row is asked for; never for kNone.
  bool Insert(uint32_t row) {
    size_t slot = Slot(row);
    while (slots_[slot] != row) {
      if (slots_[slot] == kNone) {
        slots_[slot] = row;
        if (++used_ * 2 > slots_.size()) Grow();
        return true;
      }
      slot = (slot + 1) & (slots_.size() - 1);
    }
    return false;
  }

 private:
  size_t Slot(uint32_t row) const { return (row * 0x9E3779B1u) >> shift_; }

  void Grow() {
    const std::vector<uint32_t> old = std::move(slots_);
    slots_.assign(old.size() * 2, kNone);
    --shift_;
    used_ = 0;
    for (const uint32_t row : old)
      if (row != kNone) Insert(row);
  }

  std::vector<uint32_t> slots_;
  size_t used_ = 0;
  unsigned shift_ = 26;
};

}  // namespace sepet::hnsw
