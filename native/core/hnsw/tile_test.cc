// Every kernel of the builder's scores against a plain sum, to the bit.
#include "core/hnsw/tile.h"

#include <cmath>

#include "core/base/testing.h"
#include "core/hnsw/testing.h"

namespace sepet::hnsw {
namespace {

using namespace sepet::hnsw::testing;

float PlainScore(const Directions& directions, size_t a, size_t b) {
  int64_t sum = 0;
  for (size_t i = 0; i < directions.pairs() * 2; ++i) sum += directions.Row(a)[i] * directions.Row(b)[i];
  return static_cast<float>(sum) * directions.Length(b);
}

void ScoresAreThePlainSums() {
  constexpr size_t kRows = 150;
  for (const size_t dims : {1, 2, 7, 33, 64, 100, 1000}) {
    Products products = MakeProducts(kRows, dims, dims);
    products.out[0] *= 1000;  // a giant, and a row of zeros
    std::fill_n(products.out.begin() + static_cast<std::ptrdiff_t>(3 * dims), dims, 0.0f);
    for (const bool lifted : {false, true}) {
      const Directions directions(products.vectors(), lifted, 2);
      for (const size_t count : {size_t{1}, size_t{16}, size_t{77}, kRows}) {
        std::vector<uint32_t> rows;
        for (size_t i = 0; i < count; ++i) rows.push_back(static_cast<uint32_t>(i * 7 % kRows));
        Columns columns;
        columns.Pack(directions, rows);
        TileInput tile{
            {}, {}, columns.values.data(), columns.lengths.data(), directions.pairs(), columns.blocks};
        for (size_t r = 0; r < kTileRows; ++r) {
          tile.rows[r] = directions.Row(r);
          tile.floors[r] = PlainScore(directions, r, rows[0]);
        }
        for (const simd::Kernels* kernels : simd::AvailableKernels()) {
          std::vector<float> scores(kTileRows * columns.blocks * kBlock);
          std::vector<uint16_t> above(kTileRows * columns.blocks);
          TileFor (*kernels)(tile, scores.data(), above.data());
          bool same = true;
          for (size_t r = 0; r < kTileRows; ++r) {
            for (size_t c = 0; c < count; ++c) {
              const float want = PlainScore(directions, r, rows[c]);
              const bool is_above = (above[r * columns.blocks + c / kBlock] >> (c % kBlock) & 1) != 0;
              same &= scores[r * columns.blocks * kBlock + c] == want && is_above == (want > tile.floors[r]);
            }
          }
          EXPECT(same);
        }
      }
    }
  }
}

// Relative to the longest vector, within the rounding of 16 bits.
void ScoresAreInnerProducts() {
  const Products products = MakeProducts(200, 40, 4);
  const Vectors vectors = products.vectors();
  const Directions directions(vectors, false, 1);
  double longest = 0;
  const auto dot = [&](size_t a, size_t b) {
    double sum = 0;
    for (size_t i = 0; i < 40; ++i) sum += double{vectors.Row(a)[i]} * vectors.Row(b)[i];
    return sum;
  };
  for (size_t row = 0; row < 200; ++row) longest = std::max(longest, std::sqrt(dot(row, row)));
  for (size_t a = 0; a < 200; ++a) {
    for (size_t b = 0; b < 200; ++b) {
      const double want = dot(a, b) / std::sqrt(dot(a, a)) / longest;
      EXPECT(std::abs(PlainScore(directions, a, b) / (32000.0 * 32000.0) - want) < 5e-4);
    }
  }
}

// On the sphere the order of the scores is that of the distances.
void LiftedScoresAreDistances() {
  const Products products = MakeProducts(200, 40, 4);
  const Vectors vectors = products.vectors();
  const Directions directions(vectors, true, 1);
  const simd::Kernels& kernels = simd::ActiveKernels();
  for (size_t row = 0; row < 200; ++row) {
    double radius = 0;
    for (size_t other = 0; other < 200; ++other)
      radius = std::max(radius, double{kernels.dot(vectors.Row(other), vectors.Row(other), 40)});
    const auto rest = [&](size_t i) {
      return std::sqrt(radius - kernels.dot(vectors.Row(i), vectors.Row(i), 40));
    };
    const size_t other = (row * 31 + 7) % 200;
    const double square = kernels.squared_distance(vectors.Row(row), vectors.Row(other), 40) +
                          (rest(row) - rest(other)) * (rest(row) - rest(other));
    EXPECT(std::abs(PlainScore(directions, row, other) / (32000.0 * 32000.0) - (1 - square / (2 * radius))) <
           5e-4);
  }
}

}  // namespace
}  // namespace sepet::hnsw

int main() {
  sepet::hnsw::ScoresAreThePlainSums();
  sepet::hnsw::ScoresAreInnerProducts();
  sepet::hnsw::LiftedScoresAreDistances();
  return sepet::testing::Failures();
}
