// Every kernel against the definition, one pair at a time in double precision.
#include "core/word2vec/block.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/rng.h"
#include "core/base/testing.h"
#include "core/simd/kernels.h"

using sepet::Rng;
using sepet::word2vec::Block;
using sepet::word2vec::ChooseBlockKernel;
using sepet::word2vec::Padded;

namespace {

struct Case {
  size_t items, negatives, dims;
};

struct Buffers {
  std::vector<float> x, c, ct, g, dx, dc, label, weight;
  Block block;

  Buffers(const Case& size, uint64_t seed, float spread) {
    Rng random(seed);
    const size_t m = size.items + size.negatives, width = Padded(size.dims), stride = Padded(m);
    x.resize(size.items * width);
    c.resize(stride * width);
    for (size_t i = 0; i < size.items; ++i) Fill(&x[i * width], size.dims, random, spread);
    for (size_t j = 0; j < m; ++j) Fill(&c[j * width], size.dims, random, spread);
    label.resize(stride);
    weight.resize(stride);
    for (size_t j = 0; j < m; ++j) {
      label[j] = j < size.items ? 1.0f : 0.0f;
      weight[j] = j % 7 == 6 ? 0.0f : static_cast<float>(0.05 + random.Uniform());
    }
    // What the kernels must overwrite, not add to.
    ct.assign(width * stride, 1e9f);
    g.assign(size.items * stride, 1e9f);
    dx.assign(size.items * width, 1e9f);
    dc.assign(stride * width, 1e9f);
    block = {size.items,    m,         width,    stride,    x.data(), c.data(), label.data(),
             weight.data(), ct.data(), g.data(), dx.data(), dc.data()};
  }

  static void Fill(float* row, size_t n, Rng& random, float spread) {
    for (size_t t = 0; t < n; ++t) row[t] = spread * static_cast<float>(random.Uniform() - 0.5);
  }
};

bool Near(double got, double wanted, double scale) {
  return std::abs(got - wanted) <= 2e-5 * (scale + 1);
}

void EqualsDefinition(const char* kernel, const Case& size, uint64_t seed, float spread) {
  Buffers b(size, seed, spread);
  const Block& k = b.block;
  ChooseBlockKernel(kernel)(k);
  std::vector<double> dx(b.dx.size()), dc(b.dc.size());
  bool same = true;
  for (size_t i = 0; i < k.items; ++i) {
    for (size_t j = 0; j < k.candidates; ++j) {
      double score = 0;
      for (size_t t = 0; t < size.dims; ++t)
        score += double{b.x[i * k.width + t]} * double{b.c[j * k.width + t]};
      const double p = 1 / (1 + std::exp(-score));
      const double g = i == j ? 0 : (double{b.label[j]} - p) * double{b.weight[j]};
      same &= Near(double{b.g[i * k.stride + j]}, g, std::abs(score) * p * (1 - p));
      for (size_t t = 0; t < size.dims; ++t) {
        dx[i * k.width + t] += g * double{b.c[j * k.width + t]};
        dc[j * k.width + t] += g * double{b.x[i * k.width + t]};
      }
    }
  }
  const double scale = double{spread} * static_cast<double>(k.candidates);
  for (size_t i = 0; i < k.items * k.width; ++i) same &= Near(double{b.dx[i]}, dx[i], scale);
  for (size_t i = 0; i < k.candidates * k.width; ++i) same &= Near(double{b.dc[i]}, dc[i], scale);
  if (!EXPECT(same)) {
    std::fprintf(stderr, "kernel %s, %zu items, %zu negatives, %zu dims, spread %g, seed %llu\n", kernel,
                 size.items, size.negatives, size.dims, double{spread},
                 static_cast<unsigned long long>(seed));
  }
}

// NaN must reach the gradients, where the guard of training finds it, and extreme scores must not make one.
void KeepsNanAndSurvivesExtremes(const char* kernel) {
  Buffers broken({4, 3, 8}, 1, 1);
  broken.x[0] = std::nanf("");
  ChooseBlockKernel(kernel)(broken.block);
  EXPECT(std::isnan(broken.dx[0]));
  Buffers extreme({4, 3, 8}, 2, 1000);
  ChooseBlockKernel(kernel)(extreme.block);
  EXPECT(std::all_of(extreme.dx.begin(), extreme.dx.end(), [](float v) { return std::isfinite(v); }));
}

}  // namespace

int main() {
  for (const auto* kernels : sepet::simd::AvailableKernels()) {
    uint64_t seed = 0;
    for (const size_t dims : {1, 5, 16, 31, 64, 100, 128}) {
      for (const size_t items : {2, 3, 5, 8, 19, 20}) {
        for (const size_t negatives : {1, 5, 16, 32}) {
          EqualsDefinition(kernels->name, {items, negatives, dims}, ++seed, 1);
          EqualsDefinition(kernels->name, {items, negatives, dims}, ++seed, 6);
        }
      }
    }
    KeepsNanAndSurvivesExtremes(kernels->name);
  }
  return sepet::testing::Failures();
}
