#include "core/fm/step.h"

#include <cmath>

// As in core/word2vec/block.cc: training promises the same bits for the same kernel only.
#if defined(__clang__)
#pragma clang fp contract(fast)
#else
#pragma GCC optimize("fp-contract=fast")
#endif

#define SEPET_RACY __attribute__((noinline, no_sanitize("thread")))

namespace sepet::fm {

namespace {

using simd::Float16;
using simd::Float4;
using simd::Float8;
using simd::IntOf;
using simd::kLanesOf;
using simd::Load;
using simd::Store;

// How far the score is off in the direction of its gradient, and what that costs.
struct Miss {
  float gradient;  // of the loss by the score
  double loss;
};

Miss MissOf(float score, float label, bool logistic) {
  if (!logistic) {
    const float off = score - label;
    return {off, 0.5 * double{off} * double{off}};
  }
  // By the margin z = (2 label - 1) y: loss log(1 + e^-z), gradient -(2 label - 1) / (1 + e^z).
  const float sign = 2 * label - 1;
  const float margin = sign * score;
  const float tail = std::exp(-std::abs(margin));
  const float wrong = margin > 0 ? tail / (1 + tail) : 1 / (1 + tail);
  return {-sign * wrong, double{std::log1p(tail)} + (margin > 0 ? 0.0 : -double{margin})};
}

// 1 / sqrt(x) for x >= 1: a guess from the bits (Lomont 2003), then two steps of Newton's; relative error
// below 5e-6.
template <typename V>
SEPET_INLINE void InverseRoot(V& x) {
  using Int = typename IntOf<V>::Type;
  const Int bits = 0x5F375A86 - (reinterpret_cast<Int>(x) >> 1);
  const V half = 0.5f * x;
  V y = reinterpret_cast<V>(bits);
  y *= 1.5f - half * y * y;
  y *= 1.5f - half * y * y;
  x = y;
}

SEPET_INLINE void UpdateOne(float* parameter, float gradient, float rate) {
  const float sum = parameter[1] + gradient * gradient;
  parameter[1] = sum;
  parameter[0] -= rate * gradient / std::sqrt(sum);
}

// Steps down the gradient of one side: for feature f it is x (pull - scale x v) + l2 v, where `scale` is the
// sum of the misses and `pull` that of each miss times s of its whole row.
template <typename V, size_t N>
SEPET_INLINE void UpdateSide(const Trained& to, const Side& side, const V (&pull)[N], float scale,
                             const Step& step) {
  for (size_t i = 0; i < side.count; ++i) {
    const size_t f = side.features[i];
    const float x = side.values == nullptr ? 1.0f : side.values[i];
    const float own = step.l2 - scale * x * x;
    float* row = to.factors + 2 * to.width * f;
#pragma GCC unroll 16
    for (size_t n = 0; n < N; ++n) {
      float* at = row + n * kLanesOf<V>;
      V v, sum;
      Load(v, at);
      Load(sum, at + to.width);
      const V gradient = x * pull[n] + own * v;
      sum += gradient * gradient;
      Store(at + to.width, sum);
      InverseRoot(sum);
      v -= step.rate * gradient * sum;
      Store(at, v);
    }
    float* linear = to.linear + 2 * f;
    UpdateOne(linear, scale * x + step.l2 * linear[0], step.rate);
  }
}

template <typename V, size_t N>
SEPET_INLINE double StepOf(const Trained& to, const Step& step) {
  const Parameters from{to.linear, 2, to.factors, 2 * to.width};
  Sums<V, N> context;
  Gather(from, step.context, context);
  const float base = to.bias[0] + context.b + PairsInside(context);
  float scale = 0;
  double loss = 0;
  V pull[N] = {};  // sum of miss s_I, then of miss (s_C + s_I)
  for (size_t j = 0; j < step.count; ++j) {
    Sums<V, N> item;
    float score = base;
    if (step.items != nullptr) {
      Gather(from, step.items[j], item);
      score += item.b + PairsInside(item) + PairsAcross(context, item);
    }
    const Miss miss = MissOf(score, step.labels[j], step.logistic);
    loss += double{step.weight} * miss.loss;
    const float gradient = step.weight * miss.gradient;
    scale += gradient;
    V whole[N];
#pragma GCC unroll 16
    for (size_t n = 0; n < N; ++n) {
      pull[n] += gradient * item.s[n];
      whole[n] = gradient * (context.s[n] + item.s[n]);
    }
    if (step.items != nullptr) UpdateSide<V, N>(to, step.items[j], whole, gradient, step);
  }
#pragma GCC unroll 16
  for (size_t n = 0; n < N; ++n) pull[n] += scale * context.s[n];
  UpdateSide<V, N>(to, step.context, pull, scale, step);
  UpdateOne(to.bias, scale, step.rate);
  return loss;
}

// The plain twin: one factor at a time, by the formulas.
SEPET_RACY double ScalarStep(const Trained& to, const Step& step) {
  float context[kMostFactors] = {}, pull[kMostFactors] = {};
  const auto gather = [&to](const Side& side, float* s) {
    float own = 0;
    for (size_t i = 0; i < side.count; ++i) {
      const float x = side.values == nullptr ? 1.0f : side.values[i];
      const float* v = to.factors + 2 * to.width * side.features[i];
      own += to.linear[2 * side.features[i]] * x;
      for (size_t t = 0; t < to.width; ++t) {
        s[t] += v[t] * x;
        own -= 0.5f * v[t] * x * v[t] * x;
      }
    }
    for (size_t t = 0; t < to.width; ++t) own += 0.5f * s[t] * s[t];
    return own;
  };
  const auto update = [&to, &step](const Side& side, const float* pulled, float scale) {
    for (size_t i = 0; i < side.count; ++i) {
      const float x = side.values == nullptr ? 1.0f : side.values[i];
      float* v = to.factors + 2 * to.width * side.features[i];
      for (size_t t = 0; t < to.width; ++t) {
        const float gradient = x * (pulled[t] - scale * x * v[t]) + step.l2 * v[t];
        v[to.width + t] += gradient * gradient;
        v[t] -= step.rate * gradient / std::sqrt(v[to.width + t]);
      }
      float* linear = to.linear + 2 * side.features[i];
      UpdateOne(linear, scale * x + step.l2 * linear[0], step.rate);
    }
  };
  const float base = to.bias[0] + gather(step.context, context);
  float scale = 0;
  double loss = 0;
  for (size_t j = 0; j < step.count; ++j) {
    float item[kMostFactors] = {}, whole[kMostFactors];
    float score = base;
    if (step.items != nullptr) score += gather(step.items[j], item);
    for (size_t t = 0; t < to.width; ++t) score += context[t] * item[t];
    const Miss miss = MissOf(score, step.labels[j], step.logistic);
    loss += double{step.weight} * miss.loss;
    const float gradient = step.weight * miss.gradient;
    scale += gradient;
    for (size_t t = 0; t < to.width; ++t) {
      pull[t] += gradient * item[t];
      whole[t] = gradient * (context[t] + item[t]);
    }
    if (step.items != nullptr) update(step.items[j], whole, gradient);
  }
  for (size_t t = 0; t < to.width; ++t) pull[t] += scale * context[t];
  update(step.context, pull, scale);
  UpdateOne(to.bias, scale, step.rate);
  return loss;
}

#if defined(__x86_64__)
template <size_t N>
__attribute__((target("avx2,fma"))) SEPET_RACY double Avx2Step(const Trained& trained, const Step& step) {
  return StepOf<Float8, N>(trained, step);
}
template <size_t N>
__attribute__((target("avx512f,fma"))) SEPET_RACY double Avx512Step(const Trained& trained,
                                                                    const Step& step) {
  return StepOf<Float16, N>(trained, step);
}
#elif defined(__aarch64__)
template <size_t N>
SEPET_RACY double NeonStep(const Trained& trained, const Step& step) {
  return StepOf<Float4, N>(trained, step);
}
#endif

}  // namespace

StepKernel ChooseStepKernel([[maybe_unused]] std::string_view name, [[maybe_unused]] size_t width) {
#if defined(__x86_64__)
  static constexpr StepKernel kAvx2[] = {Avx2Step<2>, Avx2Step<4>, Avx2Step<6>, Avx2Step<8>};
  static constexpr StepKernel kAvx512[] = {Avx512Step<1>, Avx512Step<2>, Avx512Step<3>, Avx512Step<4>};
  if (name.starts_with("avx512")) return kAvx512[width / 16 - 1];
  if (name == "avx2") return kAvx2[width / 16 - 1];
#elif defined(__aarch64__)
  static constexpr StepKernel kNeon[] = {NeonStep<4>, NeonStep<8>, NeonStep<12>, NeonStep<16>};
  if (name == "neon") return kNeon[width / 16 - 1];
#endif
  return ScalarStep;
}

}  // namespace sepet::fm
