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

// Against a plain loop, with nothing written behind the room that a list has.
void ListsBetween(const RowSet& set, uint32_t begin, uint32_t end) {
  std::vector<uint32_t> wanted, list(end - begin + RowSet::kListRoom);
  for (uint32_t row = begin; row < end; ++row)
    if (set.Has(row)) wanted.push_back(row);
  list.resize(set.ListBetween(begin, end, list.data()));
  EXPECT(list == wanted);
}

void ListsWhatLiesBetween() {
  Rng rng(7);
  std::vector<uint32_t> members;
  for (const uint32_t rows : {0u, 1u, 31u, 32u, 33u, 63u, 64u, 65u, 96u, 127u, 128u, 129u, 1000u, 1001u})
    for (const double share : {0.0, 0.05, 0.5, 1.0}) {
      const std::vector<uint32_t> words = RandomWords(rows, share, rng, members);
      const RowSet set(words, rows);
      ListsBetween(set, 0, rows);
      for (int i = 0; i < 200; ++i) {
        const uint32_t begin = rng.Below(rows + 1);
        ListsBetween(set, begin, begin + rng.Below(rows - begin + 1));
      }
      for (uint32_t begin = 0; begin <= rows; begin += 32)
        for (uint32_t end = begin; end <= rows; end += 32)
          for (const uint32_t less : {0u, 1u})
            if (begin + less <= end) ListsBetween(set, begin, end - less);
    }
}

// The first rows of a set whose words hold more.
void ListsNoneBehindTheFirst() {
  const std::vector<uint32_t> words(5, ~0u);
  for (const uint32_t rows : {1u, 40u, 64u, 70u, 130u}) {
    const RowSet set = RowSet(words, 160).First(rows);
    std::vector<uint32_t> list(rows + RowSet::kListRoom);
    EXPECT(set.ListBetween(0, rows, list.data()) == rows && list[rows - 1] == rows - 1);
    EXPECT(set.ListBetween(rows - 1, rows, list.data()) == 1 && list[0] == rows - 1);
    EXPECT(set.ListBetween(rows, rows, list.data()) == 0);
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
  sepet::hnsw::ListsWhatLiesBetween();
  sepet::hnsw::ListsNoneBehindTheFirst();
  sepet::hnsw::SamplesEvenly();
  return sepet::testing::Failures();
}
