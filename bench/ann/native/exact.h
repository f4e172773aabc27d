// The exact top k by inner product of many queries: the truth that recall is measured against. Written for
// this one purpose and independent of the searches it judges.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "core/base/threads.h"

namespace sepet::bench {

// Queries side by side, so that a lane of a register is a query: a row's value is multiplied with 64 queries.
inline constexpr size_t kLanes = 16, kRegisters = 4, kTile = kLanes * kRegisters, kRowsATile = 4;
typedef float Lanes __attribute__((vector_size(kLanes * sizeof(float))));

// The best k (score, row) pairs offered, kept as a heap whose top is the worst. Equal scores: lower row
// first.
class Best {
 public:
  explicit Best(size_t k) : k_(k) { hits_.reserve(k + 1); }
  void Offer(float score, uint32_t row) {
    hits_.emplace_back(score, row);
    std::push_heap(hits_.begin(), hits_.end(), Before);
    if (hits_.size() > k_) {
      std::pop_heap(hits_.begin(), hits_.end(), Before);
      hits_.pop_back();
    }
  }
  float Floor() const { return hits_.size() < k_ ? -__builtin_inff() : hits_.front().first; }
  std::vector<std::pair<float, uint32_t>> Sorted() const {
    auto sorted = hits_;
    std::sort(sorted.begin(), sorted.end(), Before);
    return sorted;
  }

 private:
  static bool Before(const std::pair<float, uint32_t>& a, const std::pair<float, uint32_t>& b) {
    return a.first > b.first || (a.first == b.first && a.second < b.second);
  }
  size_t k_;
  std::vector<std::pair<float, uint32_t>> hits_;
};

// Inner products of kRowsATile rows with a tile of queries packed as dims x kTile floats.
inline void TileProducts(const float* const* rows, const float* packed, size_t dims,
                         float (*products)[kTile]) {
  Lanes sums[kRowsATile][kRegisters] = {};
  for (size_t d = 0; d < dims; ++d) {
    Lanes query[kRegisters];
    __builtin_memcpy(query, packed + d * kTile, sizeof(query));
    for (size_t r = 0; r < kRowsATile; ++r)
      for (size_t g = 0; g < kRegisters; ++g) sums[r][g] += query[g] * rows[r][d];
  }
  __builtin_memcpy(products, sums, sizeof(sums));
}

// Fills truth[q * k ...] with the rows of `among` (all rows where it is empty) that have the greatest inner
// product with query q, best first, kNoRow where there are fewer than k.
inline constexpr uint32_t kNoRow = 0xFFFFFFFFu;

class ExactSearch {
 public:
  ExactSearch(const float* base, size_t rows, size_t dims) : base_(base), rows_(rows), dims_(dims) {}

  std::vector<uint32_t> Top(const float* queries, size_t count, size_t k, std::span<const uint32_t> among,
                            unsigned threads) const {
    std::vector<uint32_t> truth(count * k, kNoRow);
    const size_t tiles = (count + kTile - 1) / kTile;
    std::atomic<size_t> next = 0;
    RunThreads(threads, [&](unsigned) {
      for (size_t tile; (tile = next.fetch_add(1)) < tiles;) {
        const size_t first = tile * kTile;
        OneTile(queries + first * dims_, std::min(kTile, count - first), k, among, truth.data() + first * k);
      }
    });
    return truth;
  }

 private:
  void OneTile(const float* queries, size_t count, size_t k, std::span<const uint32_t> among,
               uint32_t* truth) const {
    std::vector<float> packed(dims_ * kTile);
    for (size_t q = 0; q < count; ++q)
      for (size_t d = 0; d < dims_; ++d) packed[d * kTile + q] = queries[q * dims_ + d];
    std::vector<Best> best(count, Best(k));
    alignas(64) float floors[kTile];
    std::fill_n(floors, kTile, __builtin_inff());
    std::fill_n(floors, count, -__builtin_inff());
    const size_t total = among.empty() ? rows_ : among.size();
    auto row_at = [&](size_t i) { return among.empty() ? static_cast<uint32_t>(i) : among[i]; };
    alignas(64) float products[kRowsATile][kTile];
    for (size_t i = 0; i < total; i += kRowsATile) {
      const size_t group = std::min(kRowsATile, total - i);
      const float* rows[kRowsATile];
      for (size_t r = 0; r < kRowsATile; ++r)
        rows[r] = base_ + size_t{row_at(i + std::min(r, group - 1))} * dims_;
      TileProducts(rows, packed.data(), dims_, products);
      for (size_t r = 0; r < group; ++r) {
        int any = 0;
        for (size_t q = 0; q < kTile; ++q) any |= products[r][q] > floors[q];
        if (any == 0) continue;
        for (size_t q = 0; q < count; ++q)
          if (products[r][q] > floors[q]) {
            best[q].Offer(products[r][q], row_at(i + r));
            floors[q] = best[q].Floor();
          }
      }
    }
    for (size_t q = 0; q < count; ++q) {
      const auto sorted = best[q].Sorted();
      for (size_t i = 0; i < sorted.size(); ++i) truth[q * k + i] = sorted[i].second;
    }
  }

  const float* base_;
  size_t rows_;
  size_t dims_;
};

}  // namespace sepet::bench
