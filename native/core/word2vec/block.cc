// The kernels of core/simd/vectors.h's widths, and the plain one.

#include "core/word2vec/block.h"

#include <cmath>
#include <cstdint>

#include "core/simd/vectors.h"

// Elsewhere products and sums are fused by hand only, for the same bits on every CPU. Training does not
// promise them, and without fusing these kernels take 1.5 times as long.
#if defined(__clang__)
#pragma clang fp contract(fast)
#else
#pragma GCC optimize("fp-contract=fast")
#endif

namespace sepet::word2vec {

namespace {

using simd::Float16;
using simd::Float4;
using simd::Float8;
using simd::IntOf;
using simd::kLanesOf;
using simd::Load;
using simd::Store;

// x becomes 1 / (1 + exp(-x)): exp by 2^i · 2^f with a polynomial of degree 5 for 2^f on [-1/2, 1/2],
// relative error below 3e-6. Clamped to ±30, where a float's sigmoid is 0 or 1; NaN passes through the
// comparisons.
template <typename V>
SEPET_INLINE void Sigmoid(V& x) {
  using Int = typename IntOf<V>::Type;
  const V zero = {};
  V t = x > 30.0f ? zero + 30.0f : x;
  t = t < -30.0f ? zero - 30.0f : t;
  t *= -1.44269504f;
  const V magic = zero + 12582912.0f;  // 1.5 · 2^23: adding it rounds to a whole number in the low bits
  const V shifted = t + magic;
  const V f = t - (shifted - magic);
  const Int exponent = (reinterpret_cast<Int>(shifted) - reinterpret_cast<Int>(magic)) << 23;
  V p = f * 1.33335581e-3f + 9.61812911e-3f;
  p = p * f + 5.55041087e-2f;
  p = p * f + 2.40226507e-1f;
  p = p * f + 6.93147181e-1f;
  p = p * f + 1.0f;
  x = 1.0f / (1.0f + reinterpret_cast<V>(reinterpret_cast<Int>(p) + exponent));
}

// A tile of out = a · b with its Rows x Columns vectors of sums in registers. `a` is walked with a stride
// along the tile's rows and another along the sum, so the same code multiplies by a transposed left side.
template <typename V, size_t Rows, size_t Columns>
SEPET_INLINE void Tile(size_t inner, const float* a, size_t row_step, size_t inner_step, const float* b,
                       size_t b_stride, float* out, size_t out_stride) {
  V sum[Rows][Columns] = {};
  for (size_t s = 0; s < inner; ++s) {
    V right[Columns];
#pragma GCC unroll 4
    for (size_t c = 0; c < Columns; ++c) Load(right[c], b + s * b_stride + c * kLanesOf<V>);
#pragma GCC unroll 8
    for (size_t r = 0; r < Rows; ++r) {
      const float left = a[r * row_step + s * inner_step];
#pragma GCC unroll 4
      for (size_t c = 0; c < Columns; ++c) sum[r][c] += left * right[c];
    }
  }
#pragma GCC unroll 8
  for (size_t r = 0; r < Rows; ++r) {
#pragma GCC unroll 4
    for (size_t c = 0; c < Columns; ++c) Store(out + r * out_stride + c * kLanesOf<V>, sum[r][c]);
  }
}

struct Product {
  size_t rows, inner, columns;  // columns: a multiple of kLanesOf<V>
  const float* a;
  size_t row_step, inner_step;
  const float* b;
  size_t b_stride;
  float* out;
  size_t out_stride;
};

template <typename V, size_t Rows>
SEPET_INLINE void RowPanel(const Product& p, size_t row) {
  const float* a = p.a + row * p.row_step;
  float* out = p.out + row * p.out_stride;
  constexpr size_t kPair = 2 * kLanesOf<V>;
  size_t column = 0;
  for (; column + kPair <= p.columns; column += kPair) {
    Tile<V, Rows, 2>(p.inner, a, p.row_step, p.inner_step, p.b + column, p.b_stride, out + column,
                     p.out_stride);
  }
  for (; column < p.columns; column += kLanesOf<V>) {
    Tile<V, Rows, 1>(p.inner, a, p.row_step, p.inner_step, p.b + column, p.b_stride, out + column,
                     p.out_stride);
  }
}

template <typename V>
SEPET_INLINE void Multiply(const Product& p) {
  size_t row = 0;
  for (; row + 4 <= p.rows; row += 4) RowPanel<V, 4>(p, row);
  for (; row + 2 <= p.rows; row += 2) RowPanel<V, 2>(p, row);
  for (; row < p.rows; ++row) RowPanel<V, 1>(p, row);
}

SEPET_INLINE void Transpose(const float* from, size_t from_stride, size_t rows, size_t columns, float* to,
                            size_t to_stride) {
  for (size_t r = 0; r < rows; r += 4) {
    for (size_t c = 0; c < columns; c += 4) {
      Float4 a[4];
      for (size_t i = 0; i < 4; ++i) Load(a[i], from + (r + i) * from_stride + c);
      const Float4 low01 = SEPET_SHUFFLE(a[0], a[1], 0, 4, 1, 5);
      const Float4 high01 = SEPET_SHUFFLE(a[0], a[1], 2, 6, 3, 7);
      const Float4 low23 = SEPET_SHUFFLE(a[2], a[3], 0, 4, 1, 5);
      const Float4 high23 = SEPET_SHUFFLE(a[2], a[3], 2, 6, 3, 7);
      Store(to + c * to_stride + r, SEPET_SHUFFLE(low01, low23, 0, 1, 4, 5));
      Store(to + (c + 1) * to_stride + r, SEPET_SHUFFLE(low01, low23, 2, 3, 6, 7));
      Store(to + (c + 2) * to_stride + r, SEPET_SHUFFLE(high01, high23, 0, 1, 4, 5));
      Store(to + (c + 3) * to_stride + r, SEPET_SHUFFLE(high01, high23, 2, 3, 6, 7));
    }
  }
}

template <typename V>
SEPET_INLINE void Gradients(const Block& block, size_t columns) {
  for (size_t i = 0; i < block.items; ++i) {
    float* row = block.g + i * block.stride;
    for (size_t j = 0; j < columns; j += kLanesOf<V>) {
      V score, label, weight;
      Load(score, row + j);
      Load(label, block.label + j);
      Load(weight, block.weight + j);
      Sigmoid(score);
      Store(row + j, V((label - score) * weight));
    }
    row[i] = 0;
  }
}

template <typename V>
SEPET_INLINE void BlockOf(const Block& k) {
  const size_t columns = (k.candidates + kLanesOf<V> - 1) / kLanesOf<V> * kLanesOf<V>;
  Transpose(k.c, k.width, columns, k.width, k.ct, k.stride);
  Multiply<V>({k.items, k.width, columns, k.x, k.width, 1, k.ct, k.stride, k.g, k.stride});
  Gradients<V>(k, columns);
  Multiply<V>({k.items, k.candidates, k.width, k.g, k.stride, 1, k.c, k.width, k.dx, k.width});
  Multiply<V>({k.candidates, k.items, k.width, k.g, 1, k.stride, k.x, k.width, k.dc, k.width});
}

void ScalarBlock(const Block& k) {
  for (size_t i = 0; i < k.items * k.width; ++i) k.dx[i] = 0;
  for (size_t i = 0; i < k.candidates * k.width; ++i) k.dc[i] = 0;
  for (size_t i = 0; i < k.items; ++i) {
    const float* x = k.x + i * k.width;
    for (size_t j = 0; j < k.candidates; ++j) {
      const float* c = k.c + j * k.width;
      float score = 0;
      for (size_t t = 0; t < k.width; ++t) score += x[t] * c[t];
      const float p = 1.0f / (1.0f + std::exp(-score));
      const float g = i == j ? 0.0f : (k.label[j] - p) * k.weight[j];
      k.g[i * k.stride + j] = g;
      for (size_t t = 0; t < k.width; ++t) {
        k.dx[i * k.width + t] += g * c[t];
        k.dc[j * k.width + t] += g * x[t];
      }
    }
  }
}

#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) void Avx2Block(const Block& block) {
  BlockOf<Float8>(block);
}
__attribute__((target("avx512f,fma"))) void Avx512Block(const Block& block) {
  BlockOf<Float16>(block);
}
#elif defined(__aarch64__)
void NeonBlock(const Block& block) {
  BlockOf<Float4>(block);
}
#endif

}  // namespace

BlockKernel ChooseBlockKernel([[maybe_unused]] std::string_view name) {
#if defined(__x86_64__)
  if (name.starts_with("avx512")) return Avx512Block;
  if (name == "avx2") return Avx2Block;
#elif defined(__aarch64__)
  if (name == "neon") return NeonBlock;
#endif
  return ScalarBlock;
}

}  // namespace sepet::word2vec
