// buildGraph({vectors, dims, queries?, M, efConstruction, threads, seed, progress?}) -> Uint8Array, a graph
// section. Blocks its thread until the graph is done; `progress` lets another thread watch and cancel.
//
// buildCodes({graph, vectors, dims, bits, threads, seed, progress?}) -> Uint8Array, its codes section.
// buildInt8({vectors, dims, threads?}) -> Uint8Array, an int8 copy.
// arrangeCells({vectors, dims, threads, seed}) -> {order: Uint32Array, starts: Uint32Array}.
// buildUpper({graph, vectors, dims, threads?}) -> Uint8Array, an int8 copy of the upper nodes' vectors.
// buildCells({vectors, dims, int8, starts, threads?}) -> Uint8Array, a cells section.
// buildBounds({rows, dims, M, efConstruction, threads, codeBits?}) -> {codeBits, graphBytes, codesBytes,
// int8Bytes, upperBytes, cellsBytes, memoryBytes}: what these make, and allocate together at most.
#include "core/hnsw/graph.h"

#include <algorithm>
#include <cstring>

#include "binding/node.h"
#include "core/hnsw/arrange.h"
#include "core/hnsw/build.h"
#include "core/hnsw/cells.h"
#include "core/hnsw/codes.h"
#include "core/hnsw/quantized.h"

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

Progress ProgressOf(const Fields& fields) {
  return Progress(fields.Has("progress") ? fields.Array<int64_t>("progress") : std::span<int64_t>());
}

Napi::Value Section(Napi::Env env, const std::vector<std::byte>& bytes) {
  Napi::Uint8Array section = Napi::Uint8Array::New(env, bytes.size());
  std::memcpy(section.Data(), bytes.data(), bytes.size());
  return section;
}

// The bytes of a section that is made in place.
std::span<std::byte> BytesOf(Napi::Uint8Array section) {
  return std::as_writable_bytes(std::span(section.Data(), section.ByteLength()));
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
    std::vector<std::byte> bytes;
    Check(hnsw::Build(input, simd::ActiveKernels(), parameters, ProgressOf(fields), &bytes));
    return Section(info.Env(), bytes);
  });
}

Napi::Value BuildCodes(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&]() -> Napi::Value {
    const Fields fields(info, {"graph", "vectors", "dims", "bits", "threads", "seed", "progress"});
    hnsw::CodesParameters parameters{};
    parameters.threads = static_cast<uint32_t>(fields.Whole("threads", {1, kMaxThreads}));
    parameters.seed = fields.Whole("seed", {0, kMaxSeed});
    const hnsw::Vectors vectors = VectorsOf(fields, "vectors", fields.Whole("dims", {1, hnsw::kMaxDims}));
    parameters.bits = fields.Has("bits") ? static_cast<uint32_t>(fields.Whole("bits", {1, 2}))
                                         : hnsw::DefaultCodeBits(vectors.dims);
    hnsw::Graph graph;
    Check(hnsw::Graph::Open(std::as_bytes(fields.Array<uint8_t>("graph")), vectors.rows, &graph));
    const uint64_t bytes =
        hnsw::CodesBytes(graph.header().rows, vectors.dims, 2 * graph.header().M, parameters.bits);
    Napi::Uint8Array section = Napi::Uint8Array::New(info.Env(), bytes);
    Check(hnsw::BuildCodes(graph, vectors, parameters, ProgressOf(fields), BytesOf(section)));
    return section;
  });
}

uint32_t ThreadsOf(const Fields& fields) {
  return fields.Has("threads") ? static_cast<uint32_t>(fields.Whole("threads", {1, kMaxThreads})) : 1;
}

Napi::Value BuildInt8(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&]() -> Napi::Value {
    const Fields fields(info, {"vectors", "dims", "threads"});
    const hnsw::Vectors vectors = VectorsOf(fields, "vectors", fields.Whole("dims", {1, hnsw::kMaxDims}));
    Napi::Uint8Array section =
        Napi::Uint8Array::New(info.Env(), hnsw::QuantizedBytes(vectors.rows, vectors.dims));
    Check(hnsw::BuildQuantized(vectors, ThreadsOf(fields), BytesOf(section)));
    return section;
  });
}

Napi::Value BuildUpper(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&]() -> Napi::Value {
    const Fields fields(info, {"graph", "vectors", "dims", "threads"});
    const hnsw::Vectors vectors = VectorsOf(fields, "vectors", fields.Whole("dims", {1, hnsw::kMaxDims}));
    hnsw::Graph graph;
    Check(hnsw::Graph::Open(std::as_bytes(fields.Array<uint8_t>("graph")), vectors.rows, &graph));
    Napi::Uint8Array section =
        Napi::Uint8Array::New(info.Env(), hnsw::QuantizedBytes(graph.header().upper_nodes, vectors.dims));
    Check(hnsw::BuildUpper(graph, vectors, ThreadsOf(fields), BytesOf(section)));
    return section;
  });
}

Napi::Uint32Array Numbers(Napi::Env env, std::span<const uint32_t> numbers) {
  Napi::Uint32Array array = Napi::Uint32Array::New(env, numbers.size());
  std::copy(numbers.begin(), numbers.end(), array.Data());
  return array;
}

Napi::Value ArrangeCells(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&]() -> Napi::Value {
    const Fields fields(info, {"vectors", "dims", "threads", "seed"});
    const hnsw::Vectors vectors = VectorsOf(fields, "vectors", fields.Whole("dims", {1, hnsw::kMaxDims}));
    hnsw::Arrangement arrangement;
    Check(hnsw::Arrange(vectors, simd::ActiveKernels(), ThreadsOf(fields),
                        fields.Whole("seed", {0, kMaxSeed}), &arrangement));
    Napi::Object result = Napi::Object::New(info.Env());
    result.Set("order", Numbers(info.Env(), arrangement.order));
    result.Set("starts", Numbers(info.Env(), arrangement.starts));
    return result;
  });
}

Napi::Value BuildCells(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&]() -> Napi::Value {
    const Fields fields(info, {"vectors", "dims", "int8", "starts", "threads"});
    const hnsw::Vectors vectors = VectorsOf(fields, "vectors", fields.Whole("dims", {1, hnsw::kMaxDims}));
    hnsw::Quantized quantized;
    Check(hnsw::Quantized::Open(std::as_bytes(fields.Array<uint8_t>("int8")), vectors.rows, vectors.dims,
                                &quantized));
    const std::span<const uint32_t> starts = fields.Array<uint32_t>("starts");
    if (starts.empty()) Fail(Code::kArgumentInvalid, "starts must ascend from 0 to the number of rows.");
    Napi::Uint8Array section =
        Napi::Uint8Array::New(info.Env(), hnsw::CellsBytes(starts.size() - 1, vectors.dims));
    Check(hnsw::BuildCells(vectors, quantized, starts, ThreadsOf(fields), BytesOf(section)));
    return section;
  });
}

// The bits that are asked for or, without, those that suit the dims; 0 for no codes.
uint32_t CodeBitsOf(const Fields& fields, size_t dims) {
  const bool fits = dims <= hnsw::kMaxCodedDims;
  if (!fields.Has("codeBits")) return fits ? hnsw::DefaultCodeBits(dims) : 0;
  const auto bits = static_cast<uint32_t>(fields.Whole("codeBits", {0, 2}));
  if (bits * dims > hnsw::kMaxCodedDims)
    Fail(Code::kArgumentInvalid,
         "codeBits must be 0" + std::string(fits ? " or 1" : "") + " for vectors of " + std::to_string(dims) +
             " dims: those are too long for codes of " + std::to_string(bits) + " bits a dimension.");
  return bits;
}

Napi::Value BuildBounds(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&]() -> Napi::Value {
    const Fields fields(info, {"rows", "dims", "M", "efConstruction", "threads", "codeBits"});
    const uint64_t rows = fields.Whole("rows", {0, hnsw::kMaxRows});
    const size_t dims = fields.Whole("dims", {1, hnsw::kMaxDims});
    const auto M = static_cast<uint32_t>(fields.Whole("M", {hnsw::kMinM, hnsw::kMaxM}));
    const auto ef_construction =
        static_cast<uint32_t>(fields.Whole("efConstruction", {M, hnsw::kMaxEfConstruction}));
    const auto threads = static_cast<uint32_t>(fields.Whole("threads", {1, kMaxThreads}));
    const uint32_t bits = CodeBitsOf(fields, dims);
    const bool is_lean = bits == 0 && fields.Has("codeBits");
    const uint64_t graph = hnsw::GraphBytesBound(rows, M);
    const uint64_t codes = bits == 0 ? 0 : hnsw::CodesBytes(rows, dims, 2 * M, bits);
    const uint64_t int8 = is_lean ? 0 : hnsw::QuantizedBytes(rows, dims);
    const uint64_t upper = is_lean ? 0 : hnsw::UpperListsBound(rows, M);
    const uint64_t upper_bytes = is_lean ? 0 : hnsw::QuantizedBytes(upper, dims);
    const uint64_t cells = is_lean ? 0 : hnsw::CellsBytes(hnsw::MostCells(rows), dims);
    const uint64_t arranging = is_lean ? 0 : hnsw::ArrangeMemoryBound(rows, dims, threads);
    // One is made after the other; the graph is copied for JavaScript when it is done.
    const uint64_t making_codes = bits == 0 ? 0 : hnsw::CodesMemoryBound(rows, dims, 2 * M, bits);
    const uint64_t memory = std::max(
        {hnsw::BuildMemoryBound(rows, dims, M, ef_construction, threads) + graph, arranging,
         graph + making_codes, graph + codes + int8 + upper_bytes + upper * dims * sizeof(float) + cells});
    Napi::Object bounds = Napi::Object::New(info.Env());
    const auto set = [&](const char* name, uint64_t value) { bounds.Set(name, static_cast<double>(value)); };
    set("codeBits", bits);
    set("graphBytes", graph);
    set("codesBytes", codes);
    set("int8Bytes", int8);
    set("upperBytes", upper_bytes);
    set("cellsBytes", cells);
    set("memoryBytes", memory);
    return bounds;
  });
}

}  // namespace

void RegisterGraph(Napi::Env env, Napi::Object exports) {
  exports.Set("buildGraph", Napi::Function::New(env, BuildGraph, "buildGraph"));
  exports.Set("buildCodes", Napi::Function::New(env, BuildCodes, "buildCodes"));
  exports.Set("buildBounds", Napi::Function::New(env, BuildBounds, "buildBounds"));
  exports.Set("arrangeCells", Napi::Function::New(env, ArrangeCells, "arrangeCells"));
  exports.Set("buildUpper", Napi::Function::New(env, BuildUpper, "buildUpper"));
  exports.Set("buildCells", Napi::Function::New(env, BuildCells, "buildCells"));
  exports.Set("buildInt8", Napi::Function::New(env, BuildInt8, "buildInt8"));
}

}  // namespace sepet::binding
