// A container in memory, read-only. Once made it never changes and may be read by any thread; its memory goes
// with its last shared_ptr. The file must be replaced by rename, never written in place: whoever cuts a
// mapped file short ends the processes that read it.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <string>

#include "core/base/status.h"
#include "core/file/format.h"
#include "core/file/pages.h"

namespace sepet::file {

class Mapping {
 public:
  // Brings the open file into memory and checks header and table: file_foreign, file_version, file_truncated,
  // file_damaged, and the errors of Region. The payloads are not looked at. `path` is for the messages only.
  static Status Open(int fd, uint64_t bytes, const std::string& path, Pages pages,
                     std::shared_ptr<const Mapping>* mapping);

  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  std::span<const std::byte> bytes() const { return region_.bytes(); }
  uint64_t HugeBytes() const { return region_.HugeBytes(); }
  std::span<const Entry> table() const;
  std::span<const std::byte> Payload(const Entry& entry) const {
    return bytes().subspan(entry.offset, entry.bytes);
  }

  // Compares every checksum, and the gaps with zero: file_damaged naming the section. A success is
  // remembered, so that the next caller pays nothing; callers on other threads wait for the one who reads.
  Status Verify() const;

 private:
  explicit Mapping(std::string path) : path_(std::move(path)) {}
  Status CheckFront() const;
  Status CheckTable() const;
  Status CheckPayloads() const;
  Status Problem(Code code, const std::string& what) const { return {code, path_ + " " + what}; }

  Region region_;
  std::string path_;
  mutable std::mutex verifying_;
  mutable bool verified_ = false;
};

}  // namespace sepet::file
