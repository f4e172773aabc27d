#include "core/hnsw/tile.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/base/threads.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace sepet::hnsw {
namespace {

constexpr double kUnit = 32000;
constexpr double kMaxRadius = 16;     // mean norms
constexpr size_t kPair = kBlock * 2;  // values of one pair of a block

void ScalarTile(const TileInput& in, float* scores, uint16_t* above) {
  for (size_t r = 0; r < kTileRows; ++r) {
    for (size_t b = 0; b < in.blocks; ++b) {
      int32_t sums[kBlock] = {};
      const int16_t* column = in.columns + b * in.pairs * kPair;
      for (size_t p = 0; p < in.pairs; ++p, column += kPair)
        for (size_t c = 0; c < kBlock; ++c)
          sums[c] += in.rows[r][2 * p] * column[2 * c] + in.rows[r][2 * p + 1] * column[2 * c + 1];
      uint32_t mask = 0;
      for (size_t c = 0; c < kBlock; ++c) {
        const float score = static_cast<float>(sums[c]) * in.lengths[b * kBlock + c];
        scores[(r * in.blocks + b) * kBlock + c] = score;
        mask |= static_cast<uint32_t>(score > in.floors[r]) << c;
      }
      above[r * in.blocks + b] = static_cast<uint16_t>(mask);
    }
  }
}

#if defined(__x86_64__)

#define SEPET_AVX2 __attribute__((target("avx2")))
#define SEPET_VNNI __attribute__((target("avx512f,avx512bw,avx512vnni")))

// Two values of a row in every lane.
inline int32_t PairAt(const int16_t* row, size_t pair) {
  int32_t both;
  std::memcpy(&both, row + 2 * pair, sizeof both);
  return both;
}

SEPET_AVX2 void Avx2Tile(const TileInput& in, float* scores, uint16_t* above) {
  for (size_t b = 0; b < in.blocks; ++b) {
    __m256i sums[kTileRows][2];
    for (auto& sum : sums) sum[0] = sum[1] = _mm256_setzero_si256();
    const auto* column = reinterpret_cast<const __m256i*>(in.columns + b * in.pairs * kPair);
    for (size_t p = 0; p < in.pairs; ++p) {
      const __m256i low = _mm256_loadu_si256(column + 2 * p), high = _mm256_loadu_si256(column + 2 * p + 1);
      for (size_t r = 0; r < kTileRows; ++r) {
        const __m256i both = _mm256_set1_epi32(PairAt(in.rows[r], p));
        sums[r][0] = _mm256_add_epi32(sums[r][0], _mm256_madd_epi16(low, both));
        sums[r][1] = _mm256_add_epi32(sums[r][1], _mm256_madd_epi16(high, both));
      }
    }
    const float* lengths = in.lengths + b * kBlock;
    for (size_t r = 0; r < kTileRows; ++r) {
      float* to = scores + (r * in.blocks + b) * kBlock;
      uint32_t mask = 0;
      for (size_t half = 0; half < 2; ++half) {
        const __m256 score =
            _mm256_mul_ps(_mm256_cvtepi32_ps(sums[r][half]), _mm256_loadu_ps(lengths + 8 * half));
        _mm256_storeu_ps(to + 8 * half, score);
        const __m256 is_above = _mm256_cmp_ps(score, _mm256_set1_ps(in.floors[r]), _CMP_GT_OQ);
        mask |= static_cast<uint32_t>(_mm256_movemask_ps(is_above)) << (8 * half);
      }
      above[r * in.blocks + b] = static_cast<uint16_t>(mask);
    }
  }
}

// Scores `n` blocks from block `b` on.
template <size_t n>
SEPET_VNNI inline void VnniBlocks(const TileInput& in, size_t b, float* scores, uint16_t* above) {
  __m512i sums[kTileRows][n];
  for (auto& row : sums)
    for (auto& sum : row) sum = _mm512_setzero_si512();
  const int16_t* columns = in.columns + b * in.pairs * kPair;
  for (size_t p = 0; p < in.pairs; ++p) {
    __m512i column[n];
    for (size_t i = 0; i < n; ++i) column[i] = _mm512_loadu_si512(columns + (i * in.pairs + p) * kPair);
    for (size_t r = 0; r < kTileRows; ++r) {
      const __m512i both = _mm512_set1_epi32(PairAt(in.rows[r], p));
      for (size_t i = 0; i < n; ++i) sums[r][i] = _mm512_dpwssd_epi32(sums[r][i], column[i], both);
    }
  }
  // Converted under a mask of all: GCC 12 warns inside its header of the plain one.
  for (size_t r = 0; r < kTileRows; ++r) {
    for (size_t i = 0; i < n; ++i) {
      const __m512 score = _mm512_mul_ps(_mm512_maskz_cvtepi32_ps(0xFFFF, sums[r][i]),
                                         _mm512_loadu_ps(in.lengths + (b + i) * kBlock));
      _mm512_storeu_ps(scores + (r * in.blocks + b + i) * kBlock, score);
      above[r * in.blocks + b + i] = _mm512_cmp_ps_mask(score, _mm512_set1_ps(in.floors[r]), _CMP_GT_OQ);
    }
  }
}

SEPET_VNNI void VnniTile(const TileInput& in, float* scores, uint16_t* above) {
  size_t b = 0;
  for (; b + 4 <= in.blocks; b += 4) VnniBlocks<4>(in, b, scores, above);
  for (; b < in.blocks; ++b) VnniBlocks<1>(in, b, scores, above);
}

#endif

}  // namespace

Directions::Directions(const Vectors& vectors, bool lifted, uint32_t threads)
    : pairs_((vectors.dims + (lifted ? 1 : 0) + 1) / 2),
      values_(vectors.rows * pairs_ * 2),
      lengths_(vectors.rows) {
  const auto each = [&](const auto& work) {
    RunShares(threads, vectors.rows, [&](size_t begin, size_t end) {
      for (size_t row = begin; row < end; ++row) work(row);
    });
  };
  // In double: the square of a short vector must not vanish.
  std::vector<double> lengths(vectors.rows);
  each([&](size_t row) {
    double square = 0;
    for (size_t i = 0; i < vectors.dims; ++i) square += double{vectors.Row(row)[i]} * vectors.Row(row)[i];
    lengths[row] = std::sqrt(square);
  });
  double longest = 0, sum = 0;
  for (const double length : lengths) {
    longest = std::max(longest, length);
    sum += length;
  }
  const double radius =
      lifted && longest > 0 ? std::min(longest, kMaxRadius * sum / static_cast<double>(lengths.size())) : 0;
  each([&](size_t row) {
    int16_t* to = values_.data() + row * pairs_ * 2;
    std::fill_n(to, pairs_ * 2, int16_t{0});
    const double length = std::max(lengths[row], radius);
    if (length == 0) return;
    const double scale = kUnit / length;
    for (size_t i = 0; i < vectors.dims; ++i)
      to[i] = static_cast<int16_t>(std::lrint(vectors.Row(row)[i] * scale));
    if (lifted) {
      const double rest = radius * radius - lengths[row] * lengths[row];
      to[vectors.dims] = static_cast<int16_t>(std::lrint(std::sqrt(std::max(0.0, rest)) * scale));
    }
    lengths_[row] = static_cast<float>(length / longest);
  });
}

void Columns::Pack(const Directions& directions, std::span<const uint32_t> rows) {
  blocks = (rows.size() + kBlock - 1) / kBlock;
  const size_t pairs = directions.pairs();
  values.resize(blocks * pairs * kPair);
  lengths.assign(blocks * kBlock, 0);
  if (rows.size() % kBlock != 0)
    std::fill(values.end() - static_cast<std::ptrdiff_t>(pairs * kPair), values.end(), int16_t{0});
  for (size_t i = 0; i < rows.size(); ++i) {
    const int16_t* from = directions.Row(rows[i]);
    int16_t* to = values.data() + i / kBlock * pairs * kPair + i % kBlock * 2;
    for (size_t p = 0; p < pairs; ++p) std::memcpy(to + p * kPair, from + 2 * p, 2 * sizeof(int16_t));
    lengths[i] = directions.Length(rows[i]);
  }
}

ScoreTile TileFor(const simd::Kernels& kernels) {
#if defined(__x86_64__)
  if (&kernels == &simd::kAvx512Vnni) return VnniTile;
  if (&kernels == &simd::kAvx512 || &kernels == &simd::kAvx2) return Avx2Tile;
#endif
  static_cast<void>(kernels);
  return ScalarTile;
}

}  // namespace sepet::hnsw
