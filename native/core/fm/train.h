// Training a factorization machine: stochastic gradient descent with a step of its own for every parameter
// (AdaGrad, Duchi 2011), as LIBFFM does for field-aware machines (Juan 2016).
//
// An example is a context and, where there are items, one of them. Negatives are drawn for an example with a
// positive label: other items in the same context, label 0. The context is then summed up once for all of
// them and takes one step.
//
// Threads: one call starts its own and ends them. They update the parameters without locks or atomics
// (Hogwild, Niu 2011), and only the functions that do are exempt from the thread sanitizer. While a call runs
// nobody else may write the parameters. With one thread the result depends on the arguments and the kernel
// alone.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/base/progress.h"
#include "core/base/status.h"
#include "core/fm/machine.h"

namespace sepet::fm {

// Parameters, each beside the sum of its squared gradients, which begins with 1.
struct Machine {
  std::span<float> bias;     // w0 and its sum
  std::span<float> linear;   // features x (w, sum)
  std::span<float> factors;  // features x (Width(k) of v, then Width(k) sums)
  size_t factors_each = 0;   // k

  size_t features() const { return linear.size() / 2; }
  size_t width() const { return Width(factors_each); }
};

enum class Loss { kLogistic, kSquared };

struct Examples {
  Rows contexts;                    // one row an example
  Rows items;                       // one row an item; none where an example is its context alone
  std::span<const uint32_t> item;   // each example's item, where there are items
  std::span<const float> labels;    // logistic: 0 or 1
  std::span<const float> weights;   // one an example, or none: all 1
  std::span<const double> counts;   // one an item: negatives are drawn in proportion to counts^alpha
  std::span<const uint32_t> order;  // the examples of this call in the order of training
};

struct Settings {
  Loss loss = Loss::kLogistic;
  double learning_rate = 0.1;
  double l2 = 1e-5;      // on linear parameters and factors
  size_t negatives = 0;  // drawn for an example with a positive label
  double alpha = 0.5;
  uint64_t seed = 1;
  unsigned threads = 1;
  std::string_view kernel;  // a name of core/simd/kernels.h; empty for the active one
};

// Counters of Progress beyond the common ones, added to.
struct Counters {
  static constexpr size_t kExamples = Progress::kOwn;       // trained, with the drawn ones
  static constexpr size_t kLossMicro = Progress::kOwn + 1;  // the sum of their losses, in 1e-6
};

struct Result {
  uint64_t examples = 0;  // with the drawn ones
  double loss = 0;        // mean over them, each taken just before its step
};

// Draws the factors, uniform with the given deviation, and sets everything else to its beginning. The same
// seed gives the same machine.
void Initialize(const Machine& machine, double deviation, uint64_t seed);

// One pass over `examples.order`. Errors: argument_invalid (lengths, a feature or an item out of range, a
// label that the loss cannot have), training_diverged (a parameter not finite or beyond 1e4), cancelled.
// After an error the machine holds a part of the pass.
Status Train(const Machine& machine, const Examples& examples, const Settings& settings,
             const Progress& progress, Result& result);

}  // namespace sepet::fm
