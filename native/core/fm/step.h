// One step of training: a context with its items, from scores to updated parameters. Chosen by kernel and
// width.
#pragma once

#include <cstddef>
#include <string_view>

#include "core/fm/sums.h"

namespace sepet::fm {

// The parameters as pointers: w at linear[2f], v at factors[2 width f]; each beside its sum of squared
// gradients.
struct Trained {
  float* bias = nullptr;
  float* linear = nullptr;
  float* factors = nullptr;
  size_t width = 0;
};

struct Step {
  Side context;
  const Side* items = nullptr;  // one for each label; null where the context is all
  size_t count = 0;
  const float* labels = nullptr;
  float weight = 1;
  float rate = 0;
  float l2 = 0;
  bool logistic = true;
};

// Takes the step; returns the sum of the examples' losses before it.
using StepKernel = double (*)(const Trained& trained, const Step& step);

// The kernel of that name among those of core/simd/kernels.h for that width (16, 32, 48 or 64). `scalar`, the
// plain one, is the oracle of the others and stands in for a name without a kernel here.
StepKernel ChooseStepKernel(std::string_view name, size_t width);

}  // namespace sepet::fm
