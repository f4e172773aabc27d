#include "core/hnsw/graph.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace sepet::hnsw {
namespace {

Status Damaged(const std::string& what) {
  return {Code::kFileDamaged, "The graph is damaged: " + what + ". Build the artifact again."};
}

// The links at the front of a list, or -1 where something stands behind the first empty place or `good`
// refuses.
template <typename Good>
int CountLinks(std::span<const uint32_t> list, const Good& good) {
  size_t count = 0;
  while (count < list.size() && list[count] != kNone)
    if (!good(list[count++])) return -1;
  for (size_t i = count; i < list.size(); ++i)
    if (list[i] != kNone) return -1;
  return static_cast<int>(count);
}

}  // namespace

Status Graph::Open(std::span<const std::byte> bytes, size_t rows, bool whole, Graph* graph) {
  Graph opened;
  Status status = opened.CheckHeader(bytes, rows);
  if (status.ok()) status = opened.CheckEntry();
  if (whole && status.ok()) status = opened.CheckBase();
  if (whole && status.ok()) status = opened.CheckUpper();
  if (status.ok()) *graph = opened;
  return status;
}

uint64_t Graph::CountEdges() const {
  const auto count = [](std::span<const uint32_t> places) {
    return static_cast<uint64_t>(
        std::count_if(places.begin(), places.end(), [](uint32_t link) { return link != kNone; }));
  };
  return count(base_) + count(upper_);
}

Status Graph::CheckHeader(std::span<const std::byte> bytes, size_t rows) {
  if (reinterpret_cast<uintptr_t>(bytes.data()) % alignof(uint32_t) != 0)
    return {Code::kArgumentInvalid, "graph must lie on a multiple of 4 bytes."};
  if (bytes.size() < sizeof(GraphHeader) || std::memcmp(bytes.data(), kGraphMagic, sizeof kGraphMagic) != 0)
    return {Code::kFileForeign, "The graph does not begin with the magic bytes of a Sepet graph."};
  std::memcpy(&header_, bytes.data(), sizeof header_);
  const GraphHeader& h = header_;
  if (h.version != kGraphVersion)
    return {Code::kFileVersion, "The graph has version " + std::to_string(h.version) +
                                    "; this build reads version 1. Build the artifact again."};
  if (h.rows > rows)
    return {Code::kArgumentInvalid, "The graph has " + std::to_string(h.rows) + " rows and the vectors " +
                                        std::to_string(rows) + ": they belong to different builds."};
  const bool bounded = h.M >= kMinM && h.M <= kMaxM && h.ef_construction <= kMaxEfConstruction &&
                       h.max_level <= kMaxLevel && h.upper_nodes <= h.rows && h.seeds <= kMaxSeeds &&
                       h.zero[0] == 0 && h.zero[1] == 0 && h.zero[2] == 0;
  if (!bounded) return Damaged("its header holds impossible numbers");
  // All counts are below 2^32 and the widths below 2^8: these sums cannot overflow 64 bits.
  const uint64_t words[5] = {uint64_t{2} * h.M * h.rows, h.upper_nodes, uint64_t{h.upper_nodes} + 1,
                             uint64_t{h.M} * h.lists, h.seeds};
  uint64_t wanted = sizeof(GraphHeader);
  for (const uint64_t count : words) wanted += count * sizeof(uint32_t);
  if (wanted != bytes.size())
    return Damaged("it has " + std::to_string(bytes.size()) + " bytes, not " + std::to_string(wanted));
  const auto* at = reinterpret_cast<const uint32_t*>(bytes.data() + sizeof(GraphHeader));
  std::span<const uint32_t>* const parts[5] = {&base_, &upper_rows_, &first_list_, &upper_, &seeds_};
  for (size_t i = 0; i < 5; ++i) {
    *parts[i] = {at, words[i]};
    at += words[i];
  }
  return {};
}

Status Graph::CheckEntry() const {
  const uint32_t entries = header_.upper_nodes == 0 ? header_.rows : header_.upper_nodes;
  const bool empty = header_.rows == 0 && header_.entry == kNone;
  if (!empty && header_.entry >= entries) return Damaged("its entry does not exist");
  return {};
}

Status Graph::CheckBase() {
  const uint32_t rows = header_.rows;
  for (uint32_t row = 0; row < rows; ++row) {
    const int count = CountLinks(Base(row), [&](uint32_t link) { return link < rows && link != row; });
    if (count < 0) return Damaged("row " + std::to_string(row) + " has an impossible neighbour");
  }
  for (const uint32_t seed : seeds_)
    if (seed >= rows) return Damaged("a search would start at row " + std::to_string(seed));
  return {};
}

Status Graph::CheckUpper() {
  const uint32_t nodes = header_.upper_nodes;
  if (first_list_[0] != 0 || first_list_[nodes] != header_.lists) return Damaged("its levels do not add up");
  uint32_t highest = 0;
  for (uint32_t node = 0; node < nodes; ++node) {
    if (upper_rows_[node] >= header_.rows || (node > 0 && upper_rows_[node] <= upper_rows_[node - 1]))
      return Damaged("its upper nodes are out of order");
    if (first_list_[node + 1] <= first_list_[node] || LevelOf(node) > header_.max_level ||
        first_list_[node + 1] > header_.lists)
      return Damaged("upper node " + std::to_string(node) + " has an impossible level");
    highest = std::max(highest, LevelOf(node));
  }
  if (highest != header_.max_level || (nodes > 0 && LevelOf(header_.entry) != highest))
    return Damaged("its entry is not on the highest level");
  for (uint32_t node = 0; node < nodes; ++node) {
    for (uint32_t level = 1; level <= LevelOf(node); ++level) {
      const int count = CountLinks(Upper(node, level), [&](uint32_t link) {
        return link < nodes && link != node && LevelOf(link) >= level;
      });
      if (count < 0) return Damaged("upper node " + std::to_string(node) + " has an impossible neighbour");
    }
  }
  return {};
}

}  // namespace sepet::hnsw
