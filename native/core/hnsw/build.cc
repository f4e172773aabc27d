#include "core/hnsw/build.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <new>
#include <string>

#include "core/base/threads.h"
#include "core/hnsw/builder.h"
#include "core/hnsw/graph.h"

namespace sepet::hnsw {
namespace {

constexpr uint32_t kMaxThreads = 256;

Status CheckInput(const BuildInput& input, const BuildParameters& p) {
  const Vectors& vectors = input.vectors;
  const auto outside = [](const char* name, uint64_t min, uint64_t max) -> Status {
    return {Code::kArgumentInvalid,
            std::string(name) + " must be from " + std::to_string(min) + " to " + std::to_string(max) + "."};
  };
  if (p.M < kMinM || p.M > kMaxM) return outside("M", kMinM, kMaxM);
  if (p.ef_construction < p.M || p.ef_construction > kMaxEfConstruction)
    return outside("efConstruction", p.M, kMaxEfConstruction);
  if (p.threads < 1 || p.threads > kMaxThreads) return outside("threads", 1, kMaxThreads);
  if (vectors.dims < 1 || vectors.dims > kMaxDims) return outside("dims", 1, kMaxDims);
  if (vectors.rows > kMaxRows) return outside("rows", 0, kMaxRows);
  if (input.queries.rows > 0 && input.queries.dims != vectors.dims)
    return {Code::kArgumentInvalid, "queries must have as many dims as the vectors."};
  return {};
}

void InsertAll(Builder& builder, const Progress& progress) {
  std::atomic<size_t> next{0};
  RunThreads(builder.parameters.threads, [&](unsigned) {
    Inserter inserter(builder);
    while (!progress.cancelled()) {
      const size_t i = next.fetch_add(1, std::memory_order_relaxed);
      if (i >= builder.order.size()) return;
      inserter.Insert(builder.order[i]);
      progress.Add(Progress::kDone, 1);
    }
  });
}

GraphHeader MakeHeader(const Builder& builder, size_t seeds) {
  GraphHeader header{};
  std::memcpy(header.magic, kGraphMagic, sizeof kGraphMagic);
  header.version = kGraphVersion;
  header.rows = static_cast<uint32_t>(builder.vectors.rows);
  header.M = builder.parameters.M;
  header.ef_construction = builder.parameters.ef_construction;
  header.seed = builder.parameters.seed;
  header.upper_nodes = static_cast<uint32_t>(builder.links.upper_rows().size());
  header.lists = builder.links.first_list().back();
  header.seeds = static_cast<uint32_t>(seeds);
  header.entry = kNone;
  if (!builder.order.empty()) {
    const uint32_t entry = builder.order.front();
    header.max_level = builder.levels[entry];
    header.entry = header.upper_nodes > 0 ? builder.links.NodeOf(entry) : entry;
  }
  return header;
}

}  // namespace

std::vector<std::byte> Encode(const Builder& builder, std::span<const uint32_t> seeds) {
  const Links& links = builder.links;
  std::vector<uint32_t> upper(links.upper().begin(), links.upper().end());
  for (uint32_t& row : upper)
    if (row != kNone) row = links.NodeOf(row);
  const GraphHeader header = MakeHeader(builder, seeds.size());
  const std::span<const uint32_t> parts[] = {links.base(), links.upper_rows(), links.first_list(), upper,
                                             seeds};
  size_t total = sizeof header;
  for (const auto& part : parts) total += part.size_bytes();
  std::vector<std::byte> bytes(total);
  std::memcpy(bytes.data(), &header, sizeof header);
  size_t at = sizeof header;
  for (const auto& part : parts) {
    if (!part.empty()) std::memcpy(bytes.data() + at, part.data(), part.size_bytes());
    at += part.size_bytes();
  }
  return bytes;
}

Status Build(const BuildInput& input, const simd::Kernels& kernels, const BuildParameters& parameters,
             const Progress& progress, std::vector<std::byte>* bytes) try {
  Status status = CheckInput(input, parameters);
  if (status.ok()) status = CheckFinite(input.vectors, kernels, "vectors");
  if (status.ok()) status = CheckFinite(input.queries, kernels, "queries");
  if (!status.ok()) return status;
  Builder builder(input, kernels, parameters);
  progress.Set(Progress::kDone, 0);
  progress.Set(Progress::kTotal, static_cast<int64_t>(input.vectors.rows + ShapeQueries(builder)));
  InsertAll(builder, progress);
  Shape(builder, progress);
  if (progress.cancelled())
    return {Code::kCancelled, "The graph build was stopped on request; nothing was written."};
  Repair(builder);
  const std::vector<uint32_t> seeds = ChooseSeeds(builder);
  *bytes = Encode(builder, seeds);
  return {};
} catch (const std::bad_alloc&) {
  return {Code::kOutOfMemory, "The machine gave no more memory for a graph over " +
                                  std::to_string(input.vectors.rows) +
                                  " rows. Lower M, or use a machine with more."};
}

}  // namespace sepet::hnsw
