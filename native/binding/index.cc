// class Index({vectors, dims, graph?}) with search(call), scan(call) and stats(). search says which way it
// took.
//
// The arrays are the caller's, usually views on a mapped file; an Index keeps them alive by references and
// owns only its scratch. One Index belongs to one JavaScript thread; many may look at the same memory.
#include <limits>

#include "binding/node.h"
#include "core/hnsw/filter.h"
#include "core/hnsw/rowset.h"
#include "core/hnsw/search.h"

namespace sepet::binding {
namespace {

constexpr uint64_t kDefaultEf = 200;

// A typed array that a C++ object goes on reading after the call that brought it.
template <typename T>
class Held {
 public:
  Held(Napi::Value value, const char* name)
      : reference_(Napi::Persistent(value.As<Napi::Object>())),
        elements_(Elements<T>(value, name)),
        name_(name) {}

  // The elements, checked to be where they were: a buffer may have been detached or resized since.
  std::span<T> Get() const {
    const std::span<T> now = Elements<T>(reference_.Value(), name_);
    if (now.data() != elements_.data() || now.size() != elements_.size())
      Fail(Code::kArgumentInvalid, std::string(name_) + " was detached or resized after the index was made.");
    return now;
  }

 private:
  Napi::ObjectReference reference_;
  std::span<T> elements_;
  const char* name_;
};

Napi::Value CheckedObject(Napi::Value value, const char* name) {
  if (!value.IsTypedArray()) Fail(Code::kArgumentInvalid, std::string(name) + " must be a typed array.");
  return value;
}

// The arrays of one batch, all lengths checked against each other.
struct Batch {
  std::span<const float> queries;
  std::span<uint32_t> rows;
  std::span<float> scores;
  std::span<uint32_t> counts;
  std::span<const uint32_t> skip;
  std::optional<hnsw::RowSet> filter;
  std::optional<std::span<const uint32_t>> among;
  uint32_t scan_rows;
  size_t size;
  uint32_t k;
  uint32_t ef;

  hnsw::Queries Queries() const { return {queries.data(), size, k, skip}; }
};

// The shape of the vectors that a batch is asked of.
struct Shape {
  size_t rows;
  size_t dims;
};

void ReadFilter(const Fields& fields, size_t rows, Batch& batch) {
  const bool has_limit = fields.Has("scanRows");
  batch.scan_rows = has_limit ? static_cast<uint32_t>(fields.Whole("scanRows", {0, hnsw::kMaxRows}))
                              : hnsw::DefaultScanRows(batch.k, batch.ef);
  if (fields.Has("filter"))
    batch.filter.emplace(fields.Array<uint32_t>("filter", hnsw::RowSet::WordsFor(rows)), rows);
  if (fields.Has("among")) batch.among = fields.Array<uint32_t>("among");
}

Batch ReadBatch(const Napi::CallbackInfo& info, Shape shape) {
  const size_t dims = shape.dims;
  const Fields fields(
      info, {"queries", "k", "ef", "rows", "scores", "counts", "skip", "filter", "among", "scanRows"});
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

// Writes one query's hits; the places behind them say so.
void Deliver(const Batch& batch, size_t query, std::span<const hnsw::Hit> hits) {
  const size_t begin = query * batch.k;
  for (size_t i = 0; i < batch.k; ++i) {
    const bool found = i < hits.size();
    batch.rows[begin + i] = found ? hits[i].row : hnsw::kNone;
    batch.scores[begin + i] = found ? hits[i].score : -std::numeric_limits<float>::infinity();
  }
  batch.counts[query] = static_cast<uint32_t>(hits.size());
}

class Index : public Napi::ObjectWrap<Index> {
 public:
  explicit Index(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Index>(info) {
    Guard(info.Env(), [&] { Open(info); });
  }

  Napi::Value Search(const Napi::CallbackInfo& info) {
    return Guard(info.Env(), [&]() -> Napi::Value {
      const Batch batch = ReadBatch(info, {rows_, dims_});
      if (!graph_bytes_) Fail(Code::kArgumentInvalid, "This index was made without a graph: use scan.");
      graph_bytes_->Get();
      const hnsw::Vectors vectors = CheckedVectors(batch);
      const hnsw::Way way =
          batch.among || batch.filter ? SearchSome(vectors, batch) : SearchAll(vectors, batch);
      return Napi::String::New(info.Env(), way == hnsw::Way::kGraph ? "graph" : "scan");
    });
  }

  Napi::Value Scan(const Napi::CallbackInfo& info) {
    return Guard(info.Env(), [&]() -> Napi::Value {
      const Batch batch = ReadBatch(info, {rows_, dims_});
      const hnsw::Vectors vectors = CheckedVectors(batch);
      if (batch.among || batch.filter)
        ScanSome(vectors, batch, ListSome(batch, hnsw::kMaxRows));
      else
        ScanAll(vectors, batch);
      return info.Env().Undefined();
    });
  }

  Napi::Value Stats(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    Napi::Object stats = Napi::Object::New(env);
    const hnsw::GraphHeader& header = graph_.header();
    stats.Set("rows", static_cast<double>(rows_));
    stats.Set("dims", static_cast<double>(dims_));
    stats.Set("M", header.M);
    stats.Set("efConstruction", header.ef_construction);
    stats.Set("maxLevel", header.max_level);
    stats.Set("edges", static_cast<double>(graph_.edges()));
    stats.Set("kernel", kernels_.name);
    stats.Set("graphBytes", static_cast<double>(graph_size_));
    return stats;
  }

 private:
  void Open(const Napi::CallbackInfo& info) {
    const Fields fields(info, {"vectors", "dims", "graph"});
    dims_ = fields.Whole("dims", {1, hnsw::kMaxDims});
    vectors_.emplace(CheckedObject(fields.Get("vectors"), "vectors"), "vectors");
    const std::span<const float> floats = vectors_->Get();
    rows_ = floats.size() / dims_;
    if (floats.size() % dims_ != 0 || rows_ > hnsw::kMaxRows)
      Fail(Code::kArgumentInvalid, "vectors must hold a multiple of " + std::to_string(dims_) +
                                       " floats, not " + std::to_string(floats.size()) + ".");
    Check(hnsw::CheckFinite({floats.data(), rows_, dims_}, kernels_, "vectors"));
    if (!fields.Has("graph")) return;
    graph_bytes_.emplace(CheckedObject(fields.Get("graph"), "graph"), "graph");
    const auto bytes = graph_bytes_->Get();
    Check(hnsw::Graph::Open(std::as_bytes(bytes), rows_, &graph_));
    graph_size_ = bytes.size();
  }

  hnsw::Vectors CheckedVectors(const Batch& batch) const {
    const hnsw::Vectors queries{batch.queries.data(), batch.size, dims_};
    Check(hnsw::CheckFinite(queries, kernels_, "queries"));
    return {vectors_->Get().data(), rows_, dims_};
  }

  hnsw::Way SearchAll(const hnsw::Vectors& vectors, const Batch& batch) {
    hits_.resize(batch.k);
    for (size_t q = 0; q < batch.size; ++q) {
      const size_t count = hnsw::Search(graph_, vectors, kernels_, QueryAt(batch, q), scratch_, hits_);
      Deliver(batch, q, std::span(hits_).first(count));
    }
    return hnsw::Way::kGraph;
  }

  // kScan where every query of the batch was answered exactly.
  hnsw::Way SearchSome(const hnsw::Vectors& vectors, const Batch& batch) {
    const std::span<const uint32_t> few = ListSome(batch, batch.scan_rows);
    if (batch.among || filter_.way() == hnsw::Way::kScan) {
      ScanSome(vectors, batch, few);
      return hnsw::Way::kScan;
    }
    hits_.resize(batch.k);
    hnsw::Way way = hnsw::Way::kScan;
    for (size_t q = 0; q < batch.size; ++q) {
      const hnsw::Found found =
          hnsw::SearchAmong(graph_, vectors, kernels_, filter_, QueryAt(batch, q), scratch_, hits_);
      Deliver(batch, q, std::span(hits_).first(found.count));
      if (found.way == hnsw::Way::kGraph) way = found.way;
    }
    return way;
  }

  void ScanAll(const hnsw::Vectors& vectors, const Batch& batch) {
    hnsw::Scan(vectors, kernels_, batch.Queries(), scratch_);
    DeliverTops(batch);
  }

  void ScanSome(const hnsw::Vectors& vectors, const Batch& batch, std::span<const uint32_t> rows) {
    hnsw::ScanAmong(vectors, kernels_, rows, batch.Queries(), scratch_);
    DeliverTops(batch);
  }

  // The rows that `among` and `filter` leave; none, and filter_ made ready for the graph, where the filter
  // alone leaves more than `scan_rows`.
  std::span<const uint32_t> ListSome(const Batch& batch, uint32_t scan_rows) {
    if (batch.among) return ListAmong(batch);
    filter_.Reset(*batch.filter, scan_rows);
    return filter_.way() == hnsw::Way::kScan ? filter_.List() : std::span<const uint32_t>();
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
      if (!batch.filter || batch.filter->Has(row)) among_.push_back(row);
    }
    return among_;
  }

  void DeliverTops(const Batch& batch) {
    for (size_t q = 0; q < batch.size; ++q) Deliver(batch, q, scratch_.tops[q].Sorted());
  }

  hnsw::Query QueryAt(const Batch& batch, size_t q) const {
    const uint32_t skip = batch.skip.empty() ? hnsw::kNone : batch.skip[q];
    return {batch.queries.data() + q * dims_, batch.k, batch.ef, skip};
  }

  const simd::Kernels& kernels_ = simd::ActiveKernels();
  size_t rows_ = 0;
  size_t dims_ = 0;
  size_t graph_size_ = 0;
  std::optional<Held<float>> vectors_;
  std::optional<Held<uint8_t>> graph_bytes_;
  hnsw::Graph graph_;
  hnsw::Scratch scratch_;
  hnsw::Filter filter_;
  std::vector<uint32_t> among_;
  std::vector<hnsw::Hit> hits_;
};

}  // namespace

void RegisterIndex(Napi::Env env, Napi::Object exports) {
  exports.Set("Index", Index::DefineClass(env, "Index",
                                          {
                                              Index::InstanceMethod<&Index::Search>("search"),
                                              Index::InstanceMethod<&Index::Scan>("scan"),
                                              Index::InstanceMethod<&Index::Stats>("stats"),
                                          }));
}

}  // namespace sepet::binding
