// What a search finds. Equal scores are ordered by row, so that results never depend on the way there.
#pragma once

#include <algorithm>
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

// The best `capacity` of all the hits offered: a heap whose top is the worst one kept.
class TopHits {
 public:
  // Empties it. Allocates only when the capacity exceeds every earlier one.
  void Reset(size_t capacity) {
    capacity_ = capacity;
    hits_.clear();
    hits_.reserve(capacity);
  }

  void Offer(Hit hit) {
    if (hits_.size() == capacity_) {
      if (capacity_ == 0 || !Better(hit, hits_.front())) return;
      std::pop_heap(hits_.begin(), hits_.end(), Better);
      hits_.back() = hit;
    } else {
      hits_.push_back(hit);
    }
    std::push_heap(hits_.begin(), hits_.end(), Better);
  }

  // As they are kept: best first after Sorted.
  const std::vector<Hit>& hits() const { return hits_; }

  // The hits, best first. Offers after this need a Reset.
  const std::vector<Hit>& Sorted() {
    std::sort_heap(hits_.begin(), hits_.end(), Better);
    return hits_;
  }

 private:
  size_t capacity_ = 0;
  std::vector<Hit> hits_;
};

}  // namespace sepet::hnsw
