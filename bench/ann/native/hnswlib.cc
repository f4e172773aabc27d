// hnswlib, with the release that its header belongs to. Releases before 0.7 have no filter functor.

#include <hnswlib/hnswlib.h>

#include "bench/ann/native/contest.h"

namespace sepet::bench {
namespace {

class Hnswlib : public Contestant {
 public:
  void Build(const DataSet& set, const Arguments& arguments) override {
    space_ = std::make_unique<hnswlib::InnerProductSpace>(set.dims);
    index_ = std::make_unique<Index>(space_.get(), set.rows(), arguments.Number("M"),
                                     arguments.Number("ef-construction"), arguments.Number("seed", 100));
    index_->addPoint(set.Row(0), 0);
    std::atomic<size_t> next = 1;
    RunThreads(static_cast<unsigned>(arguments.Number("threads")), [&](unsigned) {
      for (size_t row; (row = next.fetch_add(1)) < set.rows();) index_->addPoint(set.Row(row), row);
    });
    index_->saveIndex(arguments.Text("graph"));
  }

  void Load(const DataSet& set, const Arguments& arguments) override {
    space_ = std::make_unique<hnswlib::InnerProductSpace>(set.dims);
    index_ = std::make_unique<Index>(space_.get(), arguments.Text("graph"));
  }

  void Search(const float* queries, size_t count, size_t k, size_t ef, uint32_t* rows) override {
    index_->setEf(ef);
    for (size_t q = 0; q < count; ++q) Take(index_->searchKnn(queries + q * Dims(), k), rows + q * k);
  }

#ifdef SEPET_HNSWLIB_FILTERS
  struct Eligible : hnswlib::BaseFilterFunctor {
    explicit Eligible(const std::vector<uint32_t>& bits) : words(bits.data()) {}
    bool operator()(hnswlib::labeltype row) override { return (words[row / 32] >> (row % 32) & 1) != 0; }
    const uint32_t* words;
  };

  void SearchFiltered(const std::vector<uint32_t>& words, const float* queries, size_t count, size_t k,
                      size_t ef, uint32_t* rows) override {
    index_->setEf(ef);
    Eligible eligible(words);
    for (size_t q = 0; q < count; ++q)
      Take(index_->searchKnn(queries + q * Dims(), k, &eligible), rows + q * k);
  }
#endif

 private:
  using Index = hnswlib::HierarchicalNSW<float>;
  using Results = std::priority_queue<std::pair<float, hnswlib::labeltype>>;

  size_t Dims() const {
    return index_->data_size_ / sizeof(float);
  }
  static void Take(Results results, uint32_t* rows) {
    for (size_t i = results.size(); i-- > 0; results.pop())
      rows[i] = static_cast<uint32_t>(results.top().second);
  }

  std::unique_ptr<hnswlib::InnerProductSpace> space_;
  std::unique_ptr<Index> index_;
};

void Run(const Arguments& arguments) {
  Hnswlib contestant;
  Compete(contestant, arguments);
}

}  // namespace
}  // namespace sepet::bench

int main(int count, char** values) {
  return sepet::bench::Main(count, values, sepet::bench::Run);
}
