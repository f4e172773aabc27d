#include "core/base/threads.h"

#include <array>
#include <atomic>
#include <stdexcept>
#include <vector>

#include "core/base/progress.h"
#include "core/base/rng.h"
#include "core/base/testing.h"

namespace sepet {
namespace {

void EveryNumberIsWorkedOnce() {
  std::array<std::atomic<int>, 7> calls{};
  RunThreads(7, [&](unsigned thread) { ++calls[thread]; });
  for (const auto& count : calls) EXPECT(count == 1);
}

void SharesCoverEverythingOnce() {
  for (const size_t count : {0u, 1u, 6u, 7u, 100u}) {
    std::vector<std::atomic<int>> calls(count);
    RunShares(7, count, [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) ++calls[i];
    });
    for (const auto& number : calls) EXPECT(number == 1);
  }
}

void AnExceptionOfAThreadReachesTheCaller() {
  std::atomic<int> ended{0};
  bool caught = false;
  try {
    RunThreads(4, [&](unsigned thread) {
      ++ended;
      if (thread == 2) std::vector<int>().at(thread);  // out of range
    });
  } catch (const std::out_of_range&) {
    caught = true;
  }
  EXPECT(caught);
  EXPECT(ended == 4);
}

void RandomNumbersReplayAndSpread() {
  Rng a(5), b(5), other(6);
  std::array<int, 10> drawn{};
  for (int i = 0; i < 10000; ++i) {
    const uint64_t word = a.Next();
    EXPECT(word == b.Next());
    EXPECT(word != other.Next());
    const double u = UnitInterval(word);
    EXPECT(u >= 0 && u < 1);
    ++drawn[a.Below(10)];
    b.Next();
  }
  for (const int count : drawn) EXPECT(count > 850 && count < 1150);
}

void ProgressCountsAndCancels() {
  std::array<int64_t, 4> counters{};
  const Progress progress(counters);
  RunThreads(3, [&](unsigned) {
    for (int i = 0; i < 1000; ++i) progress.Add(Progress::kDone, 1);
  });
  EXPECT(counters[Progress::kDone] == 3000);
  EXPECT(!progress.cancelled());
  counters[Progress::kCancel] = 1;
  EXPECT(progress.cancelled());
  progress.Set(99, 1);  // beyond the array: ignored
  EXPECT(!Progress().cancelled());
}

}  // namespace
}  // namespace sepet

int main() {
  sepet::EveryNumberIsWorkedOnce();
  sepet::SharesCoverEverythingOnce();
  sepet::AnExceptionOfAThreadReachesTheCaller();
  sepet::RandomNumbersReplayAndSpread();
  sepet::ProgressCountsAndCancels();
  return sepet::testing::Failures();
}
