// Vectors of floats as wide as a register, for kernels that are one template over the width: compiled into
// each instruction set by inlining it into a function that carries the target attribute. Vectors are passed
// by reference only: by value, their calling convention would depend on the instruction set of a function
// that is never called.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#define SEPET_INLINE [[gnu::always_inline]] inline

// Four lanes chosen from those of a (0 to 3) and b (4 to 7); older GCC and Clang have different words for it.
#if defined(__clang__)
#define SEPET_SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SEPET_SHUFFLE(a, b, ...) __builtin_shuffle(a, b, ::sepet::simd::Int4{__VA_ARGS__})
#endif

namespace sepet::simd {

typedef float Float4 __attribute__((vector_size(16)));
typedef float Float8 __attribute__((vector_size(32)));
typedef float Float16 __attribute__((vector_size(64)));
typedef int32_t Int4 __attribute__((vector_size(16)));
typedef int32_t Int8 __attribute__((vector_size(32)));
typedef int32_t Int16 __attribute__((vector_size(64)));

template <typename V>
struct IntOf;
template <>
struct IntOf<Float4> {
  using Type = Int4;
};
template <>
struct IntOf<Float8> {
  using Type = Int8;
};
template <>
struct IntOf<Float16> {
  using Type = Int16;
};

template <typename V>
constexpr size_t kLanesOf = sizeof(V) / sizeof(float);

template <typename V>
SEPET_INLINE void Load(V& v, const float* from) {
  std::memcpy(&v, from, sizeof(V));
}

template <typename V>
SEPET_INLINE void Store(float* to, const V& v) {
  std::memcpy(to, &v, sizeof(V));
}

}  // namespace sepet::simd
