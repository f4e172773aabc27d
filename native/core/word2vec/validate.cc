#include "core/word2vec/validate.h"

#include <cmath>
#include <string>

namespace sepet::word2vec {

namespace {

// Trained values stay below 10; from here on a float's sigmoid has been 0 or 1 for long.
constexpr float kLargest = 1e4f;

Status Invalid(std::string message) {
  return {Code::kArgumentInvalid, std::move(message)};
}

Status ValidateBaskets(const Baskets& b, size_t products) {
  if (b.offsets.empty() || b.offsets[0] != 0 || b.offsets.back() != b.items.size()) {
    return Invalid("offsets must begin with 0 and end with the number of items.");
  }
  const size_t count = b.offsets.size() - 1;
  if (b.weights.size() != count) return Invalid("weights must hold one number a basket.");
  for (size_t i = 0; i < count; ++i) {
    if (b.offsets[i + 1] < b.offsets[i])
      return Invalid("offsets must not fall (basket " + std::to_string(i) + ").");
    if (!(b.weights[i] >= 0) || !std::isfinite(b.weights[i])) {
      return Invalid("weights must be finite and not negative (basket " + std::to_string(i) + ").");
    }
  }
  for (size_t i = 0; i < b.items.size(); ++i) {
    if (b.items[i] >= products) {
      return Invalid("items[" + std::to_string(i) + "] is " + std::to_string(b.items[i]) +
                     ", but there are " + std::to_string(products) + " products.");
    }
  }
  for (const uint32_t basket : b.order) {
    if (basket >= count)
      return Invalid("order names basket " + std::to_string(basket) + ", which does not exist.");
  }
  return {};
}

Status CheckMatrix(std::span<const float> values, size_t dims, const char* name) {
  for (size_t i = 0; i < values.size(); ++i) {
    if (std::abs(values[i]) <= kLargest) continue;
    return {Code::kTrainingDiverged, "Training diverged: the " + std::string(name) + " vector of row " +
                                         std::to_string(i / dims) + " became " +
                                         (std::isfinite(values[i]) ? "too large" : "NaN or infinite") +
                                         ". Lower the learning rate."};
  }
  return {};
}

}  // namespace

Status Validate(const Matrices& matrices, const Baskets& baskets, const Settings& settings) {
  const size_t products = baskets.counts.size();
  if (matrices.dims < 1 || matrices.dims > 4096) return Invalid("dims must be from 1 to 4096.");
  if (matrices.in.size() != products * matrices.dims || matrices.out.size() != matrices.in.size()) {
    return Invalid("in and out must hold one row of dims values for each of the " + std::to_string(products) +
                   " products in counts.");
  }
  if (settings.negatives < 1 || settings.negatives > 1024)
    return Invalid("negatives must be from 1 to 1024.");
  if (settings.max_basket < 2 || settings.max_basket > 1024)
    return Invalid("maxBasket must be from 2 to 1024.");
  if (settings.threads < 1 || settings.threads > 1024) return Invalid("threads must be from 1 to 1024.");
  for (const double value :
       {settings.alpha, settings.negative_weight, settings.learning_rate, settings.learning_rate_end}) {
    if (!(value >= 0) || !std::isfinite(value)) {
      return Invalid("alpha, negativeWeight and the learning rates must be finite and not negative.");
    }
  }
  for (const double count : baskets.counts) {
    if (!(count >= 0) || !std::isfinite(count)) return Invalid("counts must be finite and not negative.");
  }
  return ValidateBaskets(baskets, products);
}

Status CheckFinite(const Matrices& matrices) {
  if (Status status = CheckMatrix(matrices.in, matrices.dims, "IN"); !status.ok()) return status;
  return CheckMatrix(matrices.out, matrices.dims, "OUT");
}

}  // namespace sepet::word2vec
