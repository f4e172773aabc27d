// The search of one query over a graph with codes, a hop at a time, so that the caller may advance several
// queries in turn and one computes while the memory of the others is on its way.
//
// A frontier holds the best estimates; each hop takes the best row not yet looked at, scores it exactly (its
// vector), and estimates its neighbours (its block of codes). Exact scores decide what is returned, so the
// codes cost no accuracy of the results, only of the way there. Nothing is allocated once it is warm.
//
// Where rows are removed without a filter, the walk is wider by the share of them among those it met.
//
// Under a filter the walk goes over all rows, eligible or not, and is as wide as what it meets asks for: with
// a share s of eligible rows among the best, ef places where s is 1 and ef / sqrt(s) where it is less. Rows
// that are eligible are kept by their estimates, too, though no hop ever goes to them, and scored exactly at
// the end: a wide walk has seen many more rows than it has looked at. (Counting eligible rows only, the bar
// of hnswlib's filters, takes ef / s hops; the square root and the kept estimates give the same recall for
// half the time at s = 0.1.) Where the eligible rows turn out to lie far from the query it gives up if cells
// or a scan find them sooner, and is three times as wide if not; it also gives up where it has taken as long
// as a scan.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/hnsw/codes.h"
#include "core/hnsw/frontier.h"
#include "core/hnsw/graph.h"
#include "core/hnsw/hits.h"
#include "core/hnsw/quantized.h"
#include "core/hnsw/rowset.h"
#include "core/hnsw/search.h"

namespace sepet::hnsw {

// What a walk goes over; all of it const and shared.
struct CodedGraph {
  const Graph& graph;
  const Codes& codes;
  const Rotation& rotation;
  const Vectors vectors;
  const simd::Kernels& kernels;
  // Whether a walk gives up wherever what is eligible turns out to lie far away, whatever a scan costs.
  bool gives_up_far = false;
  const Quantized* upper = nullptr;  // the upper nodes' vectors in bytes, where there are any
};

class Walk {
 public:
  // Makes ready for a query. `over` and `allowed` stay the caller's until Finish. Under a filter `count` is
  // the number of eligible rows.
  void Begin(const CodedGraph& over, const Query& query, const Allowed& allowed, size_t count = 0);
  // How many of the next rows are asked for ahead of their turn where nothing else is done meanwhile
  // (measured, 1 M x 64: 1, 2, 3, 6 rows 39, 52, 53, 54 K queries a second on an AMD EPYC; 2, 3, 4, 6 rows
  // 55, 56, 56, 53 K on an Intel Xeon), and where other walks take their turns: then the next is known for
  // sure, and every other would be a guess.
  static constexpr size_t kAhead = 4, kAheadInTurns = 1;

  // One hop. False when there is none left to make.
  bool Step(size_t ahead = kAhead);
  // Fills `hits` with the best exact scores found, best first; returns how many.
  size_t Finish(std::span<Hit> hits);
  // How many allowed rows were met, and so scored exactly; 0 of a walk that gave up.
  size_t met() const { return gave_up_ ? 0 : met_; }

 private:
  void Ask(uint32_t row) const;
  void Adapt();
  void Widen();
  void MakeUpForRemoved();
  void OfferGroup(std::span<const uint32_t> places, const std::byte* block, float exact);
  void OfferEligible(std::span<const uint32_t> places, const std::byte* block, float exact);
  void ScoreKept();

  const CodedGraph* over_ = nullptr;  // the caller's, for as long as the walk goes
  Query query_{};
  const Allowed* allowed_ = nullptr;
  size_t met_ = 0;
  size_t hops_ = 0;
  bool gave_up_ = false;
  std::vector<int8_t> bytes_;  // of the query, on the way down
  Tables tables_;
  Frontier frontier_;
  Seen seen_;
  TopHits tops_;

  // Under a filter.
  bool filtered_ = false;
  bool far_ = false;   // what is eligible lies far from the query
  size_t count_ = 0;   // of eligible rows
  double share_ = 1;   // of them among all
  size_t widest_ = 0;  // places of the frontier at most
  Frontier kept_;      // the best estimates of eligible rows
  Seen scored_;        // eligible rows that were scored exactly
};

// Answers many queries, several in turn on this thread.
class Walks {
 public:
  // How many: 4 and 8 were alike on 1 M x 64 where the first cache holds all their tables, and 4 faster by a
  // tenth where it does not; 2 gained less.
  static constexpr size_t kAbreast = 4;

  // Calls deliver(query's number, its hits best first, allowed rows met) for every query, in any order. The
  // hits are gone after the call. Under a filter `count` rows are eligible.
  template <typename Deliver>
  void Run(const CodedGraph& over, const Queries& queries, uint32_t ef, const Allowed& allowed, size_t count,
           const Deliver& deliver) {
    walks_.resize(kAbreast);
    hits_.resize(queries.k);
    size_t asked = 0;
    const auto begin = [&](Turn& turn) {
      if (asked == queries.count) return false;
      turn.query = asked++;
      const uint32_t skip = queries.skip.empty() ? kNone : queries.skip[turn.query];
      turn.walk.Begin(over, {queries.data + turn.query * over.vectors.dims, queries.k, ef, skip}, allowed,
                      count);
      return true;
    };
    size_t live = 0;
    while (live < kAbreast && begin(walks_[live])) ++live;
    while (live > 0)
      for (size_t i = 0; i < live; ++i) {
        if (walks_[i].walk.Step(live > 2 ? Walk::kAheadInTurns : Walk::kAhead)) continue;
        const size_t found = walks_[i].walk.Finish(hits_);
        deliver(walks_[i].query, std::span<const Hit>(hits_).first(found), walks_[i].walk.met());
        if (!begin(walks_[i])) std::swap(walks_[i], walks_[--live]);
      }
  }

 private:
  struct Turn {
    Walk walk;
    size_t query = 0;
  };
  std::vector<Turn> walks_;
  std::vector<Hit> hits_;
};

}  // namespace sepet::hnsw
