// Synthetic product embeddings: a mixture of categories, subcategories and clusters in a space whose spectrum
// decays, turned by a random rotation so that no axis is special. The norm of a vector grows mildly with the
// product's popularity. Every row is drawn from (seed, row) alone, so rows come in random order and the same
// seed gives the same set whatever the number of threads.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "core/base/rng.h"

namespace sepet::bench {

struct MixtureShape {
  size_t dims;
  uint64_t seed;
  uint32_t categories = 64;
  uint32_t subcategories = 16;  // a category
  uint32_t clusters = 16;       // a subcategory
  // Variance of each level's own part; the row's own part is 1.
  double category = 0.8, subcategory = 0.5, cluster = 0.35;
  double decay = 0.3;        // the i-th direction has the standard deviation (i + 1)^-decay
  double popularity = 0.12;  // the log of the norm has this standard deviation
};

class Mixture {
 public:
  explicit Mixture(const MixtureShape& shape) : shape_(shape) {
    Rng rng(Mix(shape.seed, 1));
    const size_t dims = shape.dims;
    for (size_t d = 0; d < dims; ++d) spread_.push_back(std::pow(static_cast<double>(d + 1), -shape.decay));
    Rotation(rng);
    const uint32_t subs = shape.categories * shape.subcategories;
    const auto categories = Centres(shape.categories, shape.category, nullptr, 1, rng);
    const auto subcategories = Centres(subs, shape.subcategory, &categories, shape.subcategories, rng);
    centres_ = Centres(subs * shape.clusters, shape.cluster, &subcategories, shape.clusters, rng);
    // Clusters differ in size: log-normal weights, as a running sum.
    double sum = 0;
    for (size_t c = 0; c < clusters(); ++c) running_.push_back(sum += std::exp(0.7 * Normal(rng)));
  }

  size_t clusters() const { return centres_.size() / shape_.dims; }

  // Writes row `row` of stream `stream` (0 the base, 1 the queries) and returns its cluster.
  uint32_t Draw(uint64_t stream, uint64_t row, float* out) const {
    Rng rng(Mix(Mix(shape_.seed, 2 + stream), row));
    const double at = rng.Uniform() * running_.back();
    const size_t cluster =
        static_cast<size_t>(std::upper_bound(running_.begin(), running_.end(), at) - running_.begin());
    const size_t dims = shape_.dims;
    const double popularity = Normal(rng);
    std::vector<double> flat(dims);
    double square = 0;
    for (size_t d = 0; d < dims; ++d) {
      flat[d] = centres_[cluster * dims + d] + spread_[d] * Normal(rng);
      square += flat[d] * flat[d];
    }
    const double scale = std::exp(shape_.popularity * popularity) / std::sqrt(square);
    for (size_t i = 0; i < dims; ++i) {
      double sum = 0;
      for (size_t d = 0; d < dims; ++d) sum += rotation_[i * dims + d] * flat[d];
      out[i] = static_cast<float>(sum * scale);
    }
    return static_cast<uint32_t>(cluster);
  }

 private:
  // Box and Muller's, one of the pair.
  static double Normal(Rng& rng) {
    const double radius = std::sqrt(-2 * std::log(1 - rng.Uniform()));
    return radius * std::cos(2 * std::numbers::pi * rng.Uniform());
  }

  std::vector<double> Centres(uint32_t count, double variance, const std::vector<double>* above,
                              uint32_t each, Rng& rng) const {
    const size_t dims = shape_.dims;
    std::vector<double> centres(count * dims);
    const double scale = std::sqrt(variance);
    for (size_t c = 0; c < count; ++c)
      for (size_t d = 0; d < dims; ++d)
        centres[c * dims + d] =
            (above ? (*above)[c / each * dims + d] : 0.0) + scale * spread_[d] * Normal(rng);
    return centres;
  }

  // Rows of a random orthonormal matrix, by Gram and Schmidt's.
  void Rotation(Rng& rng) {
    const size_t dims = shape_.dims;
    rotation_.resize(dims * dims);
    for (double& value : rotation_) value = Normal(rng);
    for (size_t i = 0; i < dims; ++i) {
      double* row = &rotation_[i * dims];
      for (size_t j = 0; j < i; ++j) {
        double dot = 0;
        for (size_t d = 0; d < dims; ++d) dot += row[d] * rotation_[j * dims + d];
        for (size_t d = 0; d < dims; ++d) row[d] -= dot * rotation_[j * dims + d];
      }
      double square = 0;
      for (size_t d = 0; d < dims; ++d) square += row[d] * row[d];
      for (size_t d = 0; d < dims; ++d) row[d] /= std::sqrt(square);
    }
  }

  MixtureShape shape_;
  std::vector<double> spread_;
  std::vector<double> rotation_;
  std::vector<double> centres_;
  std::vector<double> running_;
};

}  // namespace sepet::bench
