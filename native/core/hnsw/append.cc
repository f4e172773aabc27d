#include <new>
#include <string>
#include <utility>

#include "core/hnsw/builder.h"
#include "core/hnsw/graph.h"

namespace sepet::hnsw {
namespace {

void CopyLinks(const Graph& graph, Links& links) {
  const GraphHeader& header = graph.header();
  for (uint32_t row = 0; row < header.rows; ++row)
    std::copy(graph.Base(row).begin(), graph.Base(row).end(), links.List(row, 0).begin());
  for (uint32_t node = 0; node < header.upper_nodes; ++node) {
    const uint32_t row = graph.UpperRow(node);
    for (uint32_t level = 1; level <= graph.LevelOf(node); ++level) {
      const std::span<uint32_t> list = links.List(row, level);
      size_t taken = 0;
      for (const uint32_t other : graph.Upper(node, level))
        if (other != kNone) list[taken++] = graph.UpperRow(other);
    }
  }
}

}  // namespace

Status Append(const BuildInput& input, std::span<const std::byte> graph, const RowSet* removed,
              const simd::Kernels& kernels, const BuildParameters& parameters_in, const Progress& progress,
              std::vector<std::byte>* extended) try {
  Graph old;
  Status status = Graph::Open(graph, input.vectors.rows, &old);
  if (!status.ok()) return status;
  const GraphHeader& header = old.header();
  BuildParameters parameters = parameters_in;
  parameters.M = header.M;
  parameters.seed = header.seed;
  status = CheckInput(input, kernels, parameters);
  if (!status.ok()) return status;
  std::vector<uint8_t> levels(input.vectors.rows);
  for (uint32_t node = 0; node < header.upper_nodes; ++node)
    levels[old.UpperRow(node)] = static_cast<uint8_t>(old.LevelOf(node));
  for (uint32_t row = header.rows; row < levels.size(); ++row) levels[row] = DrawLevel(row, parameters);
  Builder builder(input, kernels, parameters, progress, std::move(levels), {});
  CopyLinks(old, builder.links);
  if (header.rows > 0) builder.entry = old.EntryRow();
  progress.Set(Progress::kDone, 0);
  progress.Set(Progress::kTotal,
               static_cast<int64_t>(input.vectors.rows - header.rows + AnswerQueries(input.queries)));
  Inserter inserter(builder);
  for (uint32_t row = header.rows; row < input.vectors.rows; ++row) {
    if (progress.cancelled())
      return {Code::kCancelled, "Appending to the graph was stopped on request; nothing was written."};
    if (header.rows == 0 && row == 0) builder.entry = row;
    inserter.Insert(row, 0, removed);
    if (builder.levels[row] > builder.levels[builder.entry]) builder.entry = row;
    progress.Add(Progress::kDone, 1);
  }
  LinkAnswers(builder);
  Repair(builder);
  *extended = Encode(builder, ChooseSeeds(builder));
  return {};
} catch (const std::bad_alloc&) {
  return {Code::kOutOfMemory, "The machine gave no more memory for a graph over " +
                                  std::to_string(input.vectors.rows) + " rows. Use a machine with more."};
}

}  // namespace sepet::hnsw
