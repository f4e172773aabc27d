// Every kernel this CPU has, against the formula in double, for every length and unaligned starts.
#include "core/simd/kernels.h"

#include <cmath>
#include <cstdio>
#include <vector>

#include "core/base/rng.h"
#include "core/base/testing.h"

namespace sepet::simd {
namespace {

constexpr size_t kLongest = 300;
constexpr uint64_t kSeed = 20;

// Rounding of n float operations on terms that sum to `magnitude`.
bool Near(float got, double wanted, double magnitude) {
  return std::abs(got - wanted) <= 1e-6 * magnitude + 1e-30;
}

void CompareAt(const Kernels& kernels, const float* a, const float* b, size_t n) {
  double dot = 0, distance = 0, magnitude = 0;
  for (size_t i = 0; i < n; ++i) {
    const double x = a[i], y = b[i];
    dot += x * y;
    distance += (x - y) * (x - y);
    magnitude += x * x + y * y;
  }
  const bool dot_good = EXPECT(Near(kernels.dot(a, b, n), dot, magnitude));
  const bool distance_good = EXPECT(Near(kernels.squared_distance(a, b, n), distance, 2 * magnitude));
  if (!dot_good || !distance_good)
    std::fprintf(stderr, "kernel %s, length %zu, seed %llu\n", kernels.name, n,
                 static_cast<unsigned long long>(kSeed));
}

void AllKernelsAgree() {
  Rng rng(kSeed);
  std::printf("kernels:");
  for (const Kernels* kernels : AvailableKernels()) {
    std::printf(" %s", kernels->name);
    for (size_t n = 0; n <= kLongest; ++n) {
      for (size_t shift = 0; shift < 4; ++shift) {
        // Allocated to the float, so that a sanitizer sees a read past either end.
        std::vector<float> a(n + shift), b(n + (3 - shift));
        for (float& value : a) value = static_cast<float>(rng.Uniform() * 2 - 1);
        for (float& value : b) value = static_cast<float>(rng.Uniform() * 2 - 1);
        CompareAt(*kernels, a.data() + shift, b.data() + (3 - shift), n);
      }
    }
  }
  std::printf("\n");
}

void BadValuesShow() {
  for (const Kernels* kernels : AvailableKernels()) {
    for (size_t n = 1; n < 70; ++n) {
      std::vector<float> a(n, 1), b(n, 1);
      a[n - 1] = std::nanf("");
      EXPECT(std::isnan(kernels->dot(a.data(), b.data(), n)));
      a[n - 1] = INFINITY;
      EXPECT(std::isinf(kernels->dot(a.data(), b.data(), n)));
    }
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
  sepet::simd::AllKernelsAgree();
  sepet::simd::BadValuesShow();
  sepet::simd::KernelsAreFoundByName();
  return sepet::testing::Failures();
}
