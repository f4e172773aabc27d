// class Index({vectors, dims, graph?, codes?, int8?, trusted?}) with search(call), scan(call), stats() and
// edges(). search says which way it took.
//
// The arrays are the caller's, usually views on a mapped file; an Index keeps them alive by references and
// owns only its scratch. One Index belongs to one JavaScript thread; many may look at the same memory.
#include <limits>

#include "binding/held.h"
#include "binding/node.h"
#include "core/hnsw/searcher.h"

namespace sepet::binding {
namespace {

constexpr uint64_t kDefaultEf = 200;
constexpr uint64_t kDefaultRerank = 64;

// The arrays of one batch, all lengths checked against each other.
struct Batch {
  std::span<const float> queries;
  std::span<uint32_t> rows;
  std::span<float> scores;
  std::span<uint32_t> counts;
  std::span<const uint32_t> skip;
  hnsw::Allowed allowed;
  std::optional<std::span<const uint32_t>> among;
  std::optional<uint32_t> scan_rows;
  uint32_t rerank;
  size_t size;
  uint32_t k;
  uint32_t ef;

  hnsw::Asked Asked() const { return {{queries.data(), size, k, skip}, ef, allowed, scan_rows, rerank}; }
};

// The shape of the vectors that a batch is asked of.
struct Shape {
  size_t rows;
  size_t dims;
};

std::optional<hnsw::RowSet> ReadRows(const Fields& fields, const char* name, size_t rows) {
  if (!fields.Has(name)) return std::nullopt;
  return hnsw::RowSet(fields.Array<uint32_t>(name, hnsw::RowSet::WordsFor(rows)), rows);
}

void ReadFilter(const Fields& fields, size_t rows, Batch& batch) {
  const auto whole = [&](const char* name, uint64_t otherwise) {
    return static_cast<uint32_t>(fields.Has(name) ? fields.Whole(name, {0, hnsw::kMaxRows}) : otherwise);
  };
  if (fields.Has("scanRows")) batch.scan_rows = whole("scanRows", 0);
  batch.rerank = whole("rerank", kDefaultRerank);
  batch.allowed = {ReadRows(fields, "filter", rows), ReadRows(fields, "removed", rows)};
  if (fields.Has("among")) batch.among = fields.Array<uint32_t>("among");
}

Batch ReadBatch(const Napi::CallbackInfo& info, Shape shape) {
  const size_t dims = shape.dims;
  const Fields fields(info, {"queries", "k", "ef", "rows", "scores", "counts", "skip", "filter", "removed",
                             "among", "scanRows", "rerank"});
  Batch batch{};
  batch.k = static_cast<uint32_t>(fields.Whole("k", {1, hnsw::kMaxRows}));
  const bool has_ef = fields.Has("ef");
  batch.ef = static_cast<uint32_t>(has_ef ? fields.Whole("ef", {1, hnsw::kMaxRows}) : kDefaultEf);
  batch.queries = fields.Array<float>("queries");
  batch.size = batch.queries.size() / dims;
  if (batch.queries.size() % dims != 0)
    Fail(Code::kArgumentInvalid, "queries must hold a multiple of " + std::to_string(dims) + " floats, not " +
                                     std::to_string(batch.queries.size()) + ".");
  // A typed array has fewer than 2^33 elements, so a product that overflows cannot be matched by one that is
  // given.
  if (batch.size > std::numeric_limits<size_t>::max() / batch.k)
    Fail(Code::kArgumentInvalid, "k is too large.");
  batch.rows = fields.Array<uint32_t>("rows", batch.size * batch.k);
  batch.scores = fields.Array<float>("scores", batch.size * batch.k);
  batch.counts = fields.Array<uint32_t>("counts", batch.size);
  if (fields.Has("skip")) batch.skip = fields.Array<uint32_t>("skip", batch.size);
  ReadFilter(fields, shape.rows, batch);
  return batch;
}

class Index : public Napi::ObjectWrap<Index> {
 public:
  explicit Index(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Index>(info) {
    Guard(info.Env(), [&] { Open(info); });
  }

  Napi::Value Search(const Napi::CallbackInfo& info) {
    return Guard(info.Env(), [&]() -> Napi::Value {
      const Batch batch = ReadBatch(info, {rows_, dims_});
      if (!graph_) Fail(Code::kArgumentInvalid, "This index was made without a graph: use scan.");
      CheckVectors(batch);
      for (const auto* held : {&graph_, &codes_})
        if (*held) (*held)->Get();
      hnsw::Way way = hnsw::Way::kScan;
      if (batch.among)
        searcher_->SearchThese(batch.Asked(), ListAmong(batch));
      else
        way = searcher_->Search(batch.Asked());
      Deliver(batch);
      return Napi::String::New(info.Env(), way == hnsw::Way::kGraph ? "graph" : "scan");
    });
  }

  Napi::Value Scan(const Napi::CallbackInfo& info) {
    return Guard(info.Env(), [&]() -> Napi::Value {
      const Batch batch = ReadBatch(info, {rows_, dims_});
      CheckVectors(batch);
      if (batch.among)
        searcher_->Scan(batch.Asked(), ListAmong(batch));
      else
        searcher_->Scan(batch.Asked(), std::nullopt);
      Deliver(batch);
      return info.Env().Undefined();
    });
  }

  Napi::Value Edges(const Napi::CallbackInfo& info) {
    return Guard(info.Env(), [&]() -> Napi::Value {
      if (graph_) graph_->Get();
      return Napi::Number::New(info.Env(), static_cast<double>(parts_.graph.CountEdges()));
    });
  }

  Napi::Value Stats(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    Napi::Object stats = Napi::Object::New(env);
    const hnsw::GraphHeader& header = parts_.graph.header();
    const auto set = [&](const char* name, uint64_t value) { stats.Set(name, static_cast<double>(value)); };
    set("rows", rows_);
    set("dims", dims_);
    set("graphRows", header.rows);
    set("M", header.M);
    set("efConstruction", header.ef_construction);
    set("maxLevel", header.max_level);
    set("codeBits", parts_.codes.header().bits);
    set("graphBytes", graph_ ? graph_->Get().size() : 0);
    set("codesBytes", codes_ ? codes_->Get().size() : 0);
    set("int8Bytes", int8_ ? int8_->Get().size() : 0);
    set("upperBytes", upper_ ? upper_->Get().size() : 0);
    set("cells", parts_.cells.count());
    set("cellsBytes", cells_ ? cells_->Get().size() : 0);
    stats.Set("kernel", kernels_.name);
    return stats;
  }

 private:
  void Open(const Napi::CallbackInfo& info) {
    const Fields fields(info, {"vectors", "dims", "graph", "codes", "int8", "upper", "cells", "trusted"});
    dims_ = fields.Whole("dims", {1, hnsw::kMaxDims});
    vectors_.emplace(fields.Get("vectors"), "vectors");
    const std::span<const float> floats = vectors_->Get();
    rows_ = floats.size() / dims_;
    if (floats.size() % dims_ != 0 || rows_ > hnsw::kMaxRows)
      Fail(Code::kArgumentInvalid, "vectors must hold a multiple of " + std::to_string(dims_) +
                                       " floats, not " + std::to_string(floats.size()) + ".");
    parts_.vectors = {floats.data(), rows_, dims_};
    const bool trusted = fields.Has("trusted") && fields.Boolean("trusted");
    if (!trusted) Check(hnsw::CheckFinite(parts_.vectors, kernels_, "vectors"));
    if (fields.Has("graph"))
      Check(hnsw::Graph::Open(HoldBytes(fields, "graph", graph_), rows_, !trusted, &parts_.graph));
    if (fields.Has("codes"))
      Check(hnsw::Codes::Open(HoldBytes(fields, "codes", codes_), parts_.graph, dims_, &parts_.codes));
    if (fields.Has("int8"))
      Check(hnsw::Quantized::Open(HoldBytes(fields, "int8", int8_), parts_.graph.header().rows, dims_,
                                  &parts_.quantized));
    if (fields.Has("upper"))
      Check(hnsw::Quantized::Open(HoldBytes(fields, "upper", upper_), parts_.graph.header().upper_nodes,
                                  dims_, &parts_.upper));
    if (fields.Has("cells")) {
      if (parts_.quantized.empty())
        Fail(Code::kArgumentInvalid, "cells need the int8 vectors of their rows.");
      Check(hnsw::Cells::Open(HoldBytes(fields, "cells", cells_), parts_.graph.header().rows, dims_, !trusted,
                              &parts_.cells));
    }
    searcher_.emplace(parts_, kernels_);
  }

  std::span<const std::byte> HoldBytes(const Fields& fields, const char* name,
                                       std::optional<HeldArray<uint8_t>>& held) {
    held.emplace(fields.Get(name), name);
    return std::as_bytes(held->Get());
  }

  // The arrays are where they were, and the queries are numbers.
  void CheckVectors(const Batch& batch) const {
    vectors_->Get();
    if (int8_) int8_->Get();
    if (upper_) upper_->Get();
    if (cells_) cells_->Get();
    Check(hnsw::CheckFinite({batch.queries.data(), batch.size, dims_}, kernels_, "queries"));
  }

  // Copies the rows while they are checked: shared memory could change in between.
  std::span<const uint32_t> ListAmong(const Batch& batch) {
    among_.clear();
    uint64_t next = 0;
    for (const uint32_t row : *batch.among) {
      if (row < next || row >= rows_)
        Fail(Code::kArgumentInvalid, "among must hold ascending rows below " + std::to_string(rows_) +
                                         ", each once; " + std::to_string(row) + " is out of place.");
      next = uint64_t{row} + 1;
      if (batch.allowed.Has(row)) among_.push_back(row);
    }
    return among_;
  }

  // Writes the hits of all queries; the places behind them say so.
  void Deliver(const Batch& batch) const {
    for (size_t query = 0; query < batch.size; ++query) {
      const std::span<const hnsw::Hit> hits = searcher_->Hits(query);
      const size_t begin = query * batch.k;
      for (size_t i = 0; i < batch.k; ++i) {
        const bool found = i < hits.size();
        batch.rows[begin + i] = found ? hits[i].row : hnsw::kNone;
        batch.scores[begin + i] = found ? hits[i].score : -std::numeric_limits<float>::infinity();
      }
      batch.counts[query] = static_cast<uint32_t>(hits.size());
    }
  }

  const simd::Kernels& kernels_ = simd::ActiveKernels();
  size_t rows_ = 0;
  size_t dims_ = 0;
  std::optional<HeldArray<float>> vectors_;
  std::optional<HeldArray<uint8_t>> graph_;
  std::optional<HeldArray<uint8_t>> codes_;
  std::optional<HeldArray<uint8_t>> int8_;
  std::optional<HeldArray<uint8_t>> upper_;
  std::optional<HeldArray<uint8_t>> cells_;
  hnsw::Parts parts_{};
  std::optional<hnsw::Searcher> searcher_;
  std::vector<uint32_t> among_;
};

}  // namespace

void RegisterIndex(Napi::Env env, Napi::Object exports) {
  exports.Set("Index", Index::DefineClass(env, "Index",
                                          {
                                              Index::InstanceMethod<&Index::Search>("search"),
                                              Index::InstanceMethod<&Index::Scan>("scan"),
                                              Index::InstanceMethod<&Index::Stats>("stats"),
                                              Index::InstanceMethod<&Index::Edges>("edges"),
                                          }));
}

}  // namespace sepet::binding
