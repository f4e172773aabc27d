// What a search finds. Equal scores are ordered by row, so that results never depend on the way there.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sepet::hnsw {

struct Hit {
  float score;
  uint32_t row;
};

constexpr bool Better(const Hit& a, const Hit& b) {
  return a.score > b.score || (a.score == b.score && a.row < b.row);
}

// Ascends as scores fall, by the bits of a float; the greatest of all for NaN.
constexpr uint32_t Falling(float score) {
  if (score != score) return ~0u;
  const auto bits = std::bit_cast<uint32_t>(score + 0.0f);  // -0 counts as 0
  return (bits & 0x80000000u) != 0 ? bits : ~bits & 0x7FFFFFFFu;
}
// The score of which Falling gave this; NaN for NaN's.
constexpr float ScoreOf(uint32_t falling) {
  return std::bit_cast<float>((falling & 0x80000000u) != 0 ? falling : ~falling & 0x7FFFFFFFu);
}

// The best `capacity` of all the hits offered. Hits are written behind one another as keys that ascend from
// the best on, and the worse half is thrown out whenever there are twice as many as wanted: that and one sort
// of integers at the end cost less than a heap, which for 80 hits took as long as a third of their search.
class TopHits {
 public:
  // Empties it. Allocates only when the capacity exceeds every earlier one.
  void Reset(size_t capacity) {
    capacity_ = capacity;
    bar_ = capacity == 0 ? 0 : ~uint64_t{0};
    keys_.clear();
    keys_.reserve(2 * capacity);
  }

  void Offer(Hit hit) {
    const uint64_t key = uint64_t{Falling(hit.score)} << 32 | hit.row;
    if (key >= bar_) return;
    keys_.push_back(key);
    if (keys_.size() == 2 * capacity_) Shrink();
  }

  // As Sorted left them.
  const std::vector<Hit>& hits() const { return hits_; }

  // The hits, best first. What is offered after it counts with the next call.
  const std::vector<Hit>& Sorted() {
    if (keys_.size() > capacity_) Shrink();
    if (!std::is_sorted(keys_.begin(), keys_.end())) std::sort(keys_.begin(), keys_.end());
    hits_.resize(keys_.size());
    std::transform(keys_.begin(), keys_.end(), hits_.begin(), [](uint64_t key) {
      return Hit{ScoreOf(static_cast<uint32_t>(key >> 32)), static_cast<uint32_t>(key)};
    });
    return hits_;
  }

 private:
  void Shrink() {
    const auto worst = keys_.begin() + static_cast<std::ptrdiff_t>(capacity_ - 1);
    std::nth_element(keys_.begin(), worst, keys_.end());
    bar_ = *worst;
    keys_.resize(capacity_);
  }

  size_t capacity_ = 0;
  uint64_t bar_ = 0;  // keys from it on do not get in
  std::vector<uint64_t> keys_;
  std::vector<Hit> hits_;
};

}  // namespace sepet::hnsw
