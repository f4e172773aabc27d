// A finished HNSW graph (Malkov, Yashunin 2016), read in place from the bytes of a `graph` section.
// Immutable: any number of threads may search one at once. The bytes belong to the caller and must outlive
// the Graph.
//
// The section, little-endian, drawn again in docs/formats.md; every part is an array of u32:
//
//     header     64 bytes, below
//     base       rows lists of 2M rows: the neighbours of a row, nearest first or not, then kNone to the end
//     upperRows  the row of each upper node (one that lives above the base level), ascending
//     firstList  upperNodes + 1 positions in `upper`: node u has lists firstList[u] .. firstList[u+1]-1,
//                one for each level 1, 2, ... of the node
//     upper      lists of M upper nodes (positions in upperRows, not rows), then kNone to the end
//     seeds      rows from which every search starts beside the way down from the entry
//
// Open compares every number with the counts, or trusts the bytes. They may be changed by their owner
// afterwards, too; so searches skip numbers out of range, and never follow one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/status.h"
#include "core/hnsw/vectors.h"

namespace sepet::hnsw {

inline constexpr char kGraphMagic[8] = {'S', 'E', 'P', 'H', 'N', 'S', 'W', '\0'};
inline constexpr uint32_t kGraphVersion = 1;
inline constexpr uint32_t kMinM = 2;
inline constexpr uint32_t kMaxM = 128;
inline constexpr uint32_t kMaxEfConstruction = 4096;
inline constexpr uint32_t kMaxLevel = 30;
inline constexpr uint32_t kMaxSeeds = 1024;

struct GraphHeader {
  char magic[8];
  uint32_t version;
  uint32_t rows;
  uint32_t M;
  uint32_t ef_construction;
  uint32_t max_level;
  uint32_t entry;  // an upper node where upper_nodes > 0, else a row; kNone where rows is 0
  uint32_t upper_nodes;
  uint32_t lists;
  uint32_t seeds;
  uint32_t zero[3];
  uint64_t seed;
};
static_assert(sizeof(GraphHeader) == 64);

class Graph {
 public:
  // Checks the bytes: file_foreign, file_version, file_damaged; argument_invalid where they are not aligned
  // to 4 or the graph has more rows than `rows`. With `whole` every number is compared; without, only the
  // header, which takes no time: searches follow no number out of range either way.
  static Status Open(std::span<const std::byte> bytes, size_t rows, bool whole, Graph* graph);
  static Status Open(std::span<const std::byte> bytes, size_t rows, Graph* graph) {
    return Open(bytes, rows, true, graph);
  }

  const GraphHeader& header() const { return header_; }
  uint64_t CountEdges() const;  // links on all levels; reads the whole graph
  std::span<const uint32_t> seeds() const { return seeds_; }
  uint32_t EntryRow() const { return header_.upper_nodes > 0 ? upper_rows_[header_.entry] : header_.entry; }

  // The neighbours of a row on the base level; kNone ends the list early.
  std::span<const uint32_t> Base(uint32_t row) const {
    const size_t width = size_t{2} * header_.M;
    return base_.subspan(row * width, width);
  }
  uint32_t UpperRow(uint32_t node) const { return upper_rows_[node]; }
  uint32_t LevelOf(uint32_t node) const { return first_list_[node + 1] - first_list_[node]; }
  // The neighbours of an upper node on a level from 1 to the node's own.
  std::span<const uint32_t> Upper(uint32_t node, uint32_t level) const {
    const size_t list = size_t{first_list_[node]} + level - 1;
    if (list >= header_.lists) return {};
    return upper_.subspan(list * header_.M, header_.M);
  }

 private:
  Status CheckHeader(std::span<const std::byte> bytes, size_t rows);
  Status CheckEntry() const;
  Status CheckBase();
  Status CheckUpper();

  GraphHeader header_{};  // a copy
  std::span<const uint32_t> base_;
  std::span<const uint32_t> upper_rows_;
  std::span<const uint32_t> first_list_;
  std::span<const uint32_t> upper_;
  std::span<const uint32_t> seeds_;
};

}  // namespace sepet::hnsw
