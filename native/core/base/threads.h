// Runs one function on several threads and waits for all of them.
#pragma once

#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace sepet {

// Calls work(thread) for thread = 0 .. threads-1, thread 0 being the caller's own. Returns when all have
// ended; the first exception thrown by any of them is thrown again here. If the system gives fewer threads
// than were asked for, those numbers are worked off by the caller, so every number is worked exactly once.
template <typename Work>
void RunThreads(unsigned threads, const Work& work) {
  std::mutex mutex;
  std::exception_ptr first;
  auto guarded = [&](unsigned thread) {
    try {
      work(thread);
    } catch (...) {
      std::scoped_lock lock(mutex);
      if (!first) first = std::current_exception();
    }
  };
  std::vector<std::thread> started;
  started.reserve(threads);
  unsigned next = 1;
  try {
    for (; next < threads; ++next) started.emplace_back(guarded, next);
  } catch (const std::exception&) {
    // The caller does the rest below.
  }
  guarded(0);
  for (; next < threads; ++next) guarded(next);
  for (std::thread& thread : started) thread.join();
  if (first) std::rethrow_exception(first);
}

// Calls work(begin, end) for as many equal shares of 0 .. count-1 as there are threads, one on each.
template <typename Work>
void RunShares(unsigned threads, size_t count, const Work& work) {
  RunThreads(threads,
             [&](unsigned thread) { work(count * thread / threads, count * (thread + 1) / threads); });
}

}  // namespace sepet
