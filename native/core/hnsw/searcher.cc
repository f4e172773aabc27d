#include "core/hnsw/searcher.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/hnsw/narrow.h"

namespace sepet::hnsw {
namespace {

// A walk that met too few eligible rows shows that they lie elsewhere, where the query orders them in a way
// no neighbourhood follows; up to so many are scanned then.
constexpr size_t kScanStarved = 2'000'000;

// Of more than one row in so many a walk over all is sooner than cells, unless they lie far from the query.
constexpr size_t kLeastForWalk = 4;
// A scan of so many rows for each cell is as fast as cells, or nearly, and exact.
constexpr uint32_t kScanRowsACell = 5, kLeastScanRows = 8192;

}  // namespace

Searcher::Searcher(const Parts& parts, const simd::Kernels& kernels)
    : parts_(parts),
      kernels_(kernels),
      rotation_(parts.codes.empty() ? 1 : parts.codes.coded_dims(), parts.codes.header().seed) {}

Query Searcher::QueryAt(const Asked& asked, size_t query) const {
  const Queries& queries = asked.queries;
  const uint32_t skip = queries.skip.empty() ? kNone : queries.skip[query];
  return {queries.data + query * parts_.vectors.dims, queries.k, asked.ef, skip};
}

Way Searcher::Search(const Asked& asked) {
  const Way way = asked.allowed.only ? SearchFiltered(asked) : SearchFree(asked);
  ScanMore(parts_.vectors, kernels_, graph_rows(), parts_.vectors.rows, asked.allowed, asked.queries,
           scratch_);
  Finish(asked);
  return way;
}

void Searcher::Scan(const Asked& asked, std::optional<std::span<const uint32_t>> among) {
  if (among)
    ScanAmong(parts_.vectors, kernels_, *among, asked.queries, scratch_);
  else if (!asked.allowed.only && !asked.allowed.removed)
    hnsw::Scan(parts_.vectors, kernels_, asked.queries, scratch_);
  else {
    filter_.Reset(Combine(asked.allowed), kMaxRows);
    ScanAmong(parts_.vectors, kernels_, filter_.List(), asked.queries, scratch_);
  }
  Finish(asked);
}

void Searcher::SearchThese(const Asked& asked, std::span<const uint32_t> among) {
  ScanRows(asked, among);
  Finish(asked);
}

Way Searcher::SearchFree(const Asked& asked) {
  const Queries& queries = asked.queries;
  ResetTops(queries, parts_.vectors.rows, scratch_);
  if (graph_rows() <= kScanRowsAPlace * std::max(asked.ef, queries.k)) {
    ScanMore(parts_.vectors, kernels_, 0, graph_rows(), asked.allowed, queries, scratch_);
    return Way::kScan;
  }
  if (parts_.codes.empty() && asked.allowed.removed) return SearchFiltered(asked);
  if (!parts_.codes.empty()) {
    WalkAll(asked, asked.allowed, graph_rows());
    if (starved_.empty()) return Way::kGraph;
    filter_.Reset(Combine(asked.allowed).First(graph_rows()), 0);
    return SearchStarved(asked);
  }
  hits_.resize(queries.k);
  for (size_t q = 0; q < queries.count; ++q) {
    const Query query = QueryAt(asked, q);
    Keep(q, std::span(hits_).first(
                hnsw::Search(parts_.graph, parts_.vectors, kernels_, query, scratch_, hits_)));
  }
  return Way::kGraph;
}

Way Searcher::SearchFiltered(const Asked& asked) {
  const Queries& queries = asked.queries;
  const RowSet eligible = Combine(asked.allowed).First(graph_rows());
  filter_.Reset(eligible, ScanRowsFor(asked));
  if (filter_.way() == Way::kScan) {
    ScanRows(asked, filter_.List());
    return Way::kScan;
  }
  ResetTops(queries, parts_.vectors.rows, scratch_);
  if (!parts_.cells.empty() && filter_.count() <= graph_rows() / kLeastForWalk) {
    SearchCells(asked, 0, queries.count);
    return Way::kGraph;
  }
  walked_ = !parts_.codes.empty();
  if (walked_) {
    WalkAll(asked, {eligible, {}}, filter_.count());
  } else {
    starved_.resize(queries.count);
    std::iota(starved_.begin(), starved_.end(), 0u);
  }
  return SearchStarved(asked);
}

// Answers `count` queries from `first` on.
void Searcher::SearchCells(const Asked& asked, size_t first, size_t count) {
  Queries queries = asked.queries;
  queries.data += first * parts_.vectors.dims;
  queries.count = count;
  if (!queries.skip.empty()) queries.skip = queries.skip.subspan(first, count);
  cell_search_.Run({parts_.cells, parts_.quantized, parts_.vectors, kernels_}, filter_.eligible(), queries,
                   asked.ef, asked.rerank, std::span(scratch_.tops).subspan(first, count));
}

// Answers the starved queries by other ways; kScan where these are all queries and all got exact answers.
Way Searcher::SearchStarved(const Asked& asked) {
  if (!parts_.cells.empty()) {
    for (const uint32_t query : starved_) SearchCells(asked, query, 1);
    return Way::kGraph;
  }
  bool exact = starved_.size() == asked.queries.count;
  for (const uint32_t query : starved_)
    if (SearchEligible(asked, query) == Way::kGraph) exact = false;
  return exact ? Way::kScan : Way::kGraph;
}

// A walk makes ef / sqrt(share of eligible rows) hops of 0.4 us, an int8 scan costs 5 ns a row: they break
// even at count^3 = (80 ef)^2 rows. Exact answers are worth twice the time. For other ways see filter.h.
uint32_t Searcher::ScanRowsFor(const Asked& asked) const {
  if (asked.scan_rows) return *asked.scan_rows;
  if (!parts_.cells.empty())
    return std::max(kLeastScanRows, kScanRowsACell * static_cast<uint32_t>(parts_.cells.count()));
  const uint32_t otherwise = DefaultScanRows(asked.queries.k, asked.ef);
  if (parts_.codes.empty() || parts_.quantized.empty()) return otherwise;
  const double hops = 2 * 80.0 * asked.ef;
  const double even = std::cbrt(hops * hops * static_cast<double>(graph_rows()));
  return std::max(otherwise, static_cast<uint32_t>(std::min<double>(even, kMaxRows)));
}

// Walks over all rows for every query. Names those that met too few eligible rows, of `count`, to be trusted.
void Searcher::WalkAll(const Asked& asked, const Allowed& allowed, size_t count) {
  const Queries& queries = asked.queries;
  const bool all = !allowed.only && !allowed.removed;
  const size_t enough = all ? 0 : std::max<size_t>(queries.k, asked.ef / 2);
  walked_ = true;
  starved_.clear();
  const CodedGraph over{parts_.graph,
                        parts_.codes,
                        rotation_,
                        parts_.vectors,
                        kernels_,
                        !parts_.cells.empty(),
                        parts_.upper.rows() == 0 ? nullptr : &parts_.upper};
  walks_.Run(over, queries, asked.ef, allowed, count, [&](size_t q, std::span<const Hit> hits, size_t met) {
    if (met < enough)
      starved_.push_back(static_cast<uint32_t>(q));
    else
      Keep(q, hits);
  });
}

Way Searcher::SearchEligible(const Asked& asked, size_t query) {
  hits_.resize(asked.queries.k);
  const Query one = QueryAt(asked, query);
  if (walked_ && !parts_.quantized.empty() && filter_.count() <= kScanStarved) {
    ScanQuantized(parts_.quantized, parts_.vectors, kernels_, filter_.List(),
                  {one.vector, 1, one.k, std::span(&one.skip, 1)}, asked.rerank, alone_);
    Keep(query, alone_.tops[0].Sorted());
    return Way::kScan;
  }
  const Found found = SearchAmong(parts_.graph, parts_.vectors, kernels_, filter_, one, alone_, hits_);
  Keep(query, std::span(hits_).first(found.count));
  return found.way;
}

void Searcher::ScanRows(const Asked& asked, std::span<const uint32_t> rows) {
  if (parts_.quantized.empty())
    ScanAmong(parts_.vectors, kernels_, rows, asked.queries, scratch_);
  else
    ScanQuantized(parts_.quantized, parts_.vectors, kernels_, rows, asked.queries, asked.rerank, scratch_);
}

void Searcher::Keep(size_t query, std::span<const Hit> hits) {
  for (const Hit& hit : hits) scratch_.tops[query].Offer(hit);
}

RowSet Searcher::Combine(const Allowed& allowed) {
  const size_t rows = parts_.vectors.rows;
  if (allowed.only && !allowed.removed) return *allowed.only;
  words_.assign(RowSet::WordsFor(rows), ~0u);
  if (allowed.only) std::copy_n(allowed.only->words().begin(), words_.size(), words_.begin());
  if (allowed.removed)
    std::transform(words_.begin(), words_.end(), allowed.removed->words().begin(), words_.begin(),
                   [](uint32_t word, uint32_t removed) { return word & ~removed; });
  return {words_, rows};
}

void Searcher::Finish(const Asked& asked) {
  for (size_t q = 0; q < asked.queries.count; ++q) scratch_.tops[q].Sorted();
}

}  // namespace sepet::hnsw
