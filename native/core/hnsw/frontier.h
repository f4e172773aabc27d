// The candidates of a walk, best first: an array of keys that ascend as scores fall and, beside it, one of
// their rows. A place is found by counting keys and made by moving what is behind it, both by one kernel.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <vector>

#include "core/hnsw/hits.h"
#include "core/hnsw/vectors.h"
#include "core/simd/kernels.h"

namespace sepet::hnsw {

class Frontier {
 public:
  // Empties it; it keeps the best `capacity` of what is offered, at least 1.
  void Reset(const simd::Kernels& kernels, size_t capacity) {
    kernels_ = &kernels;
    size_ = next_ = eligible_ = 0;
    Resize(capacity);
  }
  // From now on it keeps so many; the worst give way.
  void Resize(size_t capacity) {
    if (keys_.size() < capacity + simd::kInsertRoom) {
      keys_.resize(capacity + simd::kInsertRoom);
      rows_.resize(capacity + simd::kInsertRoom);
    }
    capacity_ = capacity;
    for (; size_ > capacity; --size_) eligible_ -= IsEligible(size_ - 1);
    next_ = std::min(next_, size_);
    SetBar();
  }

  // What a score must exceed to get in; NaN never does.
  float bar() const { return bar_; }
  size_t size() const { return size_; }
  size_t capacity() const { return capacity_; }
  // Best first.
  std::span<const uint32_t> rows() const { return {rows_.data(), size_}; }
  // How many of the rows in it were offered as eligible.
  size_t eligible() const { return eligible_; }

  // Puts a row in its place. Only for scores above the bar.
  void Offer(float score, uint32_t row, bool eligible = true) {
    const int32_t key = KeyOf(score) | (eligible ? 0 : kBarred);
    const size_t place = size_ <= kCounted ? kernels_->insert(keys_.data(), rows_.data(), size_, key, row)
                                           : InsertFar(key, row);
    eligible_ += eligible ? 1 : 0;
    if (size_ < capacity_)
      ++size_;
    else
      eligible_ -= IsEligible(size_);
    next_ = std::min(next_, place);
    SetBar();
  }

  // Takes the best row not yet taken, or kNone.
  uint32_t Take() {
    const uint32_t row = Peek();
    if (row != kNone) keys_[next_++] &= ~kOpen;
    return row;
  }
  // What Take would return.
  uint32_t Peek() {
    while (next_ < size_ && (keys_[next_] & kOpen) == 0) ++next_;
    return next_ < size_ ? rows_[next_] : kNone;
  }
  // Calls ask(row) for those of the next `count` rows to be taken for which it was not called before.
  template <typename Ask>
  void Ahead(size_t count, const Ask& ask) {
    for (size_t i = next_; i < size_ && count > 0; ++i) {
      if ((keys_[i] & kOpen) == 0) continue;
      --count;
      if ((keys_[i] & kUnasked) == 0) continue;
      keys_[i] &= ~kUnasked;
      ask(rows_[i]);
    }
  }

 private:
  // The last bits of a key are marks, which a score gives way to: scores that differ in them only count as
  // equal, and stand in any order.
  static constexpr int32_t kOpen = 1, kUnasked = 2, kBarred = 4, kMarks = 7;
  static constexpr size_t kCounted = 256;  // beyond so many keys bisection is sooner than counting

  static int32_t KeyOf(float score) {
    return static_cast<int32_t>((Falling(score) ^ 0x80000000u) & ~uint32_t{kMarks}) | kOpen | kUnasked;
  }
  size_t IsEligible(size_t place) const { return (keys_[place] & kBarred) == 0 ? 1 : 0; }
  void SetBar() {
    if (size_ < capacity_)
      bar_ = -std::numeric_limits<float>::infinity();
    else
      bar_ = ScoreOf((static_cast<uint32_t>(keys_[size_ - 1]) & ~uint32_t{kMarks}) ^ 0x80000000u);
  }
  // What the kernel does, for many keys.
  size_t InsertFar(int32_t key, uint32_t row) {
    const auto place = static_cast<size_t>(
        std::upper_bound(keys_.begin(), keys_.begin() + static_cast<std::ptrdiff_t>(size_), key) -
        keys_.begin());
    std::memmove(&keys_[place + 1], &keys_[place], (size_ - place) * sizeof key);
    std::memmove(&rows_[place + 1], &rows_[place], (size_ - place) * sizeof row);
    keys_[place] = key;
    rows_[place] = row;
    return place;
  }

  const simd::Kernels* kernels_ = nullptr;
  std::vector<int32_t> keys_;  // and of rows: kInsertRoom places more than the capacity
  std::vector<uint32_t> rows_;
  size_t capacity_ = 1;
  size_t size_ = 0;
  size_t next_ = 0;  // all before it are taken
  size_t eligible_ = 0;
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
