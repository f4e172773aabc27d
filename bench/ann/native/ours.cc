// Sepet's own index through its C++ core, the same calls that the addon makes, from a Sepet file. With --lean
// 1 without neighbour codes and int8 copy; with --pages map in the page cache's pages.

#include "bench/ann/native/contest.h"
#include "core/base/unset.h"
#include "core/file/registry.h"
#include "core/file/writer.h"
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
    const hnsw::Vectors vectors{set.base.data(), set.rows(), set.dims};
    std::vector<std::byte> graph_bytes;
    Check(hnsw::Build({vectors, {}}, kernels_, parameters, {}, &graph_bytes));
    hnsw::Graph graph;
    Check(hnsw::Graph::Open(graph_bytes, set.rows(), &graph));
    const uint32_t bits = hnsw::DefaultCodeBits(set.dims);
    UnsetVector<std::byte> code_bytes(hnsw::CodesBytes(set.rows(), set.dims, 2 * parameters.M, bits));
    Check(hnsw::BuildCodes(graph, vectors, {bits, threads, seed}, {}, code_bytes));
    UnsetVector<std::byte> copy_bytes(hnsw::QuantizedBytes(set.rows(), set.dims));
    Check(hnsw::BuildQuantized(vectors, threads, copy_bytes));
    const file::Section sections[] = {{"vectors", file::Type::kF32, std::as_bytes(std::span(set.base))},
                                      {"graph", file::Type::kU8, graph_bytes},
                                      {"codes", file::Type::kU8, code_bytes},
                                      {"int8", file::Type::kU8, copy_bytes}};
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
    }
    searcher_.emplace(parts_, kernels_);
  }

  void Search(const float* queries, size_t count, size_t k, size_t ef, uint32_t* rows) override {
    Ask(queries, count, k, ef, {}, rows);
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
