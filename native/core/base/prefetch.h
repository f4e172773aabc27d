// Asks for memory ahead of its use.
#pragma once

namespace sepet {

// Asks for the cache line that `address` lies in. GCC 12 takes a function that does nothing but prefetch for
// one without effect and leaves its calls out; the empty instruction, which may not be left out, keeps them.
inline void Prefetch(const void* address) {
  __builtin_prefetch(address);
  asm volatile("");
}

}  // namespace sepet
