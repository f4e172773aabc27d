// The rows with the best estimates, before they are scored exactly. Unsorted: estimates are written behind
// one another and the worse half is thrown out whenever the room is full, which costs less a row than a heap.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

namespace sepet::hnsw {

class Shortlist {
 public:
  // Empties it; it keeps the best `capacity` > 0 of what is pushed.
  void Reset(size_t capacity) {
    capacity_ = capacity;
    size_ = 0;
    bar_ = std::numeric_limits<int32_t>::min();
    if (keys_.size() < 2 * capacity) keys_.resize(2 * capacity);
  }

  // What an estimate must exceed to matter, where rows are pushed in ascending order.
  int32_t bar() const { return bar_; }

  void Push(int32_t estimate, uint32_t row) {
    keys_[size_++] = Key(estimate, row);
    if (size_ == 2 * capacity_) Shrink();
  }

  // The best rows, of equal estimates the lower ones, in no order, without those whose estimates are more
  // than `margin` below the `wanted`-th best; none where none is wanted. Good until the next Reset.
  std::span<uint32_t> RowsWithin(size_t wanted, int32_t margin) {
    rows_.clear();
    if (wanted == 0) return rows_;
    if (size_ > capacity_) Shrink();
    uint64_t least = 0;
    if (size_ > wanted) {
      const int64_t estimate = int64_t{EstimateOf(Partition(wanted))} - margin;
      least =
          Key(static_cast<int32_t>(std::max<int64_t>(estimate, std::numeric_limits<int32_t>::min())), ~0u);
    }
    for (size_t i = 0; i < size_; ++i)
      if (keys_[i] >= least) rows_.push_back(~static_cast<uint32_t>(keys_[i]));
    return rows_;
  }

 private:
  // Greater for a better estimate, and for a lower row where estimates are equal.
  static uint64_t Key(int32_t estimate, uint32_t row) {
    return uint64_t{static_cast<uint32_t>(estimate) ^ 0x80000000u} << 32 | static_cast<uint32_t>(~row);
  }

  static int32_t EstimateOf(uint64_t key) {
    return static_cast<int32_t>(static_cast<uint32_t>(key >> 32) ^ 0x80000000u);
  }

  // Puts the best `count` <= size_ keys before all others and returns the least of them.
  uint64_t Partition(size_t count) {
    const auto last = keys_.begin() + static_cast<std::ptrdiff_t>(count - 1);
    std::nth_element(keys_.begin(), last, keys_.begin() + static_cast<std::ptrdiff_t>(size_),
                     std::greater<>());
    return *last;
  }

  void Shrink() {
    bar_ = EstimateOf(Partition(capacity_));
    size_ = capacity_;
  }

  size_t capacity_ = 0;
  size_t size_ = 0;
  int32_t bar_ = 0;
  std::vector<uint64_t> keys_;  // twice the capacity; the first size_ count
  std::vector<uint32_t> rows_;
};

}  // namespace sepet::hnsw
