// The order of rows by cells: a partition whatever the vectors, the same for any threads and kernels, and one
// that keeps together what lies together.
#include "core/hnsw/arrange.h"

#include <algorithm>
#include <map>

#include "core/base/testing.h"
#include "core/hnsw/testing.h"

namespace sepet::hnsw {
namespace {

using namespace sepet::hnsw::testing;

Arrangement MakeArrangement(const Vectors& vectors, uint32_t threads = 1,
                            const simd::Kernels& kernels = simd::ActiveKernels()) {
  Arrangement made;
  EXPECT(Arrange(vectors, kernels, threads, 1, &made).ok());
  return made;
}

// What must hold of every arrangement.
void IsAPartition(const Arrangement& made, size_t rows) {
  std::vector<uint32_t> sorted = made.order;
  std::sort(sorted.begin(), sorted.end());
  EXPECT(sorted.size() == rows);
  for (uint32_t row = 0; row < sorted.size(); ++row) EXPECT(sorted[row] == row);
  if (!EXPECT(!made.starts.empty() && made.starts.front() == 0 && made.starts.back() == rows)) return;
  EXPECT(made.starts.size() - 1 <= MostCells(rows));
  for (size_t cell = 0; cell + 1 < made.starts.size(); ++cell) {
    if (!EXPECT(made.starts[cell] < made.starts[cell + 1])) return;
    EXPECT(
        std::is_sorted(made.order.begin() + made.starts[cell], made.order.begin() + made.starts[cell + 1]));
  }
}

void EveryRowHasOnePlace() {
  for (const size_t rows : {1, 2, 3, 4, 5, 10, 99, kSanitized ? 500 : 5000})
    for (const size_t dims : {1, 7, 24}) {
      const Products products = MakeProducts(rows, dims, rows);
      IsAPartition(MakeArrangement(products.vectors()), rows);
    }
}

void SameForAnyThreadsAndKernels() {
  const Products products = MakeProducts(kSanitized ? 1500 : 6000, 33, 2);
  const Arrangement one = MakeArrangement(products.vectors());
  IsAPartition(one, products.rows);
  EXPECT(one.starts.size() > 50);
  const auto same = [&](const Arrangement& other) {
    return other.order == one.order && other.starts == one.starts;
  };
  for (const uint32_t threads : {1u, 2u, 3u, 8u})
    for (const simd::Kernels* kernels : simd::AvailableKernels())
      EXPECT(same(MakeArrangement(products.vectors(), threads, *kernels)));
  // More threads than rows, and what the arrangement held before does not count.
  Arrangement again = one;
  const Vectors few{products.out.data(), 5, 33};
  EXPECT(Arrange(few, simd::ActiveKernels(), 256, 1, &again).ok());
  IsAPartition(again, 5);
  EXPECT(again.order == MakeArrangement(few).order);
}

// Rows of tight clusters in a random order, and which cluster each is of.
struct Mixture {
  size_t dims;
  std::vector<float> values;
  std::vector<uint32_t> clusters;

  Vectors vectors() const { return {values.data(), clusters.size(), dims}; }
};

Mixture MakeMixture(size_t rows, size_t dims, uint32_t clusters, float width) {
  Rng rng(11);
  Mixture made{dims, {}, {}};
  std::vector<float> centres(clusters * dims);
  for (float& value : centres) value = Gauss(rng);
  for (size_t row = 0; row < rows; ++row) {
    made.clusters.push_back(rng.Below(clusters));
    for (size_t i = 0; i < dims; ++i)
      made.values.push_back(centres[made.clusters.back() * dims + i] + width * Gauss(rng));
  }
  return made;
}

// The share of rows in a cell where most are of another cluster.
double Strays(const Arrangement& made, std::span<const uint32_t> clusters) {
  size_t strays = 0;
  for (size_t cell = 0; cell + 1 < made.starts.size(); ++cell) {
    std::map<uint32_t, size_t> counts;
    size_t most = 0;
    for (uint32_t at = made.starts[cell]; at < made.starts[cell + 1]; ++at)
      most = std::max(most, ++counts[clusters[made.order[at]]]);
    strays += made.starts[cell + 1] - made.starts[cell] - most;
  }
  return static_cast<double>(strays) / static_cast<double>(clusters.size());
}

void WhatLiesTogetherStaysTogether() {
  for (const uint32_t clusters : {3u, 20u, 100u}) {
    const Mixture mixture = MakeMixture(4000, 16, clusters, 0.05f);
    const Arrangement made = MakeArrangement(mixture.vectors(), 2);
    IsAPartition(made, 4000);
    const double strays = Strays(made, mixture.clusters);
    if (!EXPECT(strays < 0.05))
      std::fprintf(stderr, "%u clusters: %.3f of the rows astray\n", clusters, strays);
    // Not because every row has a cell for itself.
    EXPECT(made.starts.size() - 1 <= 2 * CellsFor(4000) && made.starts.size() > clusters);
  }
}

void OddVectorsAreArranged() {
  const std::vector<float> zeros(600 * 5, 0.0f), ones(600 * 5, 1.0f);
  for (const std::vector<float>* values : {&zeros, &ones}) {
    IsAPartition(MakeArrangement({values->data(), 0, 5}), 0);
    IsAPartition(MakeArrangement({values->data(), 1, 5}), 1);
    const Arrangement made = MakeArrangement({values->data(), 600, 5}, 2);
    IsAPartition(made, 600);
    EXPECT(made.starts.size() == 2);
  }
  IsAPartition(MakeArrangement({nullptr, 0, 5}, 8), 0);
  // The largest lengths that are no error, and some whose squares are lost.
  for (const float odd : {1e10f, 1e18f, -1e18f, 1e-30f, 1e-44f}) {
    const size_t rows = kSanitized ? 800 : 2000;
    Products products = MakeProducts(rows, 12, 3);
    std::fill_n(products.out.begin() + 777 * 12, 12, odd);
    const Arrangement one = MakeArrangement(products.vectors());
    IsAPartition(one, rows);
    EXPECT(MakeArrangement(products.vectors(), 3).order == one.order);
    for (float& value : products.out) value = value > 0 ? odd : -odd;
    IsAPartition(MakeArrangement(products.vectors()), rows);
  }
}

// One row of a giant length must not lump the others together.
void AGiantLeavesTheOthersAlone() {
  Mixture mixture = MakeMixture(4000, 16, 20, 0.05f);
  std::fill_n(mixture.values.begin() + 1234 * 16, 16, 1e15f);
  const Arrangement made = MakeArrangement(mixture.vectors(), 2);
  IsAPartition(made, 4000);
  EXPECT(Strays(made, mixture.clusters) < 0.05);
}

void BadInputIsRefused() {
  std::vector<float> data(50 * 4, 1);
  Arrangement made;
  const auto code = [&](size_t dims, uint32_t threads) {
    return Arrange({data.data(), 3, dims}, simd::ActiveKernels(), threads, 1, &made).code();
  };
  for (const float bad : {std::nanf(""), INFINITY, -INFINITY, 1e30f}) {
    data[37 * 4 + 2] = bad;
    const Status status = Arrange({data.data(), 50, 4}, simd::ActiveKernels(), 2, 1, &made);
    EXPECT(status.code() == Code::kVectorNotFinite && status.message().find("row 37 ") != std::string::npos);
  }
  EXPECT(code(4, 1) == Code::kOk && code(4, 256) == Code::kOk);
  EXPECT(code(0, 1) == Code::kArgumentInvalid && code(kMaxDims + 1, 1) == Code::kArgumentInvalid);
  EXPECT(code(4, 0) == Code::kArgumentInvalid && code(4, 257) == Code::kArgumentInvalid);
}

void CellsGrowWithTheRows() {
  EXPECT(CellsFor(0) == 1 && CellsFor(1) == 1 && CellsFor(4) == 4 && CellsFor(10'000) == 300);
  EXPECT(CellsFor(1'000'000) == 3000 && CellsFor(kMaxRows) == 65'536);
  size_t before = 0;
  for (size_t rows = 0; rows <= kMaxRows; rows = rows * 2 + 1) {
    EXPECT(CellsFor(rows) >= before && MostCells(rows) <= rows);
    EXPECT(rows == 0 || MostCells(rows) >= CellsFor(rows));
    before = CellsFor(rows);
  }
}

}  // namespace
}  // namespace sepet::hnsw

int main() {
  sepet::hnsw::SameForAnyThreadsAndKernels();
  if (sepet::hnsw::testing::kThreadSanitized) return sepet::testing::Failures();
  sepet::hnsw::EveryRowHasOnePlace();
  sepet::hnsw::WhatLiesTogetherStaysTogether();
  sepet::hnsw::OddVectorsAreArranged();
  sepet::hnsw::AGiantLeavesTheOthersAlone();
  sepet::hnsw::BadInputIsRefused();
  sepet::hnsw::CellsGrowWithTheRows();
  return sepet::testing::Failures();
}
