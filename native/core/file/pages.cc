#include "core/file/pages.h"

#include <sys/mman.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <fstream>

#include "core/file/system.h"

namespace sepet::file {
namespace {

constexpr uint64_t kHugePage = uint64_t{2} << 20;
// Linux reads at most 2^31 - 4096 bytes a call.
constexpr uint64_t kChunk = uint64_t{1} << 30;

constexpr uint64_t RoundUp(uint64_t bytes, uint64_t to) {
  return (bytes + to - 1) / to * to;
}

}  // namespace

Region::~Region() {
  if (mapped_ > 0) ::munmap(data_, mapped_);
}

Status Region::Load(int fd, uint64_t bytes, const std::string& path, Pages pages) {
  bytes_ = bytes;
  if (bytes == 0) return {};
  return pages == Pages::kMap ? MapFile(fd, path) : ReadFile(fd, path);
}

Status Region::MapFile(int fd, const std::string& path) {
  void* mapped = ::mmap(nullptr, bytes_, PROT_READ, MAP_SHARED, fd, 0);
  if (mapped == MAP_FAILED) return SystemError(path, "map");
  data_ = static_cast<std::byte*>(mapped);
  mapped_ = bytes_;
  return {};
}

// Anonymous memory that begins at a multiple of a huge page, so that all of it can lie in such.
Status Region::Reserve(const std::string& path) {
  const uint64_t wanted = RoundUp(bytes_, kHugePage);
  void* reserved =
      ::mmap(nullptr, wanted + kHugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (reserved == MAP_FAILED)
    return {Code::kOutOfMemory, "The machine gave no " + std::to_string(wanted) + " bytes to hold " + path +
                                    " in memory. Map it instead, or give the process more memory."};
  const auto begin = reinterpret_cast<uintptr_t>(reserved);
  const uint64_t before = RoundUp(begin, kHugePage) - begin;
  if (before > 0) ::munmap(reserved, before);
  data_ = static_cast<std::byte*>(reserved) + before;
  mapped_ = wanted;
  is_anonymous_ = true;
  if (before < kHugePage) ::munmap(data_ + wanted, kHugePage - before);
#if defined(MADV_HUGEPAGE)
  // A system without huge pages refuses, and the memory has ordinary ones.
  ::madvise(data_, wanted, MADV_HUGEPAGE);
#endif
  return {};
}

Status Region::ReadFile(int fd, const std::string& path) {
  Status status = Reserve(path);
  if (!status.ok()) return status;
  for (uint64_t at = 0; at < bytes_;) {
    const ssize_t got = ::pread(fd, data_ + at, std::min(bytes_ - at, kChunk), static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return SystemError(path, "read");
    if (got == 0)
      return {Code::kFileTruncated, path + " became shorter while it was read. Copy or build it again."};
    at += static_cast<uint64_t>(got);
  }
  if (::mprotect(data_, mapped_, PROT_READ) != 0) return SystemError(path, "protect the memory of");
  return {};
}

uint64_t Region::HugeBytes() const {
  if (!is_anonymous_) return 0;
  const auto begin = reinterpret_cast<uintptr_t>(data_);
  uint64_t found = 0;
  bool inside = false;
  std::ifstream maps("/proc/self/smaps");
  for (std::string line; std::getline(maps, line);) {
    uint64_t first = 0, second = 0;
    // Each range of addresses begins with a line of its own; the lines about it follow.
    if (std::sscanf(line.c_str(), "%" SCNx64 "-%" SCNx64, &first, &second) == 2)
      inside = first < begin + mapped_ && second > begin;
    else if (inside && std::sscanf(line.c_str(), "AnonHugePages: %" SCNu64 " kB", &first) == 1)
      found += first * 1024;
  }
  // The system joins neighbouring ranges that are alike.
  return std::min(found, bytes_);
}

}  // namespace sepet::file
