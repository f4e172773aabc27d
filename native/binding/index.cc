// class Index({vectors, dims, graph?}) with search(call), scan(call) and stats().
//
// The arrays are the caller's, usually views on a mapped file; an Index keeps them alive by references and
// owns only its scratch. One Index belongs to one JavaScript thread; many may look at the same memory.
#include <limits>

#include "binding/node.h"
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
  size_t size;
  uint32_t k;
  uint32_t ef;
};

Batch ReadBatch(const Napi::CallbackInfo& info, size_t dims) {
  const Fields fields(info, {"queries", "k", "ef", "rows", "scores", "counts", "skip"});
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
      const Batch batch = ReadBatch(info, dims_);
      if (!graph_bytes_) Fail(Code::kArgumentInvalid, "This index was made without a graph: use scan.");
      graph_bytes_->Get();
      const hnsw::Vectors vectors = CheckedVectors(batch);
      hits_.resize(batch.k);
      for (size_t q = 0; q < batch.size; ++q) {
        const uint32_t skip = batch.skip.empty() ? hnsw::kNone : batch.skip[q];
        const hnsw::Query query{batch.queries.data() + q * dims_, batch.k, batch.ef, skip};
        const size_t count = hnsw::Search(graph_, vectors, kernels_, query, scratch_, hits_);
        Deliver(batch, q, std::span(hits_).first(count));
      }
      return info.Env().Undefined();
    });
  }

  Napi::Value Scan(const Napi::CallbackInfo& info) {
    return Guard(info.Env(), [&]() -> Napi::Value {
      const Batch batch = ReadBatch(info, dims_);
      const hnsw::Vectors vectors = CheckedVectors(batch);
      hnsw::Scan(vectors, kernels_, batch.queries.data(), batch.size, batch.k, batch.skip, scratch_);
      for (size_t q = 0; q < batch.size; ++q) Deliver(batch, q, scratch_.tops[q].Sorted());
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

  const simd::Kernels& kernels_ = simd::ActiveKernels();
  size_t rows_ = 0;
  size_t dims_ = 0;
  size_t graph_size_ = 0;
  std::optional<Held<float>> vectors_;
  std::optional<Held<uint8_t>> graph_bytes_;
  hnsw::Graph graph_;
  hnsw::Scratch scratch_;
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
