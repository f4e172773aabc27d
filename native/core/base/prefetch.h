// Asks for memory ahead of its use.
#pragma once

#include <cstddef>

namespace sepet {

// Asks for the cache line that `address` lies in. GCC 12 takes a function that does nothing but prefetch for
// one without effect and leaves its calls out; the empty instruction, which may not be left out, keeps them.
inline void Prefetch(const void* address) {
  __builtin_prefetch(address);
  asm volatile("");
}

// The same for every 64 bytes from `address` on: for what begins a line, all that `bytes` lie in.
inline void PrefetchLines(const void* address, size_t bytes) {
  const auto* from = static_cast<const char*>(address);
  for (size_t at = 0; at < bytes; at += 64) __builtin_prefetch(from + at);
  asm volatile("");
}

}  // namespace sepet
