// Damages small artifacts and opens, verifies and searches them: whatever is in a file, it is refused or does
// no harm. Every file follows from the seed and its number alone.
//
//     fuzz_damage_test_cc [--files N] [--from FIRST] [--seed S] [--threads T]
//
// Meant to run under the address and undefined-behaviour sanitizers (npm run check:native). Sections are
// copied to memory of their own, so that the sanitizer sees a read past their ends.
#include "core/fuzz/damage.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/testing.h"
#include "core/base/threads.h"
#include "core/file/mapping.h"
#include "core/fuzz/container.h"
#include "core/hnsw/searcher.h"
#include "core/hnsw/testing.h"

namespace sepet::fuzz {
namespace {

using hnsw::kNone;

// What stands for the artifact's description, which TypeScript reads and checks.
struct Shape {
  uint32_t rows, graph_rows, dims;
};

struct World {
  size_t rows, side_rows, dims;
  uint32_t M, bits;
};
constexpr World kWorlds[] = {{60, 0, 8, 2, 2}, {40, 9, 20, 4, 1}, {120, 5, 9, 3, 2},
                             {1, 0, 8, 2, 1},  {0, 3, 8, 2, 2},   {30, 0, 33, 17, 1}};

template <typename T>
Bytes BytesOf(const T* data, size_t count) {
  const auto* bytes = reinterpret_cast<const std::byte*>(data);
  return {bytes, bytes + count * sizeof(T)};
}

// Cells of a few rows each, as they come.
Bytes MakeCells(const hnsw::Vectors& vectors, const Bytes& copy) {
  std::vector<uint32_t> starts;
  for (uint32_t row = 0; row < vectors.rows; row += 7) starts.push_back(row);
  starts.push_back(static_cast<uint32_t>(vectors.rows));
  Bytes bytes(hnsw::CellsBytes(starts.size() - 1, vectors.dims));
  hnsw::Quantized quantized;
  EXPECT(hnsw::Quantized::Open(copy, vectors.rows, vectors.dims, &quantized).ok());
  EXPECT(hnsw::BuildCells(vectors, quantized, starts, 1, bytes).ok());
  return bytes;
}

std::vector<Part> MakeParts(const World& world, uint64_t seed) {
  const size_t rows = world.rows + world.side_rows;
  const hnsw::testing::Products products = hnsw::testing::MakeProducts(rows, world.dims, seed);
  const hnsw::Vectors vectors{products.out.data(), world.rows, world.dims};
  const Shape shape{static_cast<uint32_t>(rows), static_cast<uint32_t>(world.rows),
                    static_cast<uint32_t>(world.dims)};
  const auto built = hnsw::testing::BuildGraph({vectors, {nullptr, 0, world.dims}}, {world.M, 20, 1, seed});
  Bytes codes, bytes;
  EXPECT(hnsw::BuildCodes(built.graph, vectors, {world.bits, 1, seed}, Progress(), &codes).ok());
  EXPECT(hnsw::BuildQuantized(vectors, &bytes).ok());
  Bytes upper(hnsw::QuantizedBytes(built.graph.header().upper_nodes, world.dims));
  EXPECT(hnsw::BuildUpper(built.graph, vectors, 1, upper).ok());
  return {{"shape", file::Type::kU32, BytesOf(&shape, 1)},
          {"vectors", file::Type::kF32, BytesOf(products.out.data(), rows * world.dims)},
          {"graph", file::Type::kU8, built.bytes},
          {"codes", file::Type::kU8, codes},
          {"bytes", file::Type::kU8, bytes},
          {"upper", file::Type::kU8, upper},
          {"cells", file::Type::kU8, MakeCells(vectors, bytes)}};
}

// How many files got how far: by what refused them, or searched.
struct Outcomes {
  std::map<std::string, uint64_t> counts;

  void Count(const std::string& what) { ++counts[what]; }
  void Count(const std::string& who, const Status& status) { Count(who + ": " + CodeName(status.code())); }
};

// A file in memory that can be mapped.
class MemoryFile {
 public:
  MemoryFile() {
#if defined(__linux__)
    fd_ = ::memfd_create("sepet-fuzz", 0);
#else
    fd_ = ::fileno(std::tmpfile());
#endif
  }
  Status Open(const Bytes& bytes, file::Pages pages, std::shared_ptr<const file::Mapping>* mapping) const {
    const auto size = static_cast<off_t>(bytes.size());
    const bool written = ::ftruncate(fd_, size) == 0 && ::pwrite(fd_, bytes.data(), bytes.size(), 0) == size;
    if (!written) return {Code::kFileIo, "The file in memory could not be written."};
    return file::Mapping::Open(fd_, bytes.size(), "fuzz", pages, mapping);
  }

 private:
  int fd_;
};

// One thread's tools.
class Fuzzer {
 public:
  Fuzzer(std::span<const std::vector<Part>> worlds, uint64_t seed) : worlds_(worlds), seed_(seed) {}

  void RunFile(uint64_t number) {
    Rng rng(Mix(seed_, number));
    std::shared_ptr<const file::Mapping> mapping;
    const Bytes bytes = MakeFile(rng);
    const file::Pages pages = rng.Below(50) == 0 ? file::Pages::kHuge : file::Pages::kMap;
    if (Status status = file_.Open(bytes, pages, &mapping); !status.ok())
      return outcomes_.Count("reader", status);
    if (Status status = mapping->Verify(); !status.ok()) return outcomes_.Count("checksum", status);
    SearchFile(*mapping, rng);
  }

  const Outcomes& outcomes() const { return outcomes_; }

 private:
  // A third is damaged as it lies on the disk, a third so and signed again, and in a third the sections are
  // damaged one by one before they are written, so that all of these get past the reader.
  Bytes MakeFile(Rng& rng) const {
    std::vector<Part> parts = worlds_[Below(rng, worlds_.size())];
    const uint32_t way = rng.Below(3);
    const uint32_t changes = 1 + rng.Below(3);
    if (way == 2) {
      for (uint32_t i = 0; i < changes; ++i) DamagePart(parts, rng);
      return Encode(parts);
    }
    Bytes bytes = Encode(parts);
    for (uint32_t i = 0; i < changes; ++i)
      Damage(bytes, sizeof(file::Header) + sizeof(file::Entry) * parts.size(), 64, rng);
    if (way == 1) Sign(bytes);
    return bytes;
  }

  void DamagePart(std::vector<Part>& parts, Rng& rng) const {
    const size_t chosen = Below(rng, parts.size());
    Part& part = parts[chosen];
    switch (rng.Below(12)) {
      case 0:  // of another artifact
        part.bytes = worlds_[Below(rng, worlds_.size())][chosen].bytes;
        return;
      case 1:  // another section of this one
        part.bytes = parts[Below(rng, parts.size())].bytes;
        part.bytes.resize(part.bytes.size() / 4 * 4);
        return;
      case 2:
        part.name = "other";
        return;
      default:
        Damage(part.bytes, 128, file::TypeBytes(part.type), rng);
        part.bytes.resize(part.bytes.size() / file::TypeBytes(part.type) * file::TypeBytes(part.type));
    }
  }

  void SearchFile(const file::Mapping& mapping, Rng& rng) {
    std::map<std::string_view, Bytes> sections;
    for (const file::Entry& entry : mapping.table()) {
      const auto payload = mapping.Payload(entry);
      sections[entry.Name()] = Bytes(payload.begin(), payload.end());
    }
    Shape shape;
    Bytes& vectors = sections["vectors"];
    if (sections["shape"].size() != sizeof shape) return outcomes_.Count("shape: refused");
    std::memcpy(&shape, sections["shape"].data(), sizeof shape);
    if (shape.dims == 0 || shape.dims > hnsw::kMaxDims || shape.graph_rows > shape.rows ||
        vectors.size() != uint64_t{shape.rows} * shape.dims * sizeof(float))
      return outcomes_.Count("shape: refused");
    hnsw::Parts parts{};
    parts.vectors = {reinterpret_cast<const float*>(vectors.data()), shape.rows, shape.dims};
    if (Status status = hnsw::Graph::Open(sections["graph"], shape.graph_rows, &parts.graph); !status.ok())
      return outcomes_.Count("graph", status);
    hnsw::Codes codes;
    if (Status status = hnsw::Codes::Open(sections["codes"], parts.graph, shape.dims, &codes); status.ok())
      parts.codes = codes;
    else
      outcomes_.Count("codes", status);
    const uint32_t graph_rows = parts.graph.header().rows;
    hnsw::Quantized quantized;
    if (Status status = hnsw::Quantized::Open(sections["bytes"], graph_rows, shape.dims, &quantized);
        status.ok())
      parts.quantized = quantized;
    else
      outcomes_.Count("bytes", status);
    hnsw::Quantized upper;
    if (Status status =
            hnsw::Quantized::Open(sections["upper"], parts.graph.header().upper_nodes, shape.dims, &upper);
        status.ok())
      parts.upper = upper;
    else
      outcomes_.Count("upper", status);
    const bool whole = rng.Below(2) == 0;
    hnsw::Cells cells;
    if (Status status = hnsw::Cells::Open(sections["cells"], graph_rows, shape.dims, whole, &cells);
        !status.ok())
      outcomes_.Count("cells", status);
    else if (!parts.quantized.empty()) {
      parts.cells = cells;
      outcomes_.Count(whole ? "searched with cells" : "searched with cells that were trusted");
    }
    Search(parts, rng);
    outcomes_.Count(parts.codes.empty() || parts.quantized.empty() ? "searched in part" : "searched");
    // Bytes that change under an open index give wrong answers and no bad address.
    for (const char* name : {"graph", "codes", "bytes", "upper", "cells", "vectors"})
      if (Bytes& bytes = sections[name]; rng.Below(4) == 0) {
        for (uint32_t left = 1 + rng.Below(4); left > 0; --left) ChangeNumber(bytes, 0, bytes.size(), rng);
        Search(parts, rng);
        outcomes_.Count("searched while it changed");
      }
  }

  void Search(const hnsw::Parts& parts, Rng& rng) {
    const auto available = simd::AvailableKernels();
    const size_t rows = parts.vectors.rows;
    std::vector<float> queries(2 * parts.vectors.dims);
    for (float& value : queries) value = static_cast<float>(rng.Uniform() - 0.5);
    const auto draw = [&] {
      std::vector<uint32_t> words(hnsw::RowSet::WordsFor(rows));
      for (uint32_t& word : words) word = static_cast<uint32_t>(rng.Next() & rng.Next());
      return words;
    };
    const std::vector<uint32_t> only = draw(), removed = draw();
    const uint32_t skip[2] = {rng.Below(200), kNone};
    hnsw::Asked asked{{queries.data(), 2, 1 + rng.Below(4), skip}, 1 + rng.Below(6), {}, 0, 8};
    if (rng.Below(2) == 0) asked.allowed.only.emplace(only, rows);
    if (rng.Below(2) == 0) asked.allowed.removed.emplace(removed, rows);
    if (rng.Below(2) == 0) asked.scan_rows = hnsw::kNone;
    hnsw::Searcher searcher(parts, *available[Below(rng, available.size())]);
    searcher.Search(asked);
    for (size_t q = 0; q < 2; ++q) {
      const auto hits = searcher.Hits(q);
      EXPECT(hits.size() <= asked.queries.k);
      for (const hnsw::Hit& hit : hits)
        EXPECT(hit.row < rows && hit.row != skip[q] && asked.allowed.Has(hit.row));
    }
  }

  std::span<const std::vector<Part>> worlds_;
  uint64_t seed_;
  MemoryFile file_;
  Outcomes outcomes_;
};

}  // namespace
}  // namespace sepet::fuzz

namespace {

thread_local uint64_t number_now = 0;

void SayWhere() {
  std::fprintf(stderr, "damaged file %llu\n", static_cast<unsigned long long>(number_now));
}

}  // namespace

// The address sanitizer calls this before its report; without it, a signal says as much.
extern "C" void __asan_on_error() {
  SayWhere();
}

int main(int count, char** words) {
  using namespace sepet;
  uint64_t files = 20000, from = 0, seed = 1, threads = 1;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view name = words[i];
    uint64_t* const value = name == "--files"     ? &files
                            : name == "--from"    ? &from
                            : name == "--seed"    ? &seed
                            : name == "--threads" ? &threads
                                                  : nullptr;
    if (!EXPECT(value != nullptr)) return 2;
    *value = std::strtoull(words[i + 1], nullptr, 10);
  }
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT})
    if (std::signal(signal, SIG_DFL) == SIG_DFL)
      std::signal(signal, [](int which) {
        SayWhere();
        std::signal(which, SIG_DFL);
        std::raise(which);
      });
  std::vector<std::vector<fuzz::Part>> worlds;
  for (const fuzz::World& world : fuzz::kWorlds)
    worlds.push_back(fuzz::MakeParts(world, seed + worlds.size()));
  std::atomic<uint64_t> next{from};
  std::mutex mutex;
  fuzz::Outcomes outcomes;
  RunThreads(static_cast<unsigned>(threads), [&](unsigned) {
    fuzz::Fuzzer fuzzer(worlds, seed);
    while ((number_now = next.fetch_add(1, std::memory_order_relaxed)) < from + files)
      fuzzer.RunFile(number_now);
    const std::scoped_lock lock(mutex);
    for (const auto& [what, times] : fuzzer.outcomes().counts) outcomes.counts[what] += times;
  });
  std::printf("%llu damaged files, seed %llu\n", static_cast<unsigned long long>(files),
              static_cast<unsigned long long>(seed));
  for (const auto& [what, times] : outcomes.counts)
    std::printf("%10llu  %s\n", static_cast<unsigned long long>(times), what.c_str());
  // Damage that never gets past the reader tests the checksum and nothing else.
  EXPECT(outcomes.counts["searched"] + outcomes.counts["searched in part"] >= files / 20);
  EXPECT(outcomes.counts["graph: file_damaged"] > 0 && outcomes.counts["codes: file_damaged"] > 0);
  EXPECT(outcomes.counts["bytes: file_damaged"] > 0 && outcomes.counts["reader: file_damaged"] > 0);
  EXPECT(outcomes.counts["cells: file_damaged"] > 0 && outcomes.counts["searched with cells"] > 0);
  EXPECT(outcomes.counts["searched with cells that were trusted"] > 0);
  return testing::Failures();
}
