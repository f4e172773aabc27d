// Sixteen whole numbers at once, as a compiler makes a few vector instructions of.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sepet::hnsw {

inline constexpr size_t kSixteen = 16;

inline int32_t Higher(int32_t a, int32_t b) {
  return a > b ? a : b;
}

inline int32_t HighestOf(const int32_t* sixteen) {
  int32_t highest[4];
  for (size_t i = 0; i < 4; ++i)
    highest[i] = Higher(Higher(sixteen[i], sixteen[i + 4]), Higher(sixteen[i + 8], sixteen[i + 12]));
  return Higher(Higher(highest[0], highest[1]), Higher(highest[2], highest[3]));
}

}  // namespace sepet::hnsw
