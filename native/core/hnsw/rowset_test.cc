#include "core/hnsw/rowset.h"

#include <algorithm>

#include "core/base/rng.h"
#include "core/base/testing.h"

namespace sepet::hnsw {
namespace {

// `share` of the rows at random, and noise in the bits behind the last.
std::vector<uint32_t> RandomWords(size_t rows, double share, Rng& rng, std::vector<uint32_t>& members) {
  std::vector<uint32_t> words(RowSet::WordsFor(rows));
  members.clear();
  for (uint32_t row = 0; row < words.size() * 32; ++row) {
    if (rng.Uniform() >= share) continue;
    words[row / 32] |= uint32_t{1} << row % 32;
    if (row < rows) members.push_back(row);
  }
  return words;
}

void CountsAndListsItsRows() {
  Rng rng(5);
  std::vector<uint32_t> members, list;
  for (const size_t rows : {0, 1, 31, 32, 33, 63, 64, 65, 96, 100, 128, 1000, 20001}) {
    for (const double share : {0.0, 0.001, 0.01, 0.05, 0.5, 1.0}) {
      const std::vector<uint32_t> words = RandomWords(rows, share, rng, members);
      const RowSet set(words, rows);
      EXPECT(set.Count() == members.size());
      set.List(list);
      EXPECT(list == members);
      for (uint32_t row = 0; row < rows; ++row)
        EXPECT(set.Has(row) == std::binary_search(members.begin(), members.end(), row));
    }
  }
}

void SamplesEvenly() {
  Rng rng(6);
  std::vector<uint32_t> members, sample;
  for (const size_t rows : {65, 700, 5000}) {
    for (const double share : {0.02, 0.3, 1.0}) {
      const std::vector<uint32_t> words = RandomWords(rows, share, rng, members);
      const RowSet set(words, rows);
      for (const size_t wanted : {size_t{1}, size_t{7}, size_t{64}, rows}) {
        set.Sample(members.size(), wanted, sample);
        EXPECT(sample.size() == std::min(wanted, members.size()));
        for (size_t i = 0; i < sample.size(); ++i)
          EXPECT(sample[i] == members[i * members.size() / sample.size()]);
      }
    }
  }
}

}  // namespace
}  // namespace sepet::hnsw

int main() {
  sepet::hnsw::CountsAndListsItsRows();
  sepet::hnsw::SamplesEvenly();
  return sepet::testing::Failures();
}
