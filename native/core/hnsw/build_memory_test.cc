// What Build, Append and Arrange allocate, counted, against the bounds that are known in advance.
#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "core/base/testing.h"
#include "core/hnsw/arrange.h"
#include "core/hnsw/testing.h"

// GCC inlines one operator into the other and takes them for a pair that does not match.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace {

std::atomic<int64_t> held{0};
std::atomic<int64_t> most{0};

}  // namespace

void* operator new(size_t size) {
  void* at = std::malloc(size);
  if (at == nullptr) throw std::bad_alloc();
  const int64_t now = held += static_cast<int64_t>(malloc_usable_size(at));
  for (int64_t seen = most; seen < now && !most.compare_exchange_weak(seen, now);) continue;
  return at;
}

void operator delete(void* at) noexcept {
  held -= static_cast<int64_t>(malloc_usable_size(at));
  std::free(at);
}

void operator delete(void* at, size_t) noexcept {
  operator delete(at);
}

namespace sepet::hnsw {
namespace {

using namespace sepet::hnsw::testing;

// The most that `work` holds beyond what is held already.
template <typename Work>
int64_t Peak(const Work& work) {
  const int64_t before = held;
  most = before;
  work();
  return most - before;
}

// Sanitizers do not change what is allocated, but take minutes for the large cases.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr size_t kMostRows = 5000;
#else
constexpr size_t kMostRows = 100'000;
#endif

struct Case {
  size_t rows, dims;
  BuildParameters parameters;
  bool sampled;
};

void TheBoundHolds() {
  const Case cases[] = {{8000, 64, {16, 200, 1, 1}, false}, {2500, 32, {16, 200, 2, 1}, true},
                        {20000, 8, {4, 40, 2, 2}, false},   {66000, 4, {5, 20, 2, 1}, true},
                        {3000, 16, {32, 400, 8, 3}, false}, {40, 3, {2, 2, 1, 1}, true}};
  for (const Case& c : cases) {
    if (c.rows > kMostRows) continue;
    const Products products = MakeProducts(c.rows, c.dims, 1);
    const BuildInput input{products.vectors(), c.sampled ? products.queries() : Vectors{nullptr, 0, c.dims}};
    std::vector<std::byte> graph, extended;
    const auto bound = static_cast<int64_t>(BuildMemoryBound(
        c.rows, c.dims, c.parameters.M, c.parameters.ef_construction, c.parameters.threads, c.sampled));
    const int64_t build =
        Peak([&] { EXPECT(Build(input, simd::ActiveKernels(), c.parameters, Progress(), &graph).ok()); });
    const BuildInput old{{input.vectors.data, c.rows * 9 / 10, c.dims}, input.queries};
    EXPECT(Build(old, simd::ActiveKernels(), c.parameters, Progress(), &graph).ok());
    const int64_t append = Peak([&] {
      EXPECT(Append(input, graph, nullptr, simd::ActiveKernels(), c.parameters, Progress(), &extended).ok());
    });
    std::printf(
        "%zu x %zu, M %u, efConstruction %u, %u threads: build %.2f MB, append %.2f MB, bound %.2f MB\n",
        c.rows, c.dims, c.parameters.M, c.parameters.ef_construction, c.parameters.threads,
        static_cast<double>(build) / 1e6, static_cast<double>(append) / 1e6,
        static_cast<double>(bound) / 1e6);
    EXPECT(build <= bound && append <= bound);
    if (c.rows >= 1000) EXPECT(2 * bound <= 3 * build);
    EXPECT(extended.size() <= GraphBytesBound(c.rows, c.parameters.M));
  }
}

void TheBoundOfAnArrangementHolds() {
  struct {
    size_t rows, dims;
    uint32_t threads;
  } const cases[] = {{1, 1, 1},       {40, 3, 8},      {300, 2, 200}, {3000, 200, 2},
                     {5000, 64, 256}, {40'000, 16, 2}, {66'000, 2, 8}};
  for (const auto& [rows, dims, threads] : cases) {
    if (rows > kMostRows) continue;
    const Products products = MakeProducts(rows, dims, 2);
    const auto bound = static_cast<int64_t>(ArrangeMemoryBound(rows, dims, threads));
    Arrangement arrangement;
    const int64_t peak = Peak(
        [&] { EXPECT(Arrange(products.vectors(), simd::ActiveKernels(), threads, 1, &arrangement).ok()); });
    std::printf("%zu x %zu, %u threads: arrange %.3f MB, bound %.3f MB\n", rows, dims, threads,
                static_cast<double>(peak) / 1e6, static_cast<double>(bound) / 1e6);
    EXPECT(peak <= bound);
  }
}

}  // namespace
}  // namespace sepet::hnsw

int main() {
  sepet::hnsw::TheBoundHolds();
  sepet::hnsw::TheBoundOfAnArrangementHolds();
  return sepet::testing::Failures();
}
