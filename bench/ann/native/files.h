// Arrays of the benches as plain files: numbers of one type one after the other, native (little-endian)
// order. Everything here throws std::runtime_error with the file's name.
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace sepet::bench {

namespace fs = std::filesystem;

template <typename T>
std::vector<T> ReadArray(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  std::vector<T> values(fs::file_size(path) / sizeof(T));
  in.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(T)));
  if (!in) throw std::runtime_error("cannot read " + path.string());
  return values;
}

// The file appears whole or not at all: it is written beside and renamed.
template <typename T>
void WriteArray(const fs::path& path, const std::vector<T>& values) {
  const fs::path unfinished = path.string() + ".part";
  {
    std::ofstream out(unfinished, std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char*>(values.data()),
              static_cast<std::streamsize>(values.size() * sizeof(T)));
    if (!out.flush()) throw std::runtime_error("cannot write " + unfinished.string());
  }
  fs::rename(unfinished, path);
}

// A set of vectors: base, queries, the cluster each comes from, and the truth, as generate.cc writes them.
struct DataSet {
  size_t dims = 0;
  size_t k = 0;  // rows of truth a query
  std::vector<float> base;
  std::vector<float> queries;
  std::vector<uint32_t> truth;

  size_t rows() const { return base.size() / dims; }
  size_t query_count() const { return queries.size() / dims; }
  const float* Row(size_t row) const { return base.data() + row * dims; }
  const float* Query(size_t query) const { return queries.data() + query * dims; }
};

inline DataSet ReadDataSet(const fs::path& folder, size_t dims, size_t k) {
  return {dims, k, ReadArray<float>(folder / "base.f32"), ReadArray<float>(folder / "query.f32"),
          ReadArray<uint32_t>(folder / "truth.u32")};
}

}  // namespace sepet::bench
