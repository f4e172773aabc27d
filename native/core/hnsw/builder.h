// The parts of a build (core/hnsw/build.h) and what they share.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/rng.h"
#include "core/hnsw/build.h"
#include "core/hnsw/level.h"
#include "core/hnsw/links.h"
#include "core/hnsw/search.h"
#include "core/hnsw/select.h"

namespace sepet::hnsw {

// A row and the first row of the same vector.
struct Twin {
  uint32_t row;
  uint32_t original;
};

struct Builder {
  // `levels` has the highest level of each row; `twins` are ascending by original, then by row.
  Builder(const BuildInput& input, const simd::Kernels& kernels, const BuildParameters& parameters,
          const Progress& progress, std::vector<uint8_t> levels, std::vector<Twin> twins);

  LevelInput Level(std::span<const uint32_t> members, uint64_t salt) const {
    return {directions, members, TileFor(kernels), parameters.threads, Mix(parameters.seed, salt), progress};
  }
  ListShape Shape(uint32_t level) const;

  const Vectors vectors;
  const Vectors queries;
  const simd::Kernels& kernels;
  const BuildParameters parameters;
  const Progress& progress;
  const std::vector<uint8_t> levels;
  const std::vector<Twin> twins;
  const Directions directions;
  const std::vector<uint32_t> all;  // every row
  uint32_t entry;                   // the first row on the highest level; kNone where there are no rows
  Links links;
};

// argument_invalid for what Build and Append refuse.
Status CheckInput(const BuildInput& input, const simd::Kernels& kernels, const BuildParameters& parameters);

// Rows whose vectors others had before.
std::vector<Twin> FindTwins(const Vectors& vectors, uint32_t threads);

// The highest level of `row`, drawn from (seed, row).
uint8_t DrawLevel(uint32_t row, const BuildParameters& parameters);

// Lists of `level` that are built in bulk have this shape.
ListShape ShapeOf(uint32_t level, uint32_t M, uint32_t ef_construction, bool is_asked);

// A row that another chose as its neighbour on a level.
struct Choice {
  uint32_t level, row;
};

// Adds rows to a level one by one: a row chooses from what a search finds and is put into the lists of those
// it chose.
class Inserter {
 public:
  explicit Inserter(Builder& builder)
      : builder_(builder), everything_(builder.Level(builder.all, 0)), selector_(everything_) {}

  // On the levels from `lowest` to the row's own; rows of `removed` are no neighbours. A row of the same
  // vector as another is spliced in behind it.
  void Insert(uint32_t row, uint32_t lowest, const RowSet* removed = nullptr);
  // The rows on a level with the greatest inner products with `row` (itself left out) that are found from
  // `start`, best first.
  std::span<const Hit> Similar(uint32_t row, uint32_t start, uint32_t level);

  // What `row` chooses on all its levels, of those that are there; nothing for the entry.
  void Choose(uint32_t row, std::vector<Choice>& choices);
  // Makes the choices of `row` its lists.
  void Write(uint32_t row, std::span<const Choice> choices);
  // Puts `to` into the list of `from`, which chooses anew where it is full.
  void Link(uint32_t from, uint32_t to, uint32_t level);

  Selector& selector() { return selector_; }

 private:
  bool IsTwin(uint32_t row, uint32_t other) const;
  uint32_t Descend(uint32_t row, uint32_t level);

  Builder& builder_;
  const LevelInput everything_;
  Selector selector_;
  Pool pool_;
  Visited visited_;
  std::vector<Hit> found_;
  std::vector<Hit> rivals_;
  std::vector<uint32_t> chosen_;
  std::vector<uint32_t> fresh_;
};

// Adds rows to all their levels, in that order.
void InsertInBatches(Builder& builder, std::span<const uint32_t> rows);

// The lists of all levels, except for twins.
void LinkAll(Builder& builder);

// Hangs the twins on the first row of their vector.
void LinkTwins(Builder& builder);

// Links rows that answer the same sample queries, in the places that are free. Stops early when cancelled.
void LinkAnswers(Builder& builder);

// How many sample queries LinkAnswers will ask.
size_t AnswerQueries(const Vectors& queries);

// The bytes that LinkAnswers allocates at most beside a copy of the graph.
uint64_t AnswersMemoryBound(uint64_t rows, uint64_t dims, uint32_t threads);

// Puts `row` into the list of `host` on the base level. Where that is full, `row` takes the last place and
// carries the link that stood there: host -> last becomes host -> row -> last.
void Splice(Links& links, uint32_t host, uint32_t row);

// Links rows that cannot be reached from the entry on the base level, so that all can. Keeps what was
// reachable.
void Repair(Builder& builder);

// The rows from which searches start beside the entry: those with the longest vectors, which many queries
// want.
std::vector<uint32_t> ChooseSeeds(const Builder& builder);

// The graph section as it stands.
std::vector<std::byte> Encode(const Builder& builder, std::span<const uint32_t> seeds);

}  // namespace sepet::hnsw
