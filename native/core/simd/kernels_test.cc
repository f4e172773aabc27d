// Every kernel this CPU has: against the formula in double, and the same bits as the scalar one, for every
// length and unaligned starts.
#include "core/simd/kernels.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <limits>
#include <vector>

#include "core/base/rng.h"
#include "core/base/testing.h"

namespace sepet::simd {
namespace {

constexpr size_t kLongest = 1100;
constexpr uint64_t kSeed = 20;

// Rounding of n float operations on terms that sum to `magnitude`.
bool Near(float got, double wanted, double magnitude) {
  return std::abs(double{got} - wanted) <= 1e-6 * magnitude + 1e-30;
}

void TheOracleIsRight(const float* a, const float* b, size_t n) {
  double dot = 0, distance = 0, magnitude = 0;
  for (size_t i = 0; i < n; ++i) {
    const double x = a[i], y = b[i];
    dot += x * y;
    distance += (x - y) * (x - y);
    magnitude += x * x + y * y;
  }
  EXPECT(Near(kScalar.dot(a, b, n), dot, magnitude));
  EXPECT(Near(kScalar.squared_distance(a, b, n), distance, 2 * magnitude));
}

bool SameBits(float a, float b) {
  return std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b);
}

void EqualTheOracle(const float* a, const float* b, size_t n) {
  for (const Kernels* kernels : AvailableKernels()) {
    const bool dots = SameBits(kernels->dot(a, b, n), kScalar.dot(a, b, n));
    const bool distances = SameBits(kernels->squared_distance(a, b, n), kScalar.squared_distance(a, b, n));
    const bool distance_symmetric =
        SameBits(kernels->squared_distance(a, b, n), kernels->squared_distance(b, a, n));
    if (!EXPECT(dots && distances && distance_symmetric))
      std::fprintf(stderr, "kernel %s, length %zu, seed %llu\n", kernels->name, n,
                   static_cast<unsigned long long>(kSeed));
  }
}

void FloatsHaveTheSameBits() {
  Rng rng(kSeed);
  std::printf("kernels:");
  for (const Kernels* kernels : AvailableKernels()) std::printf(" %s", kernels->name);
  std::printf("\n");
  for (size_t n = 0; n <= kLongest; ++n) {
    for (size_t shift = 0; shift < 4; ++shift) {
      // Allocated to the float, so that a sanitizer sees a read past either end.
      std::vector<float> a(n + shift), b(n + (3 - shift));
      for (float& value : a) value = static_cast<float>(rng.Uniform() * 2 - 1);
      for (float& value : b) value = static_cast<float>(rng.Uniform() * 2 - 1);
      TheOracleIsRight(a.data() + shift, b.data() + (3 - shift), n);
      EqualTheOracle(a.data() + shift, b.data() + (3 - shift), n);
    }
  }
}

// Products so small that they round to -0, which only an absent term keeps; and sums where the order of the
// additions shows.
void HardFloatsHaveTheSameBits() {
  Rng rng(kSeed + 1);
  for (size_t n = 0; n <= 200; ++n) {
    std::vector<float> a(n, -1e-30f), b(n, 1e-30f);
    EqualTheOracle(a.data(), b.data(), n);
    for (float& value : a)
      value = std::ldexp(static_cast<float>(rng.Uniform() - 0.5), static_cast<int>(rng.Below(60)) - 30);
    for (float& value : b)
      value = std::ldexp(static_cast<float>(rng.Uniform() - 0.5), static_cast<int>(rng.Below(60)) - 30);
    EqualTheOracle(a.data(), b.data(), n);
  }
}

void BadValuesShow() {
  for (const Kernels* kernels : AvailableKernels()) {
    for (size_t n = 1; n < 70; ++n) {
      std::vector<float> a(n, 1), b(n, 1);
      a[n - 1] = std::nanf("");
      EXPECT(std::isnan(kernels->dot(a.data(), b.data(), n)));
      EXPECT(std::isnan(kernels->squared_distance(a.data(), b.data(), n)));
      a[n - 1] = INFINITY;
      EXPECT(std::isinf(kernels->dot(a.data(), b.data(), n)));
    }
  }
}

void BytesAreExact() {
  Rng rng(kSeed + 2);
  for (size_t n = 0; n <= kLongest; ++n) {
    for (const int extreme : {0, 1, -1}) {
      const size_t shift = rng.Below(4);
      std::vector<int8_t> a(n + shift), b(n + 3 - shift);
      for (int8_t& value : a)
        value = static_cast<int8_t>(extreme == 0 ? static_cast<int>(rng.Below(255)) - 127 : 127);
      for (int8_t& value : b)
        value = static_cast<int8_t>(extreme == 0 ? static_cast<int>(rng.Below(255)) - 127 : extreme * 127);
      int64_t wanted = 0;
      for (size_t i = 0; i < n; ++i) wanted += int64_t{a[shift + i]} * b[3 - shift + i];
      for (const Kernels* kernels : AvailableKernels()) {
        const int32_t forth = kernels->dot_i8(a.data() + shift, b.data() + (3 - shift), n);
        const int32_t back = kernels->dot_i8(b.data() + (3 - shift), a.data() + shift, n);
        if (!EXPECT(forth == wanted && back == wanted))
          std::fprintf(stderr, "kernel %s, length %zu, extreme %d\n", kernels->name, n, extreme);
      }
    }
  }
  const std::vector<int8_t> longest(65536, -127);
  for (const Kernels* kernels : AvailableKernels())
    EXPECT(kernels->dot_i8(longest.data(), longest.data(), longest.size()) == 65536 * 127 * 127);
}

void ManyRowsAreTheSameAsOne() {
  Rng rng(kSeed + 5);
  for (size_t n = 0; n <= 300; ++n) {
    // Allocated to the byte: the last row ends the array.
    const uint32_t rows = 1 + rng.Below(20);
    std::vector<int8_t> query(n), values(rows * n);
    for (int8_t& value : query) value = static_cast<int8_t>(static_cast<int>(rng.Below(255)) - 127);
    for (int8_t& value : values) value = static_cast<int8_t>(static_cast<int>(rng.Below(255)) - 127);
    std::vector<uint32_t> list(rng.Below(12));
    for (uint32_t& row : list) row = rng.Below(2) == 0 ? rows - 1 : rng.Below(rows);
    for (const Kernels* kernels : AvailableKernels()) {
      std::vector<int32_t> dots(list.size());
      kernels->dots_i8(query.data(), values.data(), n, list, dots.data());
      for (size_t i = 0; i < list.size(); ++i)
        EXPECT(dots[i] == kScalar.dot_i8(query.data(), values.data() + list[i] * n, n));
    }
  }
}

void VectorsAbreastAreTheSameAsInRows() {
  Rng rng(kSeed + 6);
  const auto byte = [&](bool extreme) {
    return static_cast<int8_t>(extreme ? (rng.Below(2) == 0 ? 127 : -127)
                                       : static_cast<int>(rng.Below(255)) - 127);
  };
  for (size_t quads = 0; quads <= 70; ++quads) {
    const size_t n = quads * kQuad, count = rng.Below(4);
    const bool extreme = quads % 5 == 0;
    // Allocated to the byte: the last block ends the array.
    std::vector<int8_t> query(n), rows(count * kAbreast * n), blocks(rows.size());
    for (int8_t& value : query) value = byte(extreme);
    for (int8_t& value : rows) value = byte(extreme);
    for (size_t j = 0; j < count * kAbreast; ++j)
      for (size_t i = 0; i < n; ++i) blocks[AbreastPlace(j, i, quads)] = rows[j * n + i];
    for (const Kernels* kernels : AvailableKernels()) {
      std::vector<int32_t> dots(count * kAbreast, 12345);
      kernels->abreast_i8(query.data(), blocks.data(), quads, count, dots.data());
      for (size_t j = 0; j < dots.size(); ++j)
        if (!EXPECT(dots[j] == kScalar.dot_i8(query.data(), rows.data() + j * n, n)))
          std::fprintf(stderr, "kernel %s, %zu quads\n", kernels->name, quads);
    }
  }
}

void CodesAreAddedUp() {
  Rng rng(kSeed + 3);
  for (size_t positions = 0; positions <= kMaxPositions; positions += 4) {
    for (const bool extreme : {false, true}) {
      const size_t shift = rng.Below(8);
      std::vector<uint8_t> tables(positions * 16 + shift), codes(positions * 16 + 7 - shift);
      for (uint8_t& value : tables) value = static_cast<uint8_t>(extreme ? 255 : rng.Below(256));
      for (uint8_t& value : codes) value = static_cast<uint8_t>(rng.Below(256));
      const uint8_t* const table = tables.data() + shift;
      const uint8_t* const code = codes.data() + (7 - shift);
      std::vector<uint16_t> wanted(kCodesABlock);
      for (size_t j = 0; j < kCodesABlock; ++j)
        for (size_t p = 0; p < positions; ++p) {
          const int pair = code[p * 16 + j % 16];
          wanted[j] = static_cast<uint16_t>(
              wanted[j] + table[p * 16 + static_cast<size_t>(j < 16 ? pair % 16 : pair / 16)]);
        }
      if (extreme) EXPECT(wanted[0] == positions * 255);
      for (const Kernels* kernels : AvailableKernels()) {
        std::vector<uint16_t> sums(kCodesABlock, 12345);
        kernels->scan_codes(table, code, positions, sums.data());
        if (!EXPECT(sums == wanted))
          std::fprintf(stderr, "kernel %s, %zu positions\n", kernels->name, positions);
      }
    }
  }
}

void EstimatesAgree() {
  Rng rng(kSeed + 5);
  for (int round = 0; round < 200; ++round) {
    std::vector<uint16_t> sums(kCodesABlock);
    std::vector<uint32_t> factors(kCodesABlock);
    for (uint16_t& sum : sums) sum = static_cast<uint16_t>(rng.Next());
    for (uint32_t& factor : factors) {
      factor = static_cast<uint32_t>(rng.Next());
      if (round > 0) factor &= 0xBFFFBFFFu;  // finite; in the first round anything, NaN too
    }
    const auto draw = [&] { return static_cast<float>(rng.Uniform() - 0.5); };
    const EstimateTerms terms{draw(), draw(), draw() / 255, round % 7 == 0 ? -INFINITY : draw()};
    std::vector<float> wanted(kCodesABlock);
    const uint32_t above = kScalar.estimate(sums.data(), factors.data(), terms, wanted.data());
    for (size_t j = 0; j < kCodesABlock; ++j) EXPECT((above >> j & 1) == (wanted[j] > terms.bar ? 1u : 0u));
    for (const Kernels* kernels : AvailableKernels()) {
      std::vector<float> found(kCodesABlock);
      EXPECT(kernels->estimate(sums.data(), factors.data(), terms, found.data()) == above);
      for (size_t j = 0; j < kCodesABlock; ++j)
        EXPECT(std::isnan(wanted[j]) ? std::isnan(found[j]) : found[j] == wanted[j]);
    }
  }
}

// Values up to 2^exponent, the first of them that large and the others spread over `spread` powers of two,
// some +0 and -0; and the scale with which the largest entry is 255.
struct TableCase {
  size_t dims, positions;
  int exponent;
  uint32_t spread;

  std::vector<float> Values(Rng& rng) const {
    std::vector<float> values(dims * positions);
    for (float& value : values) {
      const int at = exponent - static_cast<int>(rng.Below(spread));
      value = rng.Below(8) == 0 ? 0.0f : std::ldexp(static_cast<float>(rng.Uniform()), at);
      if (rng.Below(2) == 0) value = -value;
    }
    if (!values.empty()) values[0] = std::ldexp(-1.0f, exponent);
    return values;
  }
  float Scale(const std::vector<float>& values, float top) const {
    float widest = 0;
    for (size_t p = 0; p < positions; ++p) {
      float reach = 0;
      for (size_t i = 0; i < dims; ++i) reach += std::fabs(values[p * dims + i]);
      widest = std::fmax(widest, 2 * top * reach);
    }
    return widest > 0 ? 255 / widest : 0.0f;
  }
};

// What the scalar kernel fills, which all others fill too.
std::vector<uint8_t> Filled(const std::vector<float>& values, size_t positions, const TableTerms& terms) {
  std::vector<uint8_t> wanted(positions * kTableEntries);
  kScalar.fill_tables(values.data(), positions, terms, wanted.data());
  for (const Kernels* kernels : AvailableKernels())
    for (size_t shift = 0; shift < 2; ++shift) {
      std::vector<uint8_t> found(wanted.size() + shift, 77);
      kernels->fill_tables(values.data(), positions, terms, found.data() + shift);
      found.erase(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(shift));
      if (!EXPECT(found == wanted))
        std::fprintf(stderr, "kernel %s, dims %zu, %zu positions\n", kernels->name, terms.dims, positions);
    }
  return wanted;
}

void TablesAreFilled(Rng& rng, const TableCase& of) {
  const float top = 0.5f + static_cast<float>(rng.Uniform());
  std::vector<float> levels(of.dims * kTableEntries);
  for (float& level : levels) level = top * std::fmin(1.0f, static_cast<float>(rng.Uniform() * 2.5 - 1));
  const std::vector<float> values = of.Values(rng);
  const TableTerms terms{levels.data(), of.dims, top, of.Scale(values, top)};
  const std::vector<uint8_t> filled = Filled(values, of.positions, terms);
  for (size_t at = 0; at < filled.size(); ++at) {
    double sum = 0.5;
    for (size_t i = 0; i < of.dims; ++i) {
      const double x = double{terms.scale} * values[at / kTableEntries * of.dims + i];
      sum += x * levels[i * kTableEntries + at % kTableEntries] + std::fabs(x) * top;
    }
    EXPECT(filled[at] < sum + 1e-3 && filled[at] > sum - 1 - 1e-3);
  }
}

// Values of one size and of many, down to denormal ones and near the largest float.
void TablesAreFilled() {
  Rng rng(kSeed + 6);
  for (const size_t dims : {2u, 4u})
    for (size_t positions = 0; positions <= kMaxPositions; positions += 4) {
      for (const int exponent : {0, -110, 120}) {
        TablesAreFilled(rng, {dims, positions, exponent, 1});
        TablesAreFilled(rng, {dims, positions, exponent, 40});
      }
    }
}

// Sums so near to a whole number that fusing a product with its sum would move them across it.
void ProductsOfTablesAreRounded() {
  Rng rng(kSeed + 7);
  for (int round = 0; round < 500; ++round)
    for (const size_t dims : {2u, 4u}) {
      const float x = 64 + 60 * static_cast<float>(rng.Uniform());
      std::vector<float> levels, values(dims * 4);
      for (size_t v = 0; v < dims * kTableEntries; ++v)
        levels.push_back((static_cast<float>(v % kTableEntries) + 0.5f - x) / x);
      for (size_t p = 0; p < 4; ++p) values[p * dims + p % dims] = x;
      Filled(values, 4, {levels.data(), dims, 1, 1});
    }
}

// Keys in order, and keys of which some were lowered since, as marks do; rows go with their keys.
void InsertsBehindWhatIsNotAbove() {
  Rng rng(kSeed + 6);
  for (size_t size = 0; size < 300; ++size) {
    std::vector<int32_t> keys(size);
    std::vector<uint32_t> rows(size);
    for (int32_t& key : keys)
      key = static_cast<int32_t>(rng.Below(size % 3 == 0 ? 40 : 1u << 31)) - (1 << 30);
    std::sort(keys.begin(), keys.end());
    for (uint32_t& row : rows) row = static_cast<uint32_t>(rng.Next());
    if (size % 2 == 0)
      for (int32_t& key : keys) key &= ~static_cast<int32_t>(rng.Below(4));
    const int32_t extremes[] = {std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max()};
    for (int i = 0; i < 6; ++i) {
      const int32_t key = i < 2                ? extremes[i]
                          : i == 2 && size > 0 ? keys[size / 2]
                                               : static_cast<int32_t>(rng.Next());
      const auto row = static_cast<uint32_t>(rng.Next());
      const auto place = std::count_if(keys.begin(), keys.end(), [&](int32_t k) { return k <= key; });
      std::vector<int32_t> wanted_keys = keys;
      std::vector<uint32_t> wanted_rows = rows;
      wanted_keys.insert(wanted_keys.begin() + place, key);
      wanted_rows.insert(wanted_rows.begin() + place, row);
      for (const Kernels* kernels : AvailableKernels()) {
        // Allocated to the byte.
        std::vector<int32_t> some_keys = keys;
        std::vector<uint32_t> some_rows = rows;
        some_keys.resize(size + kInsertRoom, -7);
        some_rows.resize(size + kInsertRoom, 7);
        EXPECT(kernels->insert(some_keys.data(), some_rows.data(), size, key, row) ==
               static_cast<size_t>(place));
        EXPECT(std::equal(wanted_keys.begin(), wanted_keys.end(), some_keys.begin()));
        EXPECT(std::equal(wanted_rows.begin(), wanted_rows.end(), some_rows.begin()));
      }
    }
  }
}

// FNV-1a over the results for fixed inputs. The number was the same for scalar, AVX2 and AVX-512 on x86-64
// and for scalar and NEON on arm64.
void EveryMachineAgrees() {
  for (const Kernels* kernels : AvailableKernels()) {
    Rng rng(kSeed + 4);
    uint64_t hash = 0xCBF29CE484222325u;
    const auto mix = [&](uint32_t word) { hash = (hash ^ word) * 0x100000001B3u; };
    for (size_t n = 0; n <= 400; ++n) {
      std::vector<float> a(n), b(n);
      for (float& value : a) value = static_cast<float>(rng.Uniform() - 0.5);
      for (float& value : b) value = static_cast<float>(rng.Uniform() - 0.5);
      mix(std::bit_cast<uint32_t>(kernels->dot(a.data(), b.data(), n)));
      mix(std::bit_cast<uint32_t>(kernels->squared_distance(a.data(), b.data(), n)));
    }
    if (!EXPECT(hash == 0xEDF876FA15D053BFu))
      std::fprintf(stderr, "kernel %s: %016llx\n", kernels->name, static_cast<unsigned long long>(hash));
  }
}

void KernelsAreFoundByName() {
  const Kernels* found = nullptr;
  EXPECT(FindKernels("scalar", &found).ok() && found == &kScalar);
  EXPECT(FindKernels("", &found).ok() && found == AvailableKernels().back());
  const Status status = FindKernels("sse9", &found);
  EXPECT(status.code() == Code::kArgumentInvalid);
  EXPECT(status.message().find("sse9") != std::string::npos);
  EXPECT(status.message().find("scalar") != std::string::npos);
}

}  // namespace
}  // namespace sepet::simd

int main() {
  sepet::simd::FloatsHaveTheSameBits();
  sepet::simd::HardFloatsHaveTheSameBits();
  sepet::simd::BadValuesShow();
  sepet::simd::BytesAreExact();
  sepet::simd::ManyRowsAreTheSameAsOne();
  sepet::simd::VectorsAbreastAreTheSameAsInRows();
  sepet::simd::CodesAreAddedUp();
  sepet::simd::EstimatesAgree();
  sepet::simd::InsertsBehindWhatIsNotAbove();
  sepet::simd::TablesAreFilled();
  sepet::simd::ProductsOfTablesAreRounded();
  sepet::simd::EveryMachineAgrees();
  sepet::simd::KernelsAreFoundByName();
  return sepet::testing::Failures();
}
