// Numbers come out as a sort would put them, however many there are and whatever was there before.
#include "core/hnsw/tournament.h"

#include <algorithm>
#include <vector>

#include "core/base/rng.h"
#include "core/base/testing.h"

namespace sepet::hnsw {
namespace {

std::vector<int32_t> MakeNumbers(size_t count, uint32_t different, uint64_t seed) {
  Rng rng(seed);
  std::vector<int32_t> numbers(count);
  for (int32_t& number : numbers) number = static_cast<int32_t>(rng.Below(different)) - 1000;
  if (count > 2) numbers[count / 2] = std::numeric_limits<int32_t>::max();
  if (count > 3) numbers[count / 3] = Tournament::kTaken + 1;
  return numbers;
}

void Fill(Tournament& tournament, const std::vector<int32_t>& numbers) {
  const std::span<int32_t> leaves = tournament.Reset(numbers.size());
  EXPECT(leaves.size() % 16 == 0 && leaves.size() >= numbers.size());
  std::copy(numbers.begin(), numbers.end(), leaves.begin());
  std::fill(leaves.begin() + static_cast<std::ptrdiff_t>(numbers.size()), leaves.end(), Tournament::kTaken);
  tournament.Start();
}

void ComeOutAsIfSorted() {
  Tournament tournament;
  // Up and down, so that what a larger set left behind would show.
  for (const size_t count : {1, 16, 5000, 17, 256, 257, 4096, 3, 255, 4097, 15, 0, 300}) {
    for (const uint32_t different : {1u, 7u, 1u << 30}) {
      const std::vector<int32_t> numbers = MakeNumbers(count, different, count + different);
      std::vector<uint32_t> order(count);
      for (uint32_t i = 0; i < count; ++i) order[i] = i;
      std::stable_sort(order.begin(), order.end(),
                       [&](uint32_t a, uint32_t b) { return numbers[a] > numbers[b]; });
      Fill(tournament, numbers);
      for (const uint32_t at : order) {
        const auto [value, taken] = tournament.Take();
        if (!EXPECT(taken == at && value == numbers[at])) return;
      }
      for (int times = 0; times < 3; ++times) EXPECT(tournament.Take().value == Tournament::kTaken);
    }
  }
}

// A search stops as soon as the highest is too low, and begins the next query in the same tree.
void MayBeLeftHalfway() {
  Tournament tournament;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const std::vector<int32_t> numbers = MakeNumbers(700, 1u << 20, seed);
    Fill(tournament, numbers);
    std::vector<int32_t> sorted = numbers;
    std::sort(sorted.begin(), sorted.end(), std::greater<>());
    for (size_t i = 0; i < seed; ++i) EXPECT(tournament.Take().value == sorted[i]);
  }
}

}  // namespace
}  // namespace sepet::hnsw

int main() {
  sepet::hnsw::ComeOutAsIfSorted();
  sepet::hnsw::MayBeLeftHalfway();
  return sepet::testing::Failures();
}
