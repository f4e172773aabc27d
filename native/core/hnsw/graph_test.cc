// Graph sections that are not what buildGraph made: each is refused, or is harmless to search.
#include "core/hnsw/graph.h"

#include <cstring>
#include <set>

#include "core/base/testing.h"
#include "core/hnsw/testing.h"

namespace sepet::hnsw {
namespace {

using namespace sepet::hnsw::testing;

constexpr size_t kRows = 200;

Built Sample(const Products& products) {
  return BuildGraph({products.vectors(), products.queries()}, {4, 20, 1, 1});
}

Code CodeOf(const std::vector<std::byte>& bytes, size_t rows = kRows) {
  Graph graph;
  return Graph::Open(bytes, rows, &graph).code();
}

void TheHeaderIsChecked(const Built& built) {
  EXPECT(CodeOf(built.bytes) == Code::kOk);
  EXPECT(CodeOf(built.bytes, kRows + 1) == Code::kOk);
  EXPECT(CodeOf(built.bytes, kRows - 1) == Code::kArgumentInvalid);
  EXPECT(CodeOf({}) == Code::kFileForeign);
  const auto with = [&](size_t at, uint32_t value) {
    std::vector<std::byte> bytes = built.bytes;
    std::memcpy(bytes.data() + at, &value, sizeof value);
    return CodeOf(bytes);
  };
  EXPECT(with(0, 7) == Code::kFileForeign);
  EXPECT(with(8, 2) == Code::kFileVersion);
  EXPECT(with(offsetof(GraphHeader, M), 1) == Code::kFileDamaged);
  EXPECT(with(offsetof(GraphHeader, M), 5) == Code::kFileDamaged);
  EXPECT(with(offsetof(GraphHeader, entry), kNone) == Code::kFileDamaged);
  EXPECT(with(offsetof(GraphHeader, max_level), 0) == Code::kFileDamaged);
  EXPECT(with(offsetof(GraphHeader, upper_nodes), 0xFFFFFFFF) == Code::kFileDamaged);
  EXPECT(with(offsetof(GraphHeader, lists), 0xFFFFFFFF) == Code::kFileDamaged);
  EXPECT(with(offsetof(GraphHeader, seeds), 0xFFFFFFFF) == Code::kFileDamaged);
  EXPECT(with(sizeof(GraphHeader), kRows) == Code::kFileDamaged);  // the first neighbour of row 0
}

void EveryCutIsRefused(const Built& built) {
  for (size_t length = 0; length < built.bytes.size(); ++length) {
    const Code code =
        CodeOf({built.bytes.begin(), built.bytes.begin() + static_cast<std::ptrdiff_t>(length)});
    EXPECT(code == Code::kFileForeign || code == Code::kFileDamaged);
  }
}

// Random changes: what Open takes must be safe to search, and so must what is changed after Open.
void MutationsAreRefusedOrHarmless(const Built& built, const Products& products) {
  const uint64_t seed = 77;
  Rng rng(seed);
  Scratch scratch;
  std::vector<Hit> hits(10);
  int refused = 0;
  for (int round = 0; round < 3000; ++round) {
    std::vector<std::byte> bytes = built.bytes;
    Graph before;
    EXPECT(Graph::Open(bytes, kRows, &before).ok());
    for (uint32_t change = 1 + rng.Below(4); change > 0; --change) {
      const size_t word = rng.Below(static_cast<uint32_t>(bytes.size() / 4));
      const uint32_t choices[] = {0, 1, kNone, kRows, kRows - 1, static_cast<uint32_t>(rng.Next())};
      std::memcpy(bytes.data() + word * 4, &choices[rng.Below(6)], 4);
    }
    Graph after;
    const Status status = Graph::Open(bytes, kRows, &after);
    if (!status.ok()) ++refused;
    const Query query{products.queries().Row(rng.Below(kRows)), 10, 30, kNone};
    const auto search = [&](const Graph& graph) {
      const size_t count = Search(graph, products.vectors(), simd::ActiveKernels(), query, scratch, hits);
      for (size_t i = 0; i < count; ++i) EXPECT(hits[i].row < kRows);
    };
    if (status.ok()) search(after);
    search(before);
  }
  std::printf("mutated graphs: %d of 3000 refused (seed %llu)\n", refused,
              static_cast<unsigned long long>(seed));
  EXPECT(refused > 1000);
}

}  // namespace
}  // namespace sepet::hnsw

int main() {
  const auto products = sepet::hnsw::testing::MakeProducts(sepet::hnsw::kRows, 8, 2);
  const auto built = sepet::hnsw::Sample(products);
  sepet::hnsw::TheHeaderIsChecked(built);
  sepet::hnsw::EveryCutIsRefused(built);
  sepet::hnsw::MutationsAreRefusedOrHarmless(built, products);
  return sepet::testing::Failures();
}
