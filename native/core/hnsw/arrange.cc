#include "core/hnsw/arrange.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <new>
#include <numeric>
#include <span>
#include <utility>

#include "core/base/rng.h"
#include "core/base/threads.h"

namespace sepet::hnsw {
namespace {

constexpr size_t kMostCells = 65'536;
constexpr uint32_t kMostThreads = 256;
// Moving all centres once or twice more, by all rows, changed recall at an ef by .009 at most (1 M x 64).
constexpr size_t kSampleACentre = 32;
constexpr size_t kPasses = 4;
// Coarse centres whose cells a row is compared with. With a tenth of 1 M x 64 eligible at random recall@10 at
// ef 32 was .947 with 1, .967 with 4 and .969 with 8.
constexpr size_t kProbes = 4;

// Some centres, one after the other, and half their squared lengths: |x - c|^2 is least where <x,c> - |c|^2/2
// is greatest.
class Centres {
 public:
  Centres(const Vectors& vectors, const simd::Kernels& kernels) : vectors_(vectors), kernels_(kernels) {}

  size_t count() const { return halves_.size(); }
  float Score(uint32_t row, size_t centre) const {
    return kernels_.dot(vectors_.Row(row), &values_[centre * vectors_.dims], vectors_.dims) - halves_[centre];
  }
  // The nearest; of several the first.
  uint32_t Nearest(uint32_t row) const {
    Closest closest;
    Compare(row, 0, count(), closest);
    return closest.centre;
  }
  struct Closest {
    float score = -std::numeric_limits<float>::infinity();
    uint32_t centre = 0;
  };
  void Compare(uint32_t row, size_t begin, size_t end, Closest& closest) const {
    for (size_t i = begin; i < end; ++i)
      if (const float score = Score(row, i); score > closest.score)
        closest = {score, static_cast<uint32_t>(i)};
  }

  void Append(const Centres& others) {
    values_.insert(values_.end(), others.values_.begin(), others.values_.end());
    halves_.insert(halves_.end(), others.halves_.begin(), others.halves_.end());
  }

  // k-means on a sample of the rows.
  void Train(std::span<const uint32_t> rows, size_t wanted, uint64_t seed) {
    const size_t count = std::min(wanted, rows.size()), size = std::min(rows.size(), kSampleACentre * count);
    std::vector<uint32_t> sample(size), nearest(size);
    for (size_t i = 0; i < size; ++i) sample[i] = rows[i * rows.size() / size];
    Rng rng(seed);
    for (size_t i = 0; i < count; ++i) {
      std::swap(sample[i], sample[i + rng.Below(static_cast<uint32_t>(size - i))]);
      values_.insert(values_.end(), vectors_.Row(sample[i]), vectors_.Row(sample[i]) + vectors_.dims);
    }
    halves_.resize(count);
    Measure();
    for (size_t pass = 0; pass < kPasses; ++pass) {
      for (size_t i = 0; i < size; ++i) nearest[i] = Nearest(sample[i]);
      Move(sample, nearest);
    }
  }

 private:
  // Each centre to the mean of its rows; one that has none stays.
  void Move(std::span<const uint32_t> rows, std::span<const uint32_t> nearest) {
    std::vector<double> sums(values_.size());
    std::vector<size_t> members(count());
    for (size_t i = 0; i < rows.size(); ++i) {
      ++members[nearest[i]];
      double* sum = &sums[nearest[i] * vectors_.dims];
      for (size_t d = 0; d < vectors_.dims; ++d) sum[d] += vectors_.Row(rows[i])[d];
    }
    for (size_t i = 0; i < values_.size(); ++i)
      if (const size_t of = members[i / vectors_.dims]; of > 0)
        values_[i] = static_cast<float>(sums[i] / static_cast<double>(of));
    Measure();
  }

  void Measure() {
    for (size_t i = 0; i < count(); ++i) {
      const float* centre = &values_[i * vectors_.dims];
      halves_[i] = kernels_.dot(centre, centre, vectors_.dims) / 2;
    }
  }

  const Vectors& vectors_;
  const simd::Kernels& kernels_;
  std::vector<float> values_;
  std::vector<float> halves_;
};

// Sorts `rows` by the number of each, without change among equals, and returns where each number begins.
std::vector<uint32_t> SortByNumber(std::span<uint32_t> rows, std::span<const uint32_t> numbers,
                                   size_t count) {
  std::vector<uint32_t> starts(count + 1);
  for (const uint32_t number : numbers) ++starts[number + 1];
  std::partial_sum(starts.begin(), starts.end(), starts.begin());
  std::vector<uint32_t> next(starts.begin(), starts.end() - 1), sorted(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) sorted[next[numbers[i]]++] = rows[i];
  std::copy(sorted.begin(), sorted.end(), rows.begin());
  return starts;
}

// How many coarse centres.
size_t Roots(size_t cells) {
  return static_cast<size_t>(std::lround(std::sqrt(static_cast<double>(cells))));
}

// The centres of all cells, found from the rows of each coarse one.
class Levels {
 public:
  Levels(const Vectors& vectors, const simd::Kernels& kernels, size_t cells, uint32_t threads, uint64_t seed)
      : coarse_(vectors, kernels), fine_(vectors, kernels) {
    std::vector<uint32_t> order(vectors.rows), numbers(vectors.rows);
    std::iota(order.begin(), order.end(), 0u);
    coarse_.Train(order, Roots(cells), Mix(seed, 0));
    RunShares(threads, vectors.rows, [&](size_t begin, size_t end) {
      for (size_t row = begin; row < end; ++row) numbers[row] = coarse_.Nearest(static_cast<uint32_t>(row));
    });
    const std::vector<uint32_t> starts = SortByNumber(order, numbers, coarse_.count());
    std::vector<Centres> inside(coarse_.count(), Centres(vectors, kernels));
    std::atomic<size_t> next{0};
    RunThreads(threads, [&](unsigned) {
      for (size_t group = next.fetch_add(1); group < inside.size(); group = next.fetch_add(1)) {
        const auto rows = std::span(order).subspan(starts[group], starts[group + 1] - starts[group]);
        const size_t share = (rows.size() * cells + vectors.rows - 1) / vectors.rows;
        inside[group].Train(rows, share, Mix(seed, group + 1));
      }
    });
    for (const Centres& own : inside) {
      fine_.Append(own);
      ends_.push_back(fine_.count());
    }
  }

  size_t count() const { return fine_.count(); }

  // The nearest of those that belong to the coarse centres nearest to a row. `near` is scratch.
  uint32_t Nearest(uint32_t row, std::vector<std::pair<float, size_t>>& near) const {
    near.clear();
    for (size_t i = 0; i < coarse_.count(); ++i) near.push_back({-coarse_.Score(row, i), i});
    const size_t few = std::min(kProbes, near.size());
    std::nth_element(near.begin(), near.begin() + static_cast<std::ptrdiff_t>(few) - 1, near.end());
    Centres::Closest closest;
    for (size_t i = 0; i < few; ++i) {
      const size_t group = near[i].second;
      fine_.Compare(row, group == 0 ? 0 : ends_[group - 1], ends_[group], closest);
    }
    return closest.centre;
  }

 private:
  Centres coarse_, fine_;
  std::vector<size_t> ends_;  // of each coarse centre's own
};

}  // namespace

size_t CellsFor(size_t rows) {
  const auto roots = static_cast<size_t>(3 * std::sqrt(static_cast<double>(rows)));
  return std::min({std::max<size_t>(1, roots), std::max<size_t>(1, rows), kMostCells});
}

size_t MostCells(size_t rows) {
  const size_t cells = CellsFor(rows);
  return std::min(rows, cells + Roots(cells));
}

Status Arrange(const Vectors& vectors, const simd::Kernels& kernels, uint32_t threads, uint64_t seed,
               Arrangement* arrangement) try {
  if (vectors.dims < 1 || vectors.dims > kMaxDims || vectors.rows > kMaxRows || threads < 1 ||
      threads > kMostThreads)
    return {Code::kArgumentInvalid, "Rows to arrange have 1 to " + std::to_string(kMaxDims) +
                                        " dims, and 1 to " + std::to_string(kMostThreads) + " threads."};
  if (Status status = CheckFinite(vectors, kernels, "vectors"); !status.ok()) return status;
  std::vector<uint32_t>& order = arrangement->order;
  order.resize(vectors.rows);
  std::iota(order.begin(), order.end(), 0u);
  arrangement->starts = {0};
  if (vectors.rows == 0) return {};
  const Levels levels(vectors, kernels, CellsFor(vectors.rows), threads, seed);
  std::vector<uint32_t> numbers(vectors.rows);
  RunShares(threads, vectors.rows, [&](size_t begin, size_t end) {
    std::vector<std::pair<float, size_t>> near;
    for (size_t row = begin; row < end; ++row)
      numbers[row] = levels.Nearest(static_cast<uint32_t>(row), near);
  });
  const std::vector<uint32_t> starts = SortByNumber(order, numbers, levels.count());
  for (size_t i = 1; i < starts.size(); ++i)
    if (starts[i] > starts[i - 1]) arrangement->starts.push_back(starts[i]);
  return {};
} catch (const std::bad_alloc&) {
  return {Code::kOutOfMemory, "The machine gave no more memory to arrange " + std::to_string(vectors.rows) +
                                  " rows. Use a machine with more."};
}

uint64_t ArrangeMemoryBound(uint64_t rows, size_t dims, uint32_t threads) {
  const uint64_t cells = MostCells(rows), roots = Roots(cells) + 1;
  // Of all threads together the centres are not more than the cells, but for the sums while they are moved.
  const uint64_t a_centre = dims * (2 * sizeof(float) + sizeof(double)) + 2 * sizeof(float) + sizeof(size_t);
  const uint64_t a_sample = 2 * kSampleACentre * sizeof(uint32_t);
  // Order and numbers of rows, here and of the coarse centres, sorted once more.
  return rows * 4 * sizeof(uint32_t) + 4 * cells * sizeof(uint32_t) +
         3 * (cells + roots) * (a_centre + a_sample) +
         roots * (sizeof(Centres) + threads * sizeof(std::pair<float, size_t>) + 2 * sizeof(uint32_t));
}

}  // namespace sepet::hnsw
