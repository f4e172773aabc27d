// What every contestant's process has in common: it builds an index into a file and ends, or loads one and
// answers lines on its standard input, so that the driver can let the libraries take turns. One thread.
//
//     search FROM COUNT EF BATCH     queries FROM .. FROM+COUNT-1 (round the end), BATCH a call
//     filter FOLDER COUNT EF BATCH   the first COUNT queries of each filter of a folder (see filters.cc)
//
// Each answer is one line of JSON with the seconds that the searches took, and the rows found, k a query, in
// the file of --answers: the driver, not the contestant, computes the recall.
#pragma once

#include <time.h>

#include <chrono>
#include <iostream>
#include <sstream>

#include "bench/ann/native/arguments.h"
#include "bench/ann/native/exact.h"
#include "bench/ann/native/files.h"

namespace sepet::bench {

class Contestant {
 public:
  virtual ~Contestant() = default;
  // Builds with M, efConstruction and threads of the arguments, and writes what Load reads.
  virtual void Build(const DataSet& set, const Arguments& arguments) = 0;
  virtual void Load(const DataSet& set, const Arguments& arguments) = 0;
  // Fills k rows a query, kNoRow where fewer were found. Without a filter `words` is null; else bit row % 32
  // of word row / 32 says whether the row may be returned.
  virtual void Search(const float* queries, size_t count, size_t k, size_t ef, uint32_t* rows) = 0;
  virtual void SearchFiltered(const std::vector<uint32_t>& words, const float* queries, size_t count,
                              size_t k, size_t ef, uint32_t* rows) {
    (void)words, (void)queries, (void)count, (void)k, (void)ef, (void)rows;
    throw std::runtime_error("this library has no filters");
  }
  // A filter in the contestant's own numbers of rows, and its answers in those of the set. Not timed.
  virtual std::vector<uint32_t> Numbered(const std::vector<uint32_t>& words) const { return words; }
  virtual void Renumber(std::vector<uint32_t>& rows) const { (void)rows; }
  // More fields of the line that says the index is ready, as JSON with a comma in front of each.
  virtual std::string Facts() const { return ""; }
};

inline double Now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// CPU seconds of this process, all threads: what it costs whoever else uses the machine meanwhile.
inline double CpuSeconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// Adds up what passes on both clocks during the calls.
struct Clocks {
  double seconds = 0, cpu_seconds = 0;

  template <typename Work>
  void Time(const Work& work) {
    const double began = Now(), cpu_began = CpuSeconds();
    work();
    seconds += Now() - began;
    cpu_seconds += CpuSeconds() - cpu_began;
  }
};

// The number after `name:` in a file of /proc, in kB there, as bytes; 0 where there is none.
inline size_t ProcBytes(const char* file, const std::string& name) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(name + ":")) return std::stoull(line.substr(name.size() + 1)) * 1024;
  return 0;
}

class Server {
 public:
  Server(Contestant& contestant, const DataSet& set, size_t k, fs::path answers)
      : contestant_(contestant), set_(set), k_(k), answers_(std::move(answers)) {}

  void Run() {
    for (std::string line; std::getline(std::cin, line);) {
      std::istringstream words(line);
      std::string command;
      words >> command;
      const Clocks clocks = command == "search" ? Search(words) : Filter(words);
      contestant_.Renumber(rows_);
      WriteArray(answers_, rows_);
      std::printf("{\"seconds\":%.9g,\"cpuSeconds\":%.9g,\"queries\":%zu}\n", clocks.seconds,
                  clocks.cpu_seconds, rows_.size() / k_);
      std::fflush(stdout);
    }
  }

 private:
  Clocks Search(std::istringstream& words) {
    size_t from = 0, count = 0, ef = 0, batch = 0;
    if (!(words >> from >> count >> ef >> batch))
      throw std::runtime_error("search wants FROM COUNT EF BATCH");
    const size_t dims = set_.dims;
    std::vector<float> queries(count * dims);
    for (size_t i = 0; i < count; ++i)
      std::copy_n(set_.Query((from + i) % set_.query_count()), dims, &queries[i * dims]);
    rows_.assign(count * k_, kNoRow);
    Clocks clocks;
    clocks.Time([&] {
      for (size_t i = 0; i < count; i += batch)
        contestant_.Search(&queries[i * dims], std::min(batch, count - i), k_, ef, &rows_[i * k_]);
    });
    return clocks;
  }

  Clocks Filter(std::istringstream& words) {
    std::string folder;
    size_t count = 0, ef = 0, batch = 0;
    if (!(words >> folder >> count >> ef >> batch))
      throw std::runtime_error("filter wants FOLDER COUNT EF BATCH");
    const auto bits = ReadArray<uint32_t>(fs::path(folder) / "bits.u32");
    const auto asked = ReadArray<uint32_t>(fs::path(folder) / "queries.u32");
    const size_t dims = set_.dims, width = (set_.rows() + 31) / 32, filters = bits.size() / width;
    const size_t each = asked.size() / filters;
    // All of it first: what is done between two filters would take the caches from the second.
    std::vector<std::vector<uint32_t>> own;
    std::vector<float> queries(filters * count * dims);
    for (size_t f = 0; f < filters; ++f) {
      own.push_back(contestant_.Numbered({&bits[f * width], &bits[f * width] + width}));
      for (size_t i = 0; i < count; ++i)
        std::copy_n(set_.Query(asked[f * each + i]), dims, &queries[(f * count + i) * dims]);
    }
    rows_.assign(filters * count * k_, kNoRow);
    Clocks clocks;
    clocks.Time([&] {
      for (size_t f = 0; f < filters; ++f)
        for (size_t i = f * count, end = i + count; i < end; i += batch)
          contestant_.SearchFiltered(own[f], &queries[i * dims], std::min(batch, end - i), k_, ef,
                                     &rows_[i * k_]);
    });
    return clocks;
  }

  Contestant& contestant_;
  const DataSet& set_;
  size_t k_;
  fs::path answers_;
  std::vector<uint32_t> rows_;
};

// --build writes the index of --graph and ends; without it the index is loaded and served.
inline void Compete(Contestant& contestant, const Arguments& arguments) {
  const size_t k = arguments.Number("k", 10);
  const DataSet set = ReadDataSet(arguments.Text("data"), arguments.Number("dims"), k);
  if (arguments.Has("build")) {
    const size_t before = ProcBytes("/proc/self/status", "VmRSS");
    Clocks clocks;
    clocks.Time([&] { contestant.Build(set, arguments); });
    std::printf("{\"seconds\":%.3f,\"cpuSeconds\":%.3f,\"peakBytes\":%zu,\"dataBytes\":%zu}\n",
                clocks.seconds, clocks.cpu_seconds, ProcBytes("/proc/self/status", "VmHWM"), before);
    return;
  }
  contestant.Load(set, arguments);
  std::printf("{\"ready\":true,\"hugePageBytes\":%zu,\"residentBytes\":%zu%s}\n",
              ProcBytes("/proc/self/smaps_rollup", "AnonHugePages"), ProcBytes("/proc/self/status", "VmRSS"),
              contestant.Facts().c_str());
  std::fflush(stdout);
  Server(contestant, set, k, arguments.Text("answers")).Run();
}

}  // namespace sepet::bench
