// sepet_ann_generate --out DIR --rows N --dims D [--queries Q] [--k K] [--seed S] [--threads T]
//
// Writes base.f32, query.f32, truth.u32 (K rows a query, best first by inner product) and the cluster of each
// base row and query (base-cluster.u32, query-cluster.u32). Prints one line of JSON with the local intrinsic
// dimension.

#include <atomic>
#include <cstdio>

#include "bench/ann/native/arguments.h"
#include "bench/ann/native/exact.h"
#include "bench/ann/native/files.h"
#include "bench/ann/native/mixture.h"

namespace sepet::bench {
namespace {

std::vector<float> DrawAll(const Mixture& mixture, uint64_t stream, size_t rows, size_t dims,
                           unsigned threads, std::vector<uint32_t>& clusters) {
  std::vector<float> vectors(rows * dims);
  clusters.resize(rows);
  RunThreads(threads, [&](unsigned thread) {
    for (size_t row = thread; row < rows; row += threads)
      clusters[row] = mixture.Draw(stream, row, &vectors[row * dims]);
  });
  return vectors;
}

// The local intrinsic dimension at the queries: the maximum-likelihood estimate from the angles to the 100
// nearest rows (Levina, Bickel 2004; Amsaleg et al. 2015), as the mean over the queries. The norms say
// nothing of the neighbourhood and are taken out.
double IntrinsicDimension(std::vector<float> base, const std::vector<float>& queries, size_t dims,
                          unsigned threads) {
  auto normalise = [dims](float* row) {
    double square = 0;
    for (size_t d = 0; d < dims; ++d) square += double{row[d]} * row[d];
    for (size_t d = 0; d < dims; ++d) row[d] = static_cast<float>(row[d] / std::sqrt(square));
  };
  const size_t rows = base.size() / dims, count = std::min<size_t>(256, queries.size() / dims);
  const size_t k = std::min<size_t>(100, rows);
  std::vector<float> sample(queries.begin(), queries.begin() + static_cast<std::ptrdiff_t>(count * dims));
  for (size_t row = 0; row < rows; ++row) normalise(&base[row * dims]);
  for (size_t row = 0; row < count; ++row) normalise(&sample[row * dims]);
  const auto near = ExactSearch(base.data(), rows, dims).Top(sample.data(), count, k, {}, threads);
  double sum = 0;
  for (size_t q = 0; q < count; ++q) {
    auto distance = [&](size_t i) {
      double square = 0;
      for (size_t d = 0; d < dims; ++d) {
        const double gap = double{base[size_t{near[q * k + i]} * dims + d]} - sample[q * dims + d];
        square += gap * gap;
      }
      return std::sqrt(square);
    };
    const double furthest = distance(k - 1);
    double logs = 0;
    for (size_t i = 0; i + 1 < k; ++i) logs += std::log(std::max(distance(i), 1e-12) / furthest);
    sum += -static_cast<double>(k - 1) / logs;
  }
  return sum / static_cast<double>(count);
}

void Generate(const Arguments& arguments) {
  const fs::path out = arguments.Text("out");
  const size_t rows = arguments.Number("rows"), dims = arguments.Number("dims");
  const size_t count = arguments.Number("queries", 10000), k = arguments.Number("k", 10);
  const auto threads = static_cast<unsigned>(arguments.Number("threads", 2));
  MixtureShape shape{.dims = dims, .seed = arguments.Number("seed", 1)};
  fs::create_directories(out);
  const Mixture mixture(shape);
  std::vector<uint32_t> base_clusters, query_clusters;
  const std::vector<float> base = DrawAll(mixture, 0, rows, dims, threads, base_clusters);
  const std::vector<float> queries = DrawAll(mixture, 1, count, dims, threads, query_clusters);
  std::printf("{\"rows\":%zu,\"dims\":%zu,\"intrinsicDimension\":%.2f}\n", rows, dims,
              IntrinsicDimension(base, queries, dims, threads));
  std::fflush(stdout);
  WriteArray(out / "base.f32", base);
  WriteArray(out / "query.f32", queries);
  WriteArray(out / "base-cluster.u32", base_clusters);
  WriteArray(out / "query-cluster.u32", query_clusters);
  WriteArray(out / "truth.u32",
             ExactSearch(base.data(), rows, dims).Top(queries.data(), count, k, {}, threads));
}

}  // namespace
}  // namespace sepet::bench

int main(int count, char** values) {
  return sepet::bench::Main(count, values, sepet::bench::Generate);
}
