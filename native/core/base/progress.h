// Counters of a long call in memory that another thread reads and writes: JavaScript through Atomics on a
// BigInt64Array over a SharedArrayBuffer, C++ through atomic_ref. Relaxed order: they publish nothing but
// themselves.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace sepet {

class Progress {
 public:
  static constexpr size_t kCancel = 0;  // another thread writes 1 to stop the call
  static constexpr size_t kDone = 1;
  static constexpr size_t kTotal = 2;
  static constexpr size_t kOwn = 3;  // the first counter with a meaning of the call's own

  Progress() = default;
  explicit Progress(std::span<int64_t> counters) : counters_(counters) {}

  bool cancelled() const {
    return !counters_.empty() && std::atomic_ref(counters_[kCancel]).load(std::memory_order_relaxed) != 0;
  }
  void Set(size_t counter, int64_t value) const {
    if (counter < counters_.size())
      std::atomic_ref(counters_[counter]).store(value, std::memory_order_relaxed);
  }
  void Add(size_t counter, int64_t amount) const {
    if (counter < counters_.size())
      std::atomic_ref(counters_[counter]).fetch_add(amount, std::memory_order_relaxed);
  }

 private:
  std::span<int64_t> counters_;
};

}  // namespace sepet
