// Sepet's own index through its C++ core, the same calls that the addon makes, from a Sepet file. With --lean
// 1 without neighbour codes and int8 copy; with --pages map in the page cache's pages.
//
// The rows are numbered by cells, as in an artifact, where a row's number is the product's: filters come in
// that numbering, so they are turned into it, and answers back, outside of what is timed.

#include "bench/ann/native/contest.h"
#include "core/base/threads.h"
#include "core/base/unset.h"
#include "core/file/registry.h"
#include "core/file/writer.h"
#include "core/hnsw/arrange.h"
#include "core/hnsw/build.h"
#include "core/hnsw/searcher.h"

namespace sepet::bench {
namespace {

void Check(const Status& status) {
  if (!status.ok()) throw std::runtime_error(status.message());
}

class Ours : public Contestant {
 public:
  // The graph, and what is derived from it: all that the fast setting loads.
  void Build(const DataSet& set, const Arguments& arguments) override {
    const auto threads = static_cast<uint32_t>(arguments.Number("threads"));
    const uint64_t seed = arguments.Number("seed", 1);
    const hnsw::BuildParameters parameters{
        .M = static_cast<uint32_t>(arguments.Number("M")),
        .ef_construction = static_cast<uint32_t>(arguments.Number("ef-construction")),
        .threads = threads,
        .seed = seed};
    hnsw::Arrangement arrangement;
    Check(hnsw::Arrange({set.base.data(), set.rows(), set.dims}, kernels_, threads, seed, &arrangement));
    const UnsetVector<float> arranged = Reorder(set, arrangement.order, threads);
    const hnsw::Vectors vectors{arranged.data(), set.rows(), set.dims};
    std::vector<std::byte> graph_bytes;
    Check(hnsw::Build({vectors, {}}, kernels_, parameters, {}, &graph_bytes));
    hnsw::Graph graph;
    Check(hnsw::Graph::Open(graph_bytes, set.rows(), &graph));
    const uint32_t bits = hnsw::DefaultCodeBits(set.dims);
    UnsetVector<std::byte> code_bytes(hnsw::CodesBytes(set.rows(), set.dims, 2 * parameters.M, bits));
    Check(hnsw::BuildCodes(graph, vectors, {bits, threads, seed}, {}, code_bytes));
    UnsetVector<std::byte> copy_bytes(hnsw::QuantizedBytes(set.rows(), set.dims));
    Check(hnsw::BuildQuantized(vectors, threads, copy_bytes));
    UnsetVector<std::byte> upper_bytes(hnsw::QuantizedBytes(graph.header().upper_nodes, set.dims));
    Check(hnsw::BuildUpper(graph, vectors, threads, upper_bytes));
    hnsw::Quantized quantized;
    Check(hnsw::Quantized::Open(copy_bytes, set.rows(), set.dims, &quantized));
    UnsetVector<std::byte> cell_bytes(hnsw::CellsBytes(arrangement.starts.size() - 1, set.dims));
    Check(hnsw::BuildCells(vectors, quantized, arrangement.starts, threads, cell_bytes));
    const file::Section sections[] = {{"rows", file::Type::kU32, std::as_bytes(std::span(arrangement.order))},
                                      {"vectors", file::Type::kF32, std::as_bytes(std::span(arranged))},
                                      {"graph", file::Type::kU8, graph_bytes},
                                      {"codes", file::Type::kU8, code_bytes},
                                      {"int8", file::Type::kU8, copy_bytes},
                                      {"upper", file::Type::kU8, upper_bytes},
                                      {"cells", file::Type::kU8, cell_bytes}};
    Check(file::WriteFile(arguments.Text("graph"), sections));
  }

  void Load(const DataSet& set, const Arguments& arguments) override {
    const bool mapped = arguments.Has("pages") && arguments.Text("pages") == "map";
    const auto pages = mapped ? file::Pages::kMap : file::Pages::kHuge;
    Check(file::MapFile(arguments.Text("graph"), false, pages, &file_));
    const auto vectors = Section("vectors");
    parts_.vectors = {reinterpret_cast<const float*>(vectors.data()), set.rows(), set.dims};
    Check(hnsw::Graph::Open(Section("graph"), set.rows(), &parts_.graph));
    if (!arguments.Has("lean")) {
      Check(hnsw::Codes::Open(Section("codes"), parts_.graph, set.dims, &parts_.codes));
      Check(hnsw::Quantized::Open(Section("int8"), set.rows(), set.dims, &parts_.quantized));
      Check(hnsw::Quantized::Open(Section("upper"), parts_.graph.header().upper_nodes, set.dims,
                                  &parts_.upper));
      Check(hnsw::Cells::Open(Section("cells"), set.rows(), set.dims, true, &parts_.cells));
    }
    const auto rows = Section("rows");
    used_.erase("rows");  // the bench's own: an artifact's rows are the products
    rows_ = {reinterpret_cast<const uint32_t*>(rows.data()), set.rows()};
    searcher_.emplace(parts_, kernels_);
  }

  void Search(const float* queries, size_t count, size_t k, size_t ef, uint32_t* rows) override {
    Ask(queries, count, k, ef, {}, rows);
  }

  std::vector<uint32_t> Numbered(const std::vector<uint32_t>& words) const override {
    const hnsw::RowSet given(words, rows_.size());
    std::vector<uint32_t> own(words.size());
    for (uint32_t row = 0; row < rows_.size(); ++row)
      if (given.Has(rows_[row])) own[row / 32] |= 1u << (row % 32);
    return own;
  }
  void Renumber(std::vector<uint32_t>& rows) const override {
    for (uint32_t& row : rows)
      if (row != kNoRow) row = rows_[row];
  }

  void SearchFiltered(const std::vector<uint32_t>& words, const float* queries, size_t count, size_t k,
                      size_t ef, uint32_t* rows) override {
    Ask(queries, count, k, ef, {.only = hnsw::RowSet(words, parts_.vectors.rows), .removed = {}}, rows);
  }

  std::string Facts() const override {
    std::string bytes;
    for (const auto& [name, count] : used_)
      bytes += (bytes.empty() ? "\"" : ",\"") + name + "\":" + std::to_string(count);
    return ",\"kernel\":\"" + std::string(kernels_.name) + "\",\"bytes\":{" + bytes + "}";
  }

 private:
  static constexpr uint32_t kRerank = 64;

  void Ask(const float* queries, size_t count, size_t k, size_t ef, const hnsw::Allowed& allowed,
           uint32_t* rows) {
    const auto narrow_k = static_cast<uint32_t>(k), narrow_ef = static_cast<uint32_t>(ef);
    searcher_->Search({.queries = {queries, count, narrow_k, {}},
                       .ef = narrow_ef,
                       .allowed = allowed,
                       .scan_rows = {},
                       .rerank = kRerank});
    for (size_t q = 0; q < count; ++q) {
      uint32_t* out = rows + q * k;
      for (const hnsw::Hit& hit : searcher_->Hits(q)) *out++ = hit.row;
    }
  }

  static UnsetVector<float> Reorder(const DataSet& set, std::span<const uint32_t> order, uint32_t threads) {
    UnsetVector<float> arranged(set.base.size());
    RunShares(threads, order.size(), [&](size_t begin, size_t end) {
      for (size_t row = begin; row < end; ++row)
        std::copy_n(set.Row(order[row]), set.dims, &arranged[row * set.dims]);
    });
    return arranged;
  }

  std::span<const std::byte> Section(const std::string& name) {
    for (const file::Entry& entry : file_->table())
      if (entry.Name() == name) {
        used_[name] = entry.bytes;
        return file_->Payload(entry);
      }
    throw std::runtime_error("the file has no section " + name);
  }

  const simd::Kernels& kernels_ = simd::ActiveKernels();
  std::shared_ptr<const file::Mapping> file_;
  std::map<std::string, uint64_t> used_;  // bytes of the sections that are searched
  std::span<const uint32_t> rows_;        // of the set, by row of the index
  hnsw::Parts parts_{};
  std::optional<hnsw::Searcher> searcher_;
};

void Run(const Arguments& arguments) {
  Ours contestant;
  Compete(contestant, arguments);
}

}  // namespace
}  // namespace sepet::bench

int main(int count, char** values) {
  return sepet::bench::Main(count, values, sepet::bench::Run);
}
