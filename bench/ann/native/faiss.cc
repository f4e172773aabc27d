// faiss HNSWFlat.

#include <faiss/IndexHNSW.h>
#include <faiss/index_io.h>
#include <omp.h>

#include <memory>

#include "bench/ann/native/contest.h"

namespace sepet::bench {
namespace {

class Faiss : public Contestant {
 public:
  void Build(const DataSet& set, const Arguments& arguments) override {
    omp_set_num_threads(static_cast<int>(arguments.Number("threads")));
    index_ = std::make_unique<faiss::IndexHNSWFlat>(
        static_cast<int>(set.dims), static_cast<int>(arguments.Number("M")), faiss::METRIC_INNER_PRODUCT);
    index_->hnsw.efConstruction = static_cast<int>(arguments.Number("ef-construction"));
    index_->add(static_cast<faiss::Index::idx_t>(set.rows()), set.base.data());
    faiss::write_index(index_.get(), arguments.Text("graph").c_str());
  }

  void Load(const DataSet&, const Arguments& arguments) override {
    omp_set_num_threads(1);
    index_.reset(dynamic_cast<faiss::IndexHNSWFlat*>(faiss::read_index(arguments.Text("graph").c_str())));
    if (index_ == nullptr) throw std::runtime_error("the file holds another kind of index");
  }

  void Search(const float* queries, size_t count, size_t k, size_t ef, uint32_t* rows) override {
    index_->hnsw.efSearch = static_cast<int>(ef);
    labels_.resize(count * k);
    scores_.resize(count * k);
    index_->search(static_cast<faiss::Index::idx_t>(count), queries, static_cast<faiss::Index::idx_t>(k),
                   scores_.data(), labels_.data());
    for (size_t i = 0; i < count * k; ++i) rows[i] = static_cast<uint32_t>(labels_[i]);
  }

 private:
  std::unique_ptr<faiss::IndexHNSWFlat> index_;
  std::vector<faiss::Index::idx_t> labels_;
  std::vector<float> scores_;
};

void Run(const Arguments& arguments) {
  Faiss contestant;
  Compete(contestant, arguments);
}

}  // namespace
}  // namespace sepet::bench

int main(int count, char** values) {
  return sepet::bench::Main(count, values, sepet::bench::Run);
}
