// A catalogue that changed overnight: rows removed and rows added, against a build from nothing.
#include <array>
#include <chrono>

#include "core/base/testing.h"
#include "core/hnsw/build.h"
#include "core/hnsw/rowset.h"
#include "core/hnsw/testing.h"

namespace sepet::hnsw {
namespace {

using namespace sepet::hnsw::testing;

constexpr BuildParameters kParameters{16, 100, 1, 42};

// Every tenth row of the first `rows` of `total`.
std::vector<uint32_t> EveryTenth(size_t rows, size_t total) {
  std::vector<uint32_t> words(RowSet::WordsFor(total));
  for (size_t row = 5; row < rows; row += 10) words[row / 32] |= 1u << (row % 32);
  return words;
}

// recall@10 among the rows that are not removed, of `width` hits that are asked for.
double RecallWithout(const Built& built, const Products& products, const RowSet& removed) {
  Scratch scratch;
  size_t found = 0, wanted = 0;
  for (size_t row = 1; row < products.rows; row += products.rows / 200) {
    const Query asked{products.queries().Row(row), 64, 100, kNone};
    auto keep = [&](std::vector<Hit> hits) {
      std::erase_if(hits, [&](const Hit& hit) { return removed.Has(hit.row); });
      hits.resize(10);
      return hits;
    };
    const auto truth = keep(ScanAll(products.vectors(), asked, scratch));
    for (const Hit& hit : keep(SearchAll(built, products.vectors(), asked, scratch)))
      for (const Hit& true_hit : truth) found += hit.row == true_hit.row ? 1 : 0;
    wanted += truth.size();
  }
  return static_cast<double>(found) / static_cast<double>(wanted);
}

Built AppendTo(const Built& built, const BuildInput& input, const RowSet* removed) {
  Built extended;
  extended.status =
      Append(input, built.bytes, removed, simd::ActiveKernels(), kParameters, Progress(), &extended.bytes);
  if (extended.status.ok())
    extended.status = Graph::Open(extended.bytes, input.vectors.rows, &extended.graph);
  if (!extended.status.ok()) std::fprintf(stderr, "append: %s\n", extended.status.message().c_str());
  return extended;
}

double Seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void TheFoldIsAsGoodAsABuild() {
  constexpr size_t kRows = kSanitized ? 2100 : 8400, kOld = kSanitized ? 2000 : 8000;
  // Rows are as popular as they are early: turned round, so that the new ones are among the answers.
  Products products = MakeProducts(kRows, 33, 3);
  for (size_t row = 0; row < kOld / 2; row += 7)
    std::swap_ranges(products.out.begin() + static_cast<std::ptrdiff_t>(row * 33),
                     products.out.begin() + static_cast<std::ptrdiff_t>((row + 1) * 33),
                     products.out.begin() + static_cast<std::ptrdiff_t>((kOld + row / 10) * 33));
  for (const bool sampled : {false, true}) {
    const Vectors queries = sampled ? products.queries() : Vectors{nullptr, 0, 33};
    const Vectors old_queries{queries.data, sampled ? kOld : 0, 33};
    const Built old = BuildGraph({{products.out.data(), kOld, 33}, old_queries}, kParameters);
    const std::vector<uint32_t> words = EveryTenth(kOld, kRows);
    const RowSet removed(words, kRows);
    double at = Seconds();
    const Built folded = AppendTo(old, {products.vectors(), queries}, &removed);
    const double fold_seconds = Seconds() - at;
    at = Seconds();
    const Built fresh = BuildGraph({products.vectors(), queries}, kParameters);
    const double build_seconds = Seconds() - at;
    const double recall = RecallWithout(folded, products, removed),
                 fresh_recall = RecallWithout(fresh, products, removed);
    std::printf("%s: recall@10 %.4f folded, %.4f fresh; %.2f s, %.2f s\n",
                sampled ? "with samples" : "without", recall, fresh_recall, fold_seconds, build_seconds);
    EXPECT(recall >= fresh_recall - 0.01);
  }
}

// From nothing, row by row, and with twins: all are found.
void SmallGraphsGrow() {
  constexpr size_t kRows = 60;
  Products products = MakeProducts(kRows, 7, 1);
  for (size_t row = 20; row < 40; ++row)
    std::copy_n(products.out.begin() + 5 * 7, 7, products.out.begin() + static_cast<std::ptrdiff_t>(row * 7));
  Built built = BuildGraph({{products.out.data(), 0, 7}, {nullptr, 0, 7}}, {4, 20, 1, 3});
  Scratch scratch;
  for (size_t rows = 1; rows <= kRows; rows += rows < 10 ? 1 : 10) {
    built = AppendTo(built, {{products.out.data(), rows, 7}, {nullptr, 0, 7}}, nullptr);
    EXPECT(built.graph.header().rows == rows);
    const Query query{products.queries().Row(1), kRows, kRows, kNone};
    EXPECT(SearchAll(built, {products.out.data(), rows, 7}, query, scratch).size() == rows);
  }
}

void RemovedRowsAreNoNeighbours() {
  const Products products = MakeProducts(1100, 16, 2);
  const Built old = BuildGraph({{products.out.data(), 1000, 16}, {nullptr, 0, 16}}, kParameters);
  const std::vector<uint32_t> words = EveryTenth(1000, 1100);
  const RowSet removed(words, 1100);
  const Built built = AppendTo(old, {products.vectors(), {nullptr, 0, 16}}, &removed);
  size_t links = 0, wrong = 0;
  for (uint32_t row = 1000; row < 1100; ++row) {
    for (const uint32_t other : built.graph.Base(row)) {
      if (other == kNone) break;
      ++links;
      wrong += removed.Has(other) ? 1 : 0;
    }
  }
  // Repair may carry a removed row's link on.
  std::printf("%zu of %zu links of new rows lead to removed ones\n", wrong, links);
  EXPECT(links > 1000 && wrong * 50 < links);
}

void WrongGraphsAreRefused() {
  const Products products = MakeProducts(300, 8, 1);
  Built old = BuildGraph({{products.out.data(), 200, 8}, {nullptr, 0, 8}}, kParameters);
  const auto code = [&](std::span<const std::byte> graph, size_t rows, const Progress& progress) {
    std::vector<std::byte> extended;
    return Append({{products.out.data(), rows, 8}, {nullptr, 0, 8}}, graph, nullptr, simd::ActiveKernels(),
                  kParameters, progress, &extended)
        .code();
  };
  EXPECT(code(old.bytes, 300, Progress()) == Code::kOk);
  EXPECT(code(old.bytes, 200, Progress()) == Code::kOk);
  EXPECT(code(old.bytes, 199, Progress()) == Code::kArgumentInvalid);
  std::array<int64_t, 3> counters = {1, 0, 0};
  EXPECT(code(old.bytes, 300, Progress(counters)) == Code::kCancelled);
  old.bytes[70] = std::byte{0xFE};
  EXPECT(code(old.bytes, 300, Progress()) == Code::kFileDamaged);
}

}  // namespace
}  // namespace sepet::hnsw

int main() {
  sepet::hnsw::SmallGraphsGrow();
  sepet::hnsw::RemovedRowsAreNoNeighbours();
  sepet::hnsw::WrongGraphsAreRefused();
  sepet::hnsw::TheFoldIsAsGoodAsABuild();
  return sepet::testing::Failures();
}
