// The arithmetic of the hot loops, chosen once for the CPU that runs. Every kernel takes any length and any
// alignment; all give the scalar result up to float rounding (a test compares them). Thread-safe: const
// tables.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "core/base/status.h"

namespace sepet::simd {

struct Kernels {
  const char* name;
  float (*dot)(const float* a, const float* b, size_t n);               // sum a[i]*b[i]
  float (*squared_distance)(const float* a, const float* b, size_t n);  // sum (a[i]-b[i])^2
};

// The kernels that this CPU can run, plainest first: element 0 is the scalar oracle, the last is the fastest.
std::span<const Kernels* const> AvailableKernels();

// The kernel of that name, or the fastest where the name is empty; argument_invalid for one that is unknown
// or that this CPU lacks.
Status FindKernels(std::string_view name, const Kernels** found);

// What FindKernels gives for the environment variable SEPET_KERNEL, read once. Falls back to scalar when the
// variable is wrong; ActiveStatus() says so, and the binding refuses to load then.
const Kernels& ActiveKernels();
const Status& ActiveStatus();

extern const Kernels kScalar;
#if defined(__x86_64__)
extern const Kernels kAvx2;
extern const Kernels kAvx512;
#elif defined(__aarch64__)
extern const Kernels kNeon;
#endif

}  // namespace sepet::simd
