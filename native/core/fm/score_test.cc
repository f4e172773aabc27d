// Every kernel and width against the sum over pairs in double precision.
#include "core/fm/score.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/testing.h"
#include "core/fm/example_machine.h"
#include "core/simd/kernels.h"

using namespace sepet;
using namespace sepet::fm;
using namespace sepet::fm::testing;

namespace {

constexpr uint32_t kFeatures = 60, kFirstItemFeature = 40;

bool Near(float got, double wanted) {
  return std::abs(double{got} - wanted) <= 1e-4 * (1 + std::abs(wanted));
}

void EqualsPairs(const char* kernel, size_t k, bool ones, uint64_t seed) {
  Rng random(seed);
  const ModelOwned model(kFeatures, k, random);
  const RowsOwned contexts = MakeRows(5, 0, kFirstItemFeature, 9, ones, random);
  const RowsOwned items = MakeRows(7, kFirstItemFeature, kFeatures, 3, ones, random);
  std::vector<uint32_t> list(items.view().count());
  std::iota(list.begin(), list.end(), 0u);
  std::reverse(list.begin(), list.end());
  const size_t n = list.size();

  std::vector<float> alone(5), pairs(5 * n), context_vectors(5 * (k + 1)), item_vectors(n * (k + 1));
  EXPECT(Score(model.view(), contexts.view(), kernel, alone).ok());
  EXPECT(ScoreItems(model.view(), contexts.view(), items.view(), list, kernel, pairs).ok());
  EXPECT(Fold(model.view(), contexts.view(), k, kernel, context_vectors).ok());
  EXPECT(Fold(model.view(), items.view(), k, kernel, item_vectors).ok());
  bool same = true;
  for (size_t c = 0; c < 5; ++c) {
    Joined own;
    own.Append(contexts, c);
    same &= Near(alone[c], ByPairs(model.view(), own.features, own.values));
    for (size_t i = 0; i < n; ++i) {
      Joined both = own;
      both.Append(items, list[i]);
      const double wanted = ByPairs(model.view(), both.features, both.values);
      same &= Near(pairs[c * n + i], wanted);
      // As vectors: <[s_C ; 1], [s_I ; b_I + p_I]> and what is the same for every item.
      const float* q = &context_vectors[c * (k + 1)];
      const float* v = &item_vectors[list[i] * (k + 1)];
      float y = model.bias + q[k] + v[k];
      for (size_t t = 0; t < k; ++t) y += q[t] * v[t];
      same &= Near(y, wanted);
    }
  }
  if (!EXPECT(same)) {
    std::fprintf(stderr, "kernel %s, k %zu, seed %llu\n", kernel, k, static_cast<unsigned long long>(seed));
  }
}

void RefusesWhatDoesNotFit() {
  Rng random(1);
  const ModelOwned model(4, 8, random);
  std::vector<float> out(1);
  const std::vector<uint32_t> offsets{0, 2}, beyond{1, 4}, fine{1, 3}, falling{0, 3, 2}, none, list{0},
      missing{1};
  const std::vector<float> values{1, 2}, nan{1, std::nanf("")};
  EXPECT(Score(model.view(), {offsets, fine, values}, "", out).ok());
  EXPECT(Score(model.view(), {offsets, beyond, values}, "", out).code() == Code::kArgumentInvalid);
  EXPECT(Score(model.view(), {offsets, fine, nan}, "", out).code() == Code::kArgumentInvalid);
  EXPECT(Score(model.view(), {falling, fine, values}, "", out).code() == Code::kArgumentInvalid);
  EXPECT(Score(model.view(), {offsets, fine, values}, "abacus", out).code() == Code::kArgumentInvalid);
  EXPECT(Score(model.view(), {none, fine, values}, "", {}).code() == Code::kArgumentInvalid);
  EXPECT(Score(model.view(), {none, none, {}}, "", {}).ok());
  const Rows rows{offsets, fine, values};
  EXPECT(ScoreItems(model.view(), rows, rows, list, "", out).ok());
  EXPECT(ScoreItems(model.view(), rows, rows, missing, "", out).code() == Code::kArgumentInvalid);
  EXPECT(Fold(model.view(), rows, 17, "", out).code() == Code::kArgumentInvalid);
  EXPECT(Fold(model.view(), rows, 8, "", out).code() == Code::kArgumentInvalid);
}

}  // namespace

int main() {
  uint64_t seed = 0;
  for (const auto* kernels : simd::AvailableKernels()) {
    for (const size_t k : {1, 8, 16, 17, 32, 48, 64}) {
      for (int i = 0; i < 10; ++i) EqualsPairs(kernels->name, k, i % 2 == 0, ++seed);
    }
  }
  RefusesWhatDoesNotFit();
  return sepet::testing::Failures();
}
