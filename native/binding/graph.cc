// buildGraph({vectors, dims, queries?, M, efConstruction, threads, seed, progress?}) -> Uint8Array, a graph
// section. Blocks its thread until the graph is done; `progress` lets another thread watch and cancel.
#include "core/hnsw/graph.h"

#include <cstring>

#include "binding/node.h"
#include "core/hnsw/build.h"

namespace sepet::binding {
namespace {

constexpr uint64_t kMaxThreads = 256;
constexpr uint64_t kMaxSeed = uint64_t{1} << 53;

hnsw::Vectors VectorsOf(const Fields& fields, const char* name, size_t dims) {
  const std::span<const float> floats = fields.Array<float>(name);
  if (floats.size() % dims != 0)
    Fail(Code::kArgumentInvalid, std::string(name) + " must hold a multiple of " + std::to_string(dims) +
                                     " floats, not " + std::to_string(floats.size()) + ".");
  return {floats.data(), floats.size() / dims, dims};
}

Napi::Value BuildGraph(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&]() -> Napi::Value {
    const Fields fields(info,
                        {"vectors", "dims", "queries", "M", "efConstruction", "threads", "seed", "progress"});
    hnsw::BuildParameters parameters{};
    parameters.M = static_cast<uint32_t>(fields.Whole("M", {hnsw::kMinM, hnsw::kMaxM}));
    parameters.ef_construction =
        static_cast<uint32_t>(fields.Whole("efConstruction", {parameters.M, hnsw::kMaxEfConstruction}));
    parameters.threads = static_cast<uint32_t>(fields.Whole("threads", {1, kMaxThreads}));
    parameters.seed = fields.Whole("seed", {0, kMaxSeed});
    const size_t dims = fields.Whole("dims", {1, hnsw::kMaxDims});
    hnsw::BuildInput input{VectorsOf(fields, "vectors", dims), {nullptr, 0, dims}};
    if (fields.Has("queries")) input.queries = VectorsOf(fields, "queries", dims);
    const Progress progress(fields.Has("progress") ? fields.Array<int64_t>("progress")
                                                   : std::span<int64_t>());
    std::vector<std::byte> bytes;
    Check(hnsw::Build(input, simd::ActiveKernels(), parameters, progress, &bytes));
    Napi::Uint8Array section = Napi::Uint8Array::New(info.Env(), bytes.size());
    std::memcpy(section.Data(), bytes.data(), bytes.size());
    return section;
  });
}

}  // namespace

void RegisterGraph(Napi::Env env, Napi::Object exports) {
  exports.Set("buildGraph", Napi::Function::New(env, BuildGraph, "buildGraph"));
}

}  // namespace sepet::binding
