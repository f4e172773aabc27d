// A container mapped into memory, read-only. Once made it never changes and may be read by any thread; it is
// unmapped with its last shared_ptr. The file must be replaced by rename, never written in place: whoever
// cuts a mapped file short ends the processes that read it.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <string>

#include "core/base/status.h"
#include "core/file/format.h"

namespace sepet::file {

class Mapping {
 public:
  // Maps the open file and checks header and table: file_foreign, file_version, file_truncated, file_damaged,
  // file_io. The payloads are not read. `path` is for the messages only.
  static Status Open(int fd, uint64_t bytes, const std::string& path,
                     std::shared_ptr<const Mapping>* mapping);

  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping();

  std::span<const std::byte> bytes() const { return {data_, bytes_}; }
  std::span<const Entry> table() const;
  std::span<const std::byte> Payload(const Entry& entry) const {
    return bytes().subspan(entry.offset, entry.bytes);
  }

  // Compares every checksum, and the gaps with zero: file_damaged naming the section. A success is
  // remembered, so that the next caller pays nothing; callers on other threads wait for the one who reads.
  Status Verify() const;

 private:
  Mapping(const std::byte* data, uint64_t bytes, std::string path)
      : data_(data), bytes_(bytes), path_(std::move(path)) {}
  Status CheckFront() const;
  Status CheckTable() const;
  Status CheckPayloads() const;
  Status Problem(Code code, const std::string& what) const { return {code, path_ + " " + what}; }

  const std::byte* data_;
  uint64_t bytes_;
  std::string path_;
  mutable std::mutex verifying_;
  mutable bool verified_ = false;
};

}  // namespace sepet::file
