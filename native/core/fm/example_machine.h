// A made-up machine and rows for tests, and what they must add up to: the sum over pairs, as Rendle writes
// it.
#pragma once

#include <vector>

#include "core/base/rng.h"
#include "core/fm/machine.h"

namespace sepet::fm::testing {

struct RowsOwned {
  std::vector<uint32_t> offsets{0}, features;
  std::vector<float> values;
  bool ones = false;

  Rows view() const { return {offsets, features, ones ? std::span<const float>() : std::span(values)}; }

  void Add(const std::vector<uint32_t>& row, Rng& random) {
    for (const uint32_t f : row) {
      features.push_back(f);
      values.push_back(ones ? 1.0f : static_cast<float>(random.Uniform() * 2 - 0.5));
    }
    offsets.push_back(static_cast<uint32_t>(features.size()));
  }
};

// Rows of up to `most` distinct features from [first, end).
inline RowsOwned MakeRows(size_t count, uint32_t first, uint32_t end, size_t most, bool ones, Rng& random) {
  RowsOwned rows;
  rows.ones = ones;
  for (size_t r = 0; r < count; ++r) {
    std::vector<uint32_t> row;
    const size_t wanted = random.Below(static_cast<uint32_t>(most + 1));
    for (uint32_t f = first; f < end && row.size() < wanted; ++f) {
      if (random.Below(end - f) < wanted - row.size()) row.push_back(f);
    }
    rows.Add(row, random);
  }
  return rows;
}

struct ModelOwned {
  float bias = 0;
  std::vector<float> linear, factors;
  size_t width = 0, factors_each = 0;

  ModelOwned(size_t features, size_t k, Rng& random) : width(Width(k)), factors_each(k) {
    const auto draw = [&random] { return static_cast<float>(random.Uniform() - 0.5); };
    bias = draw();
    linear.resize(features);
    factors.resize(features * width);
    for (float& w : linear) w = draw();
    for (size_t f = 0; f < features; ++f)
      for (size_t t = 0; t < k; ++t) factors[f * width + t] = draw();
  }

  Model view() const { return {bias, linear, factors, width}; }
};

// w0 + sum of w x + sum over pairs f < g of <v_f, v_g> x_f x_g over the features of all sides together.
inline double ByPairs(const Model& model, std::span<const uint32_t> features, std::span<const float> values) {
  double y = double{model.bias};
  for (size_t i = 0; i < features.size(); ++i) {
    y += double{model.linear[features[i]]} * double{values[i]};
    for (size_t j = 0; j < i; ++j) {
      double pair = 0;
      for (size_t t = 0; t < model.width; ++t)
        pair += double{model.factors[features[i] * model.width + t]} *
                double{model.factors[features[j] * model.width + t]};
      y += pair * double{values[i]} * double{values[j]};
    }
  }
  return y;
}

// The features and values of a row of each, one behind the other.
struct Joined {
  std::vector<uint32_t> features;
  std::vector<float> values;

  void Append(const RowsOwned& rows, size_t r) {
    for (size_t i = rows.offsets[r]; i < rows.offsets[r + 1]; ++i) {
      features.push_back(rows.features[i]);
      values.push_back(rows.values[i]);
    }
  }
};

}  // namespace sepet::fm::testing
