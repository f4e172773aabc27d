#include <algorithm>
#include <atomic>

#include "core/base/threads.h"
#include "core/hnsw/builder.h"
#include "core/hnsw/graph.h"

namespace sepet::hnsw {
namespace {

constexpr size_t kMaxQueries = 32768;
constexpr uint32_t kHits = 12;       // rows that count as answers of one query
constexpr size_t kScanRows = 65536;  // up to here the exact answers cost less than a wide graph search
constexpr uint32_t kSearchEf = 256;
constexpr size_t kBatch = 16;

// The answers to all sample queries: kHits rows each, kNone where there are fewer. Queries of length zero
// have no answer: every row would do.
class Answers {
 public:
  explicit Answers(const Builder& builder)
      : builder_(builder), count_(AnswerQueries(builder.queries)), rows_(count_ * kHits, kNone) {
    if (builder.vectors.rows > kScanRows) {
      bytes_ = Encode(builder, {});
      // Our own bytes: they open.
      if (!Graph::Open(bytes_, builder.vectors.rows, &graph_).ok()) return;
    }
    std::atomic<size_t> next{0};
    RunThreads(builder.parameters.threads, [&](unsigned) {
      Scratch scratch;
      std::vector<float> batch;
      while (!builder.progress.cancelled()) {
        const size_t begin = next.fetch_add(kBatch, std::memory_order_relaxed);
        if (begin >= count_) return;
        const size_t end = std::min(begin + kBatch, count_);
        if (bytes_.empty()) {
          ScanBatch(begin, end, batch, scratch);
        } else {
          for (size_t q = begin; q < end; ++q) SearchOne(q, scratch);
        }
        builder.progress.Add(Progress::kDone, static_cast<int64_t>(end - begin));
      }
    });
  }

  size_t count() const { return count_; }
  std::span<const uint32_t> operator[](size_t query) const {
    return std::span(rows_).subspan(query * kHits, kHits);
  }

 private:
  const float* QueryAt(size_t query) const {
    return builder_.queries.Row(query * builder_.queries.rows / count_);
  }

  void Keep(size_t query, std::span<const Hit> hits) {
    const float* vector = QueryAt(query);
    const size_t dims = builder_.vectors.dims;
    if (builder_.kernels.dot(vector, vector, dims) == 0) return;
    for (size_t i = 0; i < hits.size(); ++i) rows_[query * kHits + i] = hits[i].row;
  }

  void ScanBatch(size_t begin, size_t end, std::vector<float>& batch, Scratch& scratch) {
    const size_t dims = builder_.vectors.dims;
    batch.clear();
    for (size_t q = begin; q < end; ++q) batch.insert(batch.end(), QueryAt(q), QueryAt(q) + dims);
    Scan(builder_.vectors, builder_.kernels, {batch.data(), end - begin, kHits, {}}, scratch);
    for (size_t q = begin; q < end; ++q) Keep(q, scratch.tops[q - begin].Sorted());
  }

  void SearchOne(size_t query, Scratch& scratch) {
    Hit hits[kHits];
    const Query asked{QueryAt(query), kHits, kSearchEf, kNone};
    const size_t count = Search(graph_, builder_.vectors, builder_.kernels, asked, scratch, hits);
    Keep(query, std::span(hits).first(count));
  }

  const Builder& builder_;
  const size_t count_;
  std::vector<uint32_t> rows_;
  std::vector<std::byte> bytes_;
  Graph graph_;
};

// Every ordered pair of rows that answer one query, as row << 32 | other, sorted.
std::vector<uint64_t> Pairs(const Answers& answers) {
  std::vector<uint64_t> pairs;
  pairs.reserve(answers.count() * kHits * (kHits - 1));
  for (size_t q = 0; q < answers.count(); ++q)
    for (const uint32_t row : answers[q])
      for (const uint32_t other : answers[q])
        if (row != other && row != kNone && other != kNone) pairs.push_back(uint64_t{row} << 32 | other);
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

// Puts rows into the free places of a list, those that share most queries first.
void Extend(std::span<uint32_t> list, std::span<const Hit> partners) {
  auto free = std::find(list.begin(), list.end(), kNone);
  for (const Hit& partner : partners) {
    if (free == list.end()) return;
    if (std::find(list.begin(), free, partner.row) == free) *free++ = partner.row;
  }
}

}  // namespace

size_t AnswerQueries(const Vectors& queries) {
  return std::min(queries.rows, kMaxQueries);
}

uint64_t AnswersMemoryBound(uint64_t rows, uint64_t dims, uint32_t threads) {
  const uint64_t queries = std::min<uint64_t>(rows, kMaxQueries);
  const uint64_t a_thread =
      rows * sizeof(uint16_t) + kBatch * (dims * 8 + 2 * kHits * sizeof(Hit) + 64) + kSearchEf * 64 + 4096;
  return queries * kHits * (sizeof(uint32_t) + (kHits - 1) * sizeof(uint64_t)) + threads * a_thread +
         2 * queries * sizeof(Hit);
}

void LinkAnswers(Builder& builder) {
  if (builder.queries.rows == 0) return;
  const Answers answers(builder);
  if (builder.progress.cancelled()) return;
  const std::vector<uint64_t> pairs = Pairs(answers);
  std::vector<Hit> partners;
  for (size_t i = 0; i < pairs.size();) {
    const auto row = static_cast<uint32_t>(pairs[i] >> 32);
    partners.clear();
    while (i < pairs.size() && pairs[i] >> 32 == row) {
      const size_t first = i;
      while (i < pairs.size() && pairs[i] == pairs[first]) ++i;
      partners.push_back({static_cast<float>(i - first), static_cast<uint32_t>(pairs[first])});
    }
    std::sort(partners.begin(), partners.end(), Better);
    Extend(builder.links.List(row, 0), partners);
  }
}

}  // namespace sepet::hnsw
