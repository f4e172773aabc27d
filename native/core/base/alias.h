// Drawing products in constant time with probability proportional to counts^alpha (Walker 1977, Vose 1991).
// Immutable once built: any number of threads may draw from one table.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/rng.h"

namespace sepet {

class AliasTable {
 public:
  // Rows that count zero are never drawn. A table without any positive count is empty and must not be drawn
  // from.
  AliasTable(std::span<const double> counts, double alpha);

  bool empty() const { return slots_.empty(); }

  uint32_t Draw(Rng& random) const {
    const uint64_t bits = random.Next();
    const uint64_t slot = ((bits >> 32) * slots_.size()) >> 32;
    const Slot& s = slots_[slot];
    return static_cast<uint32_t>(bits) < s.threshold ? static_cast<uint32_t>(slot) : s.alias;
  }

 private:
  struct Slot {
    uint32_t threshold;  // the share of this slot that stays with its own row, in 2^-32
    uint32_t alias;      // the row that gets the rest
  };
  std::vector<Slot> slots_;
};

}  // namespace sepet
