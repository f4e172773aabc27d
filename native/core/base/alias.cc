#include "core/base/alias.h"

#include <cmath>

namespace sepet {

namespace {

uint32_t Threshold(double share) {
  const double scaled = share * 4294967296.0;
  return scaled >= 4294967295.0 ? 0xFFFFFFFFu : static_cast<uint32_t>(scaled);
}

}  // namespace

AliasTable::AliasTable(std::span<const double> counts, double alpha) {
  std::vector<double> share(counts.size());
  double total = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    share[i] = counts[i] > 0 ? std::pow(counts[i], alpha) : 0;
    total += share[i];
  }
  if (!(total > 0)) return;

  slots_.resize(counts.size());
  std::vector<uint32_t> small, large;
  for (uint32_t i = 0; i < share.size(); ++i) {
    share[i] *= static_cast<double>(share.size()) / total;
    (share[i] < 1 ? small : large).push_back(i);
  }
  while (!small.empty() && !large.empty()) {
    const uint32_t poor = small.back(), rich = large.back();
    small.pop_back();
    slots_[poor] = {Threshold(share[poor]), rich};
    share[rich] -= 1 - share[poor];
    if (share[rich] < 1) {
      large.pop_back();
      small.push_back(rich);
    }
  }
  for (const uint32_t i : large) slots_[i] = {0xFFFFFFFFu, i};
  // Rounding alone can leave a row here with a share of nearly one; a row that counts zero always found its
  // alias while rich rows were left, unless rounding took the last of them, and then it goes to a row that
  // counts.
  if (small.empty()) return;
  uint32_t counted = 0;
  while (!(counts[counted] > 0)) ++counted;
  for (const uint32_t i : small) {
    slots_[i] = counts[i] > 0 ? Slot{0xFFFFFFFFu, i} : Slot{0, counted};
  }
}

}  // namespace sepet
