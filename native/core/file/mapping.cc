#include "core/file/mapping.h"

#include <sys/mman.h>

#include <algorithm>
#include <set>

#include "core/file/crc32c.h"
#include "core/file/system.h"

namespace sepet::file {
namespace {

template <size_t N, typename Word>
bool AllZero(const Word (&words)[N]) {
  return std::all_of(words, words + N, [](Word word) { return word == 0; });
}

// Whether the bytes after the name's end are zero.
bool PaddedName(const Entry& entry) {
  return std::all_of(entry.name + entry.Name().size(), entry.name + kMaxName, [](char c) { return c == 0; });
}

}  // namespace

Mapping::~Mapping() {
  if (bytes_ > 0) ::munmap(const_cast<std::byte*>(data_), bytes_);
}

std::span<const Entry> Mapping::table() const {
  const auto* header = reinterpret_cast<const Header*>(data_);
  return {reinterpret_cast<const Entry*>(data_ + sizeof(Header)), header->sections};
}

Status Mapping::Open(int fd, uint64_t bytes, const std::string& path,
                     std::shared_ptr<const Mapping>* mapping) {
  const std::byte* data = nullptr;
  if (bytes > 0) {
    void* mapped = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, fd, 0);
    if (mapped == MAP_FAILED) return SystemError(path, "map");
    data = static_cast<const std::byte*>(mapped);
  }
  const std::shared_ptr<const Mapping> made(new Mapping(data, bytes, path));
  Status status = made->CheckFront();
  if (status.ok()) status = made->CheckTable();
  if (status.ok()) *mapping = made;
  return status;
}

Status Mapping::CheckFront() const {
  const size_t present = std::min<size_t>(bytes_, sizeof kMagic);
  if (present > 0 && std::memcmp(data_, kMagic, present) != 0)
    return Problem(Code::kFileForeign, "is not a Sepet file: it does not begin with Sepet's magic bytes.");
  if (bytes_ < sizeof(Header))
    return Problem(Code::kFileTruncated, "ends inside its header, after " + std::to_string(bytes_) +
                                             " bytes. Copy or build it again.");
  const auto& header = *reinterpret_cast<const Header*>(data_);
  if (header.version != kVersion1)
    return Problem(Code::kFileVersion, "has format version " + std::to_string(header.version) +
                                           "; this build reads version 1. Build it again with this version.");
  if (header.sections > kMaxSections)
    return Problem(Code::kFileDamaged, "claims " + std::to_string(header.sections) +
                                           " sections, more than a file may hold. Copy or build it again.");
  const uint64_t front_bytes = sizeof(Header) + sizeof(Entry) * uint64_t{header.sections};
  if (bytes_ < front_bytes)
    return Problem(Code::kFileTruncated, "ends inside its section table. Copy or build it again.");
  Header unsigned_header = header;
  unsigned_header.checksum = 0;
  const uint32_t head = Crc32c(0, &unsigned_header, sizeof unsigned_header);
  if (Crc32c(head, data_ + sizeof(Header), front_bytes - sizeof(Header)) != header.checksum)
    return Problem(Code::kFileDamaged,
                   "has a wrong checksum over its header and section table. "
                   "Copy or build it again.");
  if (bytes_ < header.bytes)
    return Problem(Code::kFileTruncated, "has " + std::to_string(bytes_) + " bytes of " +
                                             std::to_string(header.bytes) + ". Copy or build it again.");
  if (bytes_ > header.bytes || !AllZero(header.zero))
    return Problem(Code::kFileDamaged,
                   "holds bytes that its header does not account for. Copy or build it again.");
  return {};
}

// The checksum has held, so whoever fails here wrote a wrong file on purpose or by a fault.
Status Mapping::CheckTable() const {
  std::set<std::string_view> names;
  uint64_t end = sizeof(Header) + sizeof(Entry) * table().size();
  for (const Entry& entry : table()) {
    const std::string_view name = entry.Name();
    if (!ValidName(name) || !PaddedName(entry) || !AllZero(entry.zero) || !names.insert(name).second)
      return Problem(Code::kFileDamaged, "has an ill-formed or repeated section name. Build it again.");
    const uint64_t size = TypeBytes(entry.type);
    const bool fits = size != 0 && entry.bytes % size == 0 && entry.offset == AlignUp(end) &&
                      entry.offset <= bytes_ && entry.bytes <= bytes_ - entry.offset;
    if (!fits)
      return Problem(Code::kFileDamaged, "has a section " + std::string(name) +
                                             " of a wrong type, size or place. Build it again.");
    end = entry.offset + entry.bytes;
  }
  if (end != bytes_)
    return Problem(Code::kFileDamaged, "does not end with its last section. Build it again.");
  return {};
}

Status Mapping::CheckPayloads() const {
  uint64_t end = sizeof(Header) + sizeof(Entry) * table().size();
  for (const Entry& entry : table()) {
    const auto gap = bytes().subspan(end, entry.offset - end);
    const auto payload = Payload(entry);
    const bool zero_gap = std::all_of(gap.begin(), gap.end(), [](std::byte b) { return b == std::byte{0}; });
    if (!zero_gap || Crc32c(0, payload.data(), payload.size()) != entry.checksum)
      return Problem(Code::kFileDamaged, "has a wrong checksum in section " + std::string(entry.Name()) +
                                             ". Copy or build it again.");
    end = entry.offset + entry.bytes;
  }
  return {};
}

Status Mapping::Verify() const {
  const std::scoped_lock lock(verifying_);
  if (verified_) return {};
  Status status = CheckPayloads();
  verified_ = status.ok();
  return status;
}

}  // namespace sepet::file
