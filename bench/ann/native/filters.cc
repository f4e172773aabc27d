// sepet_ann_filters --data DIR --dims D --out DIR [--k K] [--seed S] [--filters N] [--queries Q] [--threads
// T]
//
// Filters over a set made by generate.cc, and the exact answers under each. For every share of eligible rows
// and every kind it writes a folder <kind>-<share> with `filters` bitsets (bits.u32, ceil(rows / 32) words
// each), the `queries` query numbers asked under each (queries.u32) and their truth (truth.u32).
//
// - random: rows drawn at random, queries too;
// - near: whole clusters around one of the set, and queries from inside them (a brand searched by its
// buyers);
// - far: the same clusters, and queries from the half of the clusters that lies furthest away.

#include <numeric>

#include "bench/ann/native/arguments.h"
#include "bench/ann/native/exact.h"
#include "bench/ann/native/files.h"
#include "core/base/rng.h"

namespace sepet::bench {
namespace {

constexpr const char* kShares[] = {"0.5", "0.1", "0.01", "0.001"};
constexpr const char* kKinds[] = {"random", "near", "far"};

struct Clusters {
  std::vector<std::vector<uint32_t>> rows;     // of each cluster
  std::vector<std::vector<uint32_t>> queries;  // of each cluster
  std::vector<float> centres;
  size_t dims;

  // All clusters, those whose centre is nearest to the given one's first.
  std::vector<uint32_t> Around(uint32_t cluster) const {
    std::vector<float> distance(rows.size());
    for (size_t c = 0; c < rows.size(); ++c)
      for (size_t d = 0; d < dims; ++d) {
        const float gap = centres[c * dims + d] - centres[cluster * dims + d];
        distance[c] += gap * gap;
      }
    std::vector<uint32_t> order(rows.size());
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return distance[a] < distance[b]; });
    return order;
  }
};

Clusters Group(const DataSet& set, const fs::path& folder) {
  const auto of_row = ReadArray<uint32_t>(folder / "base-cluster.u32");
  const auto of_query = ReadArray<uint32_t>(folder / "query-cluster.u32");
  const size_t count = *std::max_element(of_row.begin(), of_row.end()) + size_t{1};
  Clusters clusters{std::vector<std::vector<uint32_t>>(count), std::vector<std::vector<uint32_t>>(count),
                    std::vector<float>(count * set.dims), set.dims};
  for (uint32_t row = 0; row < of_row.size(); ++row) clusters.rows[of_row[row]].push_back(row);
  for (uint32_t query = 0; query < of_query.size(); ++query)
    if (of_query[query] < count) clusters.queries[of_query[query]].push_back(query);
  for (size_t c = 0; c < count; ++c)
    for (const uint32_t row : clusters.rows[c])
      for (size_t d = 0; d < set.dims; ++d)
        clusters.centres[c * set.dims + d] += set.Row(row)[d] / static_cast<float>(clusters.rows[c].size());
  return clusters;
}

// Moves `wanted` elements drawn at random to the front and leaves only them.
void Draw(std::vector<uint32_t>& from, size_t wanted, Rng& rng) {
  wanted = std::min(wanted, from.size());
  for (size_t i = 0; i < wanted; ++i)
    std::swap(from[i], from[i + rng.Below(static_cast<uint32_t>(from.size() - i))]);
  from.resize(wanted);
}

struct Asked {
  std::vector<uint32_t> eligible;  // ascending
  std::vector<uint32_t> queries;
};

Asked OneFilter(const DataSet& set, const Clusters& clusters, const std::string& kind, size_t eligible,
                size_t queries, Rng& rng) {
  Asked asked;
  if (kind == "random") {
    asked.eligible.resize(set.rows());
    std::iota(asked.eligible.begin(), asked.eligible.end(), 0u);
    asked.queries.resize(set.query_count());
    std::iota(asked.queries.begin(), asked.queries.end(), 0u);
  } else {
    const auto order = clusters.Around(rng.Below(static_cast<uint32_t>(clusters.rows.size())));
    size_t inside = 0;
    for (; asked.eligible.size() < eligible; ++inside)
      for (const uint32_t row : clusters.rows[order[inside]]) asked.eligible.push_back(row);
    // Near: the clusters of the filter, and as many around it as it takes to have the queries.
    size_t i = kind == "near" ? 0 : order.size() / 2;
    for (; i < order.size() && (kind == "far" || i < inside || asked.queries.size() < queries); ++i)
      for (const uint32_t query : clusters.queries[order[i]]) asked.queries.push_back(query);
  }
  if (kind == "random") Draw(asked.eligible, eligible, rng);
  asked.eligible.resize(eligible);
  std::sort(asked.eligible.begin(), asked.eligible.end());
  Draw(asked.queries, queries, rng);
  if (asked.queries.empty()) throw std::runtime_error("no queries for the filter " + kind);
  for (size_t q = 0; asked.queries.size() < queries; ++q) asked.queries.push_back(asked.queries[q]);
  return asked;
}

void Write(const DataSet& set, const Clusters& clusters, const std::string& kind, const std::string& share,
           const Arguments& arguments) {
  const size_t k = arguments.Number("k", 10), filters = arguments.Number("filters", 8);
  const size_t queries = arguments.Number("queries", 32), width = (set.rows() + 31) / 32;
  const auto threads = static_cast<unsigned>(arguments.Number("threads", 2));
  const auto eligible =
      std::max<size_t>(1, static_cast<size_t>(static_cast<double>(set.rows()) * std::stod(share)));
  const ExactSearch exact(set.base.data(), set.rows(), set.dims);
  std::vector<uint32_t> bits(filters * width), asked_queries, truth;
  for (size_t f = 0; f < filters; ++f) {
    Rng rng(Mix(arguments.Number("seed", 1), Mix(f, eligible)));
    const Asked asked = OneFilter(set, clusters, kind, eligible, queries, rng);
    for (const uint32_t row : asked.eligible) bits[f * width + row / 32] |= 1u << (row % 32);
    std::vector<float> vectors;
    for (const uint32_t query : asked.queries)
      vectors.insert(vectors.end(), set.Query(query), set.Query(query) + set.dims);
    const auto top = exact.Top(vectors.data(), queries, k, asked.eligible, threads);
    truth.insert(truth.end(), top.begin(), top.end());
    asked_queries.insert(asked_queries.end(), asked.queries.begin(), asked.queries.end());
  }
  const fs::path folder = fs::path(arguments.Text("out")) / (kind + "-" + share);
  fs::create_directories(folder);
  WriteArray(folder / "bits.u32", bits);
  WriteArray(folder / "queries.u32", asked_queries);
  WriteArray(folder / "truth.u32", truth);
}

void Run(const Arguments& arguments) {
  const fs::path data = arguments.Text("data");
  const DataSet set = ReadDataSet(data, arguments.Number("dims"), arguments.Number("k", 10));
  const Clusters clusters = Group(set, data);
  for (const char* kind : kKinds)
    for (const char* share : kShares) Write(set, clusters, kind, share, arguments);
}

}  // namespace
}  // namespace sepet::bench

int main(int count, char** values) {
  return sepet::bench::Main(count, values, sepet::bench::Run);
}
