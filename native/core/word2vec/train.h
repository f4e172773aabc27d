// Skip-gram with negative sampling over whole baskets (Mikolov 2013, Barkan and Koenigstein 2016): every
// product of a basket predicts every other, against K negatives that the basket's products share.
//
// Threads: one call starts its own and ends them. They update IN and OUT without locks or atomics (Hogwild,
// Niu 2011): a row that two of them touch at once may lose a part of one update, which training tolerates,
// and only the functions that read and write rows are exempt from the thread sanitizer. While a call runs
// nobody else may write `in` or `out`. With one thread the result depends on the arguments and the kernel
// alone.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/base/progress.h"
#include "core/base/status.h"

namespace sepet::word2vec {

struct Matrices {
  std::span<float> in;   // products x dims, updated in place
  std::span<float> out;  // products x dims, updated in place
  size_t dims = 0;
};

struct Baskets {
  std::span<const uint32_t>
      items;  // products of basket b: items[offsets[b]] .. items[offsets[b + 1]], distinct
  std::span<const uint32_t> offsets;  // baskets + 1
  std::span<const float> weights;     // one a basket, scales its gradients
  std::span<const double> counts;     // one a product: negatives are drawn in proportion to counts^alpha
  std::span<const uint32_t> order;    // the baskets of this call in the order of training
};

struct Settings {
  size_t negatives = 16;       // K, drawn once a basket and shared by its products
  double negative_weight = 5;  // what the K negatives weigh together against one product's positives
  double alpha = 0.75;
  double learning_rate = 0.25;   // at the first basket of the order; each pair counts 1 / (n - 1) of it
  double learning_rate_end = 0;  // at the last, linear between
  size_t max_basket = 20;        // a longer basket trains a random draw of this many
  uint64_t seed = 1;
  unsigned threads = 1;
  std::string_view kernel;  // a name of core/simd/kernels.h; empty for the active one
};

// Counters of Progress beyond the common ones. All are added to, so one array can run through many calls;
// Progress::kTotal is left to the caller.
struct Counters {
  static constexpr size_t kTokens = Progress::kOwn;
  static constexpr size_t kLossMicro = Progress::kOwn + 1;     // sum of the sampled products' losses, in 1e-6
  static constexpr size_t kLossProducts = Progress::kOwn + 2;  // how many were sampled
};

struct Result {
  uint64_t tokens = 0;  // products trained, one for each in each basket
  uint64_t pairs = 0;   // ordered pairs of different products in one basket
  double loss =
      0;  // mean over sampled products of: mean of its pairs' -log sigmoid, plus its negatives' part
};

// One pass over `baskets.order`. Errors: argument_invalid (lengths, a row or a basket out of range),
// training_diverged (a value not finite or beyond 1e4, naming the row), cancelled. After an error the
// matrices hold a part of the pass.
Status Train(const Matrices& matrices, const Baskets& baskets, const Settings& settings,
             const Progress& progress, Result& result);

}  // namespace sepet::word2vec
