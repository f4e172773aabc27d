// The arithmetic of one basket: scores, gradients and the two products that turn gradients into updates.
//
// A block holds the basket's n IN rows and its m candidates: the n OUT rows of the same products, then K
// shared negatives. With S = X Cᵀ the kernel leaves
//   g[i][j] = (label[j] - sigmoid(S[i][j])) * weight[j], zero where i = j,
//   dx = g C,  dc = gᵀ X.
// All buffers belong to the caller and are padded with zeros to whole multiples of kBlockPadding floats, so
// the kernels need no remainders along a row. A block belongs to one thread.
#pragma once

#include <cstddef>
#include <string_view>

namespace sepet::word2vec {

constexpr size_t kBlockPadding = 16;

constexpr size_t Padded(size_t floats) {
  return (floats + kBlockPadding - 1) / kBlockPadding * kBlockPadding;
}

struct Block {
  size_t items = 0;              // n
  size_t candidates = 0;         // m = n + K
  size_t width = 0;              // floats in a row of x, c, dx and dc: Padded(dims)
  size_t stride = 0;             // floats in a row of ct and g: at least Padded(m)
  const float* x = nullptr;      // n rows of width
  const float* c = nullptr;      // Padded(m) rows of width; rows from m on are zero
  const float* label = nullptr;  // stride: 1 for a product of the basket, 0 for a negative
  const float* weight =
      nullptr;          // stride: learning rate times the pair's weight, 0 for masked and padding columns
  float* ct = nullptr;  // scratch: width rows of stride, c transposed
  float* g = nullptr;   // out: n rows of stride
  float* dx = nullptr;  // out: n rows of width
  float* dc = nullptr;  // out: m rows of width
};

using BlockKernel = void (*)(const Block&);

// The kernel of that name among those of core/simd/kernels.h, which knows what this CPU can run. `scalar`,
// plain loops and the library's exp, is the oracle of the others and stands in for a name without a kernel
// here.
BlockKernel ChooseBlockKernel(std::string_view name);

}  // namespace sepet::word2vec
