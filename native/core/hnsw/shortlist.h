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

  // The best rows, of equal estimates the lower ones, in no order, without those below `least`; good until
  // the next Reset.
  std::span<uint32_t> Rows(int32_t least = std::numeric_limits<int32_t>::min()) {
    if (size_ > capacity_) Shrink();
    rows_.clear();
    for (size_t i = 0; i < size_; ++i)
      if (keys_[i] >= Key(least, ~0u)) rows_.push_back(~static_cast<uint32_t>(keys_[i]));
    return rows_;
  }

 private:
  // Greater for a better estimate, and for a lower row where estimates are equal.
  static uint64_t Key(int32_t estimate, uint32_t row) {
    return uint64_t{static_cast<uint32_t>(estimate) ^ 0x80000000u} << 32 | static_cast<uint32_t>(~row);
  }

  void Shrink() {
    const auto worst = keys_.begin() + static_cast<std::ptrdiff_t>(capacity_ - 1);
    std::nth_element(keys_.begin(), worst, keys_.begin() + static_cast<std::ptrdiff_t>(size_),
                     std::greater<>());
    size_ = capacity_;
    bar_ = static_cast<int32_t>(static_cast<uint32_t>(*worst >> 32) ^ 0x80000000u);
  }

  size_t capacity_ = 0;
  size_t size_ = 0;
  int32_t bar_ = 0;
  std::vector<uint64_t> keys_;  // twice the capacity; the first size_ count
  std::vector<uint32_t> rows_;
};

}  // namespace sepet::hnsw
