// The bytes of a file in memory, read-only: mapped, or read into memory of 2 MB pages. Graph search jumps
// through the whole file, and with pages of 4 KB most jumps first miss the table of pages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "core/base/status.h"

namespace sepet::file {

enum class Pages {
  kMap,   // the system's page cache: ready at once, shared by processes, given back under pressure
  kHuge,  // anonymous memory of this process, advised for huge pages: the whole file is read first
};

// Memory that is unmapped when it goes.
class Region {
 public:
  Region() = default;
  Region(const Region&) = delete;
  Region& operator=(const Region&) = delete;
  ~Region();

  // The first `bytes` of an open file. file_io; out_of_memory and file_truncated with kHuge. `path` is for
  // the messages only.
  Status Load(int fd, uint64_t bytes, const std::string& path, Pages pages);

  std::span<const std::byte> bytes() const { return {data_, bytes_}; }
  // How many of the bytes lie in huge pages now. The system may give none, and may change its mind. 0 with
  // kMap and where the system does not tell. Reads a file of the system's: milliseconds.
  uint64_t HugeBytes() const;

 private:
  Status MapFile(int fd, const std::string& path);
  Status ReadFile(int fd, const std::string& path);
  Status Reserve(const std::string& path);

  std::byte* data_ = nullptr;
  uint64_t bytes_ = 0;
  uint64_t mapped_ = 0;  // a whole number of pages, from data_
  bool is_anonymous_ = false;
};

}  // namespace sepet::file
