// Estimates against the inner products they stand for, the shortlist against a sort, and the best of both
// together against an exact search.
#include "core/hnsw/estimates.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/rng.h"
#include "core/base/testing.h"
#include "core/hnsw/testing.h"

namespace sepet::hnsw {
namespace {

using namespace sepet::hnsw::testing;

void ShortlistsKeepTheBest() {
  Rng rng(30);
  Shortlist shortlist;
  for (int times = 0; times < 300; ++times) {
    const uint32_t count = rng.Below(300), capacity = 1 + rng.Below(40), wanted = rng.Below(50);
    const auto margin = static_cast<int32_t>(rng.Below(60));
    const uint32_t different = times % 2 == 0 ? 20 : 1000;
    std::vector<Hit> all;
    shortlist.Reset(capacity);
    for (uint32_t row = 0; row < count; ++row) {
      const auto estimate = static_cast<int32_t>(rng.Below(different)) - 10;
      all.push_back({static_cast<float>(estimate), row});
      if (estimate > shortlist.bar()) shortlist.Push(estimate, row);
    }
    std::sort(all.begin(), all.end(), Better);
    all.resize(std::min<size_t>(all.size(), capacity));
    std::vector<uint32_t> kept, near;
    for (const Hit& hit : all) {
      kept.push_back(hit.row);
      if (wanted > 0 &&
          (all.size() <= wanted || hit.score >= all[wanted - 1].score - static_cast<float>(margin)))
        near.push_back(hit.row);
    }
    const auto same = [](std::span<const uint32_t> some, std::vector<uint32_t>& other) {
      std::vector<uint32_t> sorted(some.begin(), some.end());
      std::sort(sorted.begin(), sorted.end());
      std::sort(other.begin(), other.end());
      return sorted == other;
    };
    EXPECT(same(shortlist.RowsWithin(wanted, margin), near));
    EXPECT(same(shortlist.RowsWithin(capacity, 0), kept));
  }
}

void QueriesAreRoundedAsTheyShouldBe() {
  for (const size_t dims : {1, 15, 16, 17, 64, 130}) {
    const Products products = MakeProducts(50, dims, dims);
    std::vector<std::byte> bytes;
    Quantized quantized;
    EXPECT(BuildQuantized(products.vectors(), &bytes).ok());
    EXPECT(Quantized::Open(bytes, 50, dims, &quantized).ok());
    for (const float size : {1.0f, 1e-40f, 1e30f, 0.0f}) {
      std::vector<float> query(dims);
      double largest = 0;
      for (size_t i = 0; i < dims; ++i) {
        query[i] = products.in[i] * size;
        largest = std::max(largest, std::fabs(double{query[i]} * quantized.scales()[i]));
      }
      std::vector<int8_t> rounded(dims);
      const double up = QuantizeQuery(quantized, query.data(), rounded.data());
      EXPECT(largest == 0 ? up == 0 : std::fabs(up * largest - 127) < 1e-9);
      for (size_t i = 0; i < dims; ++i) {
        const double wanted = double{query[i]} * quantized.scales()[i] * up;
        EXPECT(std::fabs(rounded[i] - wanted) <= 0.5001 && std::abs(rounded[i]) <= 127);
      }
    }
  }
}

// With room for every row the best are those of an exact search, though few of them are scored.
void TheBestAreTheExactOnes() {
  constexpr uint32_t kRows = 600;
  const simd::Kernels& kernels = simd::ActiveKernels();
  Estimates estimates;
  for (const size_t dims : {8, 33, 64}) {
    const Products products = MakeProducts(kRows, dims, dims + 1);
    const Vectors vectors = products.vectors();
    std::vector<std::byte> bytes;
    Quantized quantized;
    EXPECT(BuildQuantized(vectors, &bytes).ok() && Quantized::Open(bytes, kRows, dims, &quantized).ok());
    std::vector<uint32_t> rows(kRows);
    for (uint32_t row = 0; row < kRows; ++row) rows[row] = row;
    for (uint32_t q = 0; q < 40; ++q) {
      const float* query = products.in.data() + q * dims;
      estimates.Begin(quantized, kernels, query, kRows);
      std::vector<int32_t> found(kRows);
      estimates.Of(rows, found.data());
      TopHits exact, best;
      exact.Reset(10);
      best.Reset(10);
      for (uint32_t row = 0; row < kRows; ++row) {
        estimates.Keep(found[row], row);
        if (row != q) exact.Offer({kernels.dot(query, vectors.Row(row), dims), row});
      }
      estimates.OfferBest(vectors, 11, q, best);
      EXPECT(std::equal(exact.Sorted().begin(), exact.Sorted().end(), best.Sorted().begin(),
                        best.Sorted().end(), [](const Hit& a, const Hit& b) { return a.row == b.row; }));
    }
  }
}

}  // namespace
}  // namespace sepet::hnsw

int main() {
  sepet::hnsw::ShortlistsKeepTheBest();
  sepet::hnsw::QueriesAreRoundedAsTheyShouldBe();
  sepet::hnsw::TheBestAreTheExactOnes();
  return sepet::testing::Failures();
}
