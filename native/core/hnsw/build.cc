#include "core/hnsw/build.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <new>
#include <string>
#include <utility>

#include "core/hnsw/builder.h"
#include "core/hnsw/graph.h"

namespace sepet::hnsw {
namespace {

constexpr uint32_t kMaxThreads = 256;

}  // namespace

Status CheckInput(const BuildInput& input, const simd::Kernels& kernels, const BuildParameters& p) {
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
  const Status status = CheckFinite(vectors, kernels, "vectors");
  return status.ok() ? CheckFinite(input.queries, kernels, "queries") : status;
}

namespace {

int64_t Steps(const Builder& builder) {
  const size_t linked = builder.all.size() - builder.twins.size();
  const auto answers = static_cast<int64_t>(AnswerQueries(builder.queries));
  if (builder.queries.rows > 0) return static_cast<int64_t>(linked) + answers;
  const auto upper =
      std::count_if(builder.levels.begin(), builder.levels.end(), [](uint8_t level) { return level > 0; });
  return LinkSteps(linked, builder.Shape(0)) + LinkSteps(static_cast<size_t>(upper), builder.Shape(1)) +
         answers;
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
  if (builder.entry != kNone) {
    header.max_level = builder.levels[builder.entry];
    header.entry = header.upper_nodes > 0 ? builder.links.NodeOf(builder.entry) : builder.entry;
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
  Status status = CheckInput(input, kernels, parameters);
  if (!status.ok()) return status;
  std::vector<Twin> twins = FindTwins(input.vectors, parameters.threads);
  std::vector<uint8_t> levels(input.vectors.rows);
  for (uint32_t row = 0; row < levels.size(); ++row) levels[row] = DrawLevel(row, parameters);
  for (const Twin& twin : twins) levels[twin.row] = 0;
  Builder builder(input, kernels, parameters, progress, std::move(levels), std::move(twins));
  progress.Set(Progress::kDone, 0);
  progress.Set(Progress::kTotal, Steps(builder));
  LinkAll(builder);
  LinkTwins(builder);
  LinkAnswers(builder);
  if (progress.cancelled())
    return {Code::kCancelled, "The graph build was stopped on request; nothing was written."};
  Repair(builder);
  *bytes = Encode(builder, ChooseSeeds(builder));
  return {};
} catch (const std::bad_alloc&) {
  return {Code::kOutOfMemory, "The machine gave no more memory for a graph over " +
                                  std::to_string(input.vectors.rows) +
                                  " rows. Lower M, or use a machine with more."};
}

uint64_t UpperListsBound(uint64_t rows, uint32_t M) {
  // A row has on average 1 / (M - 1) lists above the base level, each with the standard deviation
  // sqrt(M) / (M - 1); and a row in M has one at all. Ten deviations above is out of any seed's reach.
  const double mean = static_cast<double>(rows) / (M - 1), deviation = std::sqrt(mean * M / (M - 1));
  return static_cast<uint64_t>(mean + 10 * deviation) + kMaxLevel;
}

uint64_t GraphBytesBound(uint64_t rows, uint32_t M) {
  const uint64_t lists = UpperListsBound(rows, M);
  return sizeof(GraphHeader) + sizeof(uint32_t) * (rows * 2 * M + lists * (M + 2) + 1 + kMaxSeeds);
}

uint64_t BuildMemoryBound(uint64_t rows, size_t dims, uint32_t M, uint32_t ef_construction, uint32_t threads,
                          bool sampled) {
  const uint64_t graph = GraphBytesBound(rows, M), padded = dims + (sampled ? 2 : 1);
  const uint64_t directions = rows * (2 * padded + sizeof(float));
  const uint64_t a_row =
      1 + sizeof(Twin) + 3 * sizeof(uint32_t);  // level, twin, all, node, a level's members
  const uint64_t lists = LinkMemoryBound(rows, padded, ShapeOf(0, M, ef_construction, sampled), threads);
  // Answers are looked for on a copy of the graph.
  const uint64_t answers = sampled ? graph + AnswersMemoryBound(rows, dims, threads) : 0;
  const uint64_t ends = graph + rows * (sizeof(uint32_t) + 2 + sizeof(Hit));
  return directions + graph + rows * a_row + std::max({lists, answers, ends}) + (uint64_t{1} << 16);
}

}  // namespace sepet::hnsw
