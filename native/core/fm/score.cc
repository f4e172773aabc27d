#include "core/fm/score.h"

#include <algorithm>
#include <string>

#include "core/fm/sums.h"
#include "core/simd/kernels.h"

namespace sepet::fm {

namespace {

using simd::Float16;
using simd::Float4;
using simd::Float8;
using simd::kLanesOf;

// The three ways of scoring, for one width.
struct Scorer {
  void (*rows)(const Model&, const Rows&, float* out);
  void (*items)(const Model&, const Rows& contexts, const Rows& items, std::span<const uint32_t> list,
                float* out);
  void (*fold)(const Model&, const Rows&, size_t factors_each, float* out);
};

Parameters Of(const Model& model) {
  return {model.linear.data(), 1, model.factors.data(), model.width};
}

template <typename V, size_t N>
SEPET_INLINE void ScoreRows(const Model& model, const Rows& rows, float* out) {
  for (size_t r = 0; r < rows.count(); ++r) {
    Sums<V, N> sums;
    Gather(Of(model), SideOf(rows, r), sums);
    out[r] = model.bias + sums.b + PairsInside(sums);
  }
}

template <typename V, size_t N>
SEPET_INLINE void ScoreListed(const Model& model, const Rows& contexts, const Rows& items,
                              std::span<const uint32_t> list, float* out) {
  for (size_t c = 0; c < contexts.count(); ++c) {
    Sums<V, N> context;
    Gather(Of(model), SideOf(contexts, c), context);
    const float base = model.bias + context.b + PairsInside(context);
    for (size_t i = 0; i < list.size(); ++i) {
      Sums<V, N> item;
      Gather(Of(model), SideOf(items, list[i]), item);
      // p_I + <s_C, s_I>, added up in one go.
      V pairs = {};
#pragma GCC unroll 16
      for (size_t n = 0; n < N; ++n)
        pairs += item.s[n] * (context.s[n] + 0.5f * item.s[n]) - 0.5f * item.q[n];
      out[c * list.size() + i] = base + item.b + Total(pairs);
    }
  }
}

template <typename V, size_t N>
SEPET_INLINE void FoldRows(const Model& model, const Rows& rows, size_t factors_each, float* out) {
  for (size_t r = 0; r < rows.count(); ++r) {
    Sums<V, N> sums;
    Gather(Of(model), SideOf(rows, r), sums);
    float s[kMostFactors];
    for (size_t n = 0; n < N; ++n) simd::Store(s + n * kLanesOf<V>, sums.s[n]);
    float* to = out + r * (factors_each + 1);
    std::copy_n(s, factors_each, to);
    to[factors_each] = sums.b + PairsInside(sums);
  }
}

// The plainest kernel is the same template on four lanes: every CPU has them, and a compiler can do without.
template <typename V, size_t N>
struct Plain {
  static void Rows_(const Model& m, const Rows& r, float* out) { ScoreRows<V, N>(m, r, out); }
  static void Items(const Model& m, const Rows& c, const Rows& i, std::span<const uint32_t> l, float* out) {
    ScoreListed<V, N>(m, c, i, l, out);
  }
  static void Fold_(const Model& m, const Rows& r, size_t k, float* out) { FoldRows<V, N>(m, r, k, out); }
  static constexpr Scorer kScorer{Rows_, Items, Fold_};
};

#if defined(__x86_64__)
#define SEPET_AVX2 __attribute__((target("avx2,fma")))
#define SEPET_AVX512 __attribute__((target("avx512f,fma")))
template <size_t N>
struct Avx2 {
  SEPET_AVX2 static void Rows_(const Model& m, const Rows& r, float* out) { ScoreRows<Float8, N>(m, r, out); }
  SEPET_AVX2 static void Items(const Model& m, const Rows& c, const Rows& i, std::span<const uint32_t> l,
                               float* out) {
    ScoreListed<Float8, N>(m, c, i, l, out);
  }
  SEPET_AVX2 static void Fold_(const Model& m, const Rows& r, size_t k, float* out) {
    FoldRows<Float8, N>(m, r, k, out);
  }
  static constexpr Scorer kScorer{Rows_, Items, Fold_};
};
template <size_t N>
struct Avx512 {
  SEPET_AVX512 static void Rows_(const Model& m, const Rows& r, float* out) {
    ScoreRows<Float16, N>(m, r, out);
  }
  SEPET_AVX512 static void Items(const Model& m, const Rows& c, const Rows& i, std::span<const uint32_t> l,
                                 float* out) {
    ScoreListed<Float16, N>(m, c, i, l, out);
  }
  SEPET_AVX512 static void Fold_(const Model& m, const Rows& r, size_t k, float* out) {
    FoldRows<Float16, N>(m, r, k, out);
  }
  static constexpr Scorer kScorer{Rows_, Items, Fold_};
};
#endif

const Scorer& ChooseScorer([[maybe_unused]] std::string_view name, size_t width) {
  const size_t at = width / 16 - 1;
#if defined(__x86_64__)
  static constexpr const Scorer* kAvx2[] = {&Avx2<2>::kScorer, &Avx2<4>::kScorer, &Avx2<6>::kScorer,
                                            &Avx2<8>::kScorer};
  static constexpr const Scorer* kAvx512[] = {&Avx512<1>::kScorer, &Avx512<2>::kScorer, &Avx512<3>::kScorer,
                                              &Avx512<4>::kScorer};
  if (name.starts_with("avx512")) return *kAvx512[at];
  if (name == "avx2") return *kAvx2[at];
#endif
  static constexpr const Scorer* kPlain[] = {&Plain<Float4, 4>::kScorer, &Plain<Float4, 8>::kScorer,
                                             &Plain<Float4, 12>::kScorer, &Plain<Float4, 16>::kScorer};
  return *kPlain[at];
}

Status Validate(const Model& model, size_t wanted, size_t given) {
  if (model.width < 16 || model.width > kMostFactors || model.width % 16 != 0 ||
      model.factors.size() != model.linear.size() * model.width) {
    return {Code::kArgumentInvalid, "The model's factors do not fit its features."};
  }
  if (given == wanted) return {};
  return {Code::kArgumentInvalid, "The output must hold " + std::to_string(wanted) + " numbers."};
}

Status FindScorer(const Model& model, std::string_view kernel, const Scorer** found) {
  const simd::Kernels* kernels = &simd::ActiveKernels();
  if (!kernel.empty()) {
    if (Status status = simd::FindKernels(kernel, &kernels); !status.ok()) return status;
  }
  *found = &ChooseScorer(kernels->name, model.width);
  return {};
}

}  // namespace

Status Score(const Model& model, const Rows& rows, std::string_view kernel, std::span<float> out) {
  if (Status status = Validate(model, rows.count(), out.size()); !status.ok()) return status;
  if (Status status = ValidateRows(rows, model.linear.size(), "rows"); !status.ok()) return status;
  const Scorer* scorer = nullptr;
  if (Status status = FindScorer(model, kernel, &scorer); !status.ok()) return status;
  scorer->rows(model, rows, out.data());
  return {};
}

Status ScoreItems(const Model& model, const Rows& contexts, const Rows& items, std::span<const uint32_t> list,
                  std::string_view kernel, std::span<float> out) {
  if (Status status = Validate(model, contexts.count() * list.size(), out.size()); !status.ok())
    return status;
  if (Status status = ValidateRows(contexts, model.linear.size(), "contexts"); !status.ok()) return status;
  if (Status status = ValidateRows(items, model.linear.size(), "items"); !status.ok()) return status;
  for (const uint32_t item : list) {
    if (item >= items.count()) {
      return {Code::kArgumentInvalid, "There is no item " + std::to_string(item) + "."};
    }
  }
  const Scorer* scorer = nullptr;
  if (Status status = FindScorer(model, kernel, &scorer); !status.ok()) return status;
  scorer->items(model, contexts, items, list, out.data());
  return {};
}

Status Fold(const Model& model, const Rows& rows, size_t factors_each, std::string_view kernel,
            std::span<float> out) {
  if (factors_each < 1 || Width(factors_each) != model.width) {
    return {Code::kArgumentInvalid, "The model has not so many factors."};
  }
  if (Status status = Validate(model, rows.count() * (factors_each + 1), out.size()); !status.ok())
    return status;
  if (Status status = ValidateRows(rows, model.linear.size(), "rows"); !status.ok()) return status;
  const Scorer* scorer = nullptr;
  if (Status status = FindScorer(model, kernel, &scorer); !status.ok()) return status;
  scorer->fold(model, rows, factors_each, out.data());
  return {};
}

}  // namespace sepet::fm
