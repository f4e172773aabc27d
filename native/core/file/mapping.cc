#include "core/file/mapping.h"

#include <algorithm>
#include <set>

#include "core/file/crc32c.h"

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

std::span<const Entry> Mapping::table() const {
  const std::byte* data = bytes().data();
  const auto* header = reinterpret_cast<const Header*>(data);
  return {reinterpret_cast<const Entry*>(data + sizeof(Header)), header->sections};
}

Status Mapping::Open(int fd, uint64_t bytes, const std::string& path, Pages pages,
                     std::shared_ptr<const Mapping>* mapping) {
  const std::shared_ptr<Mapping> made(new Mapping(path));
  Status status = made->region_.Load(fd, bytes, path, pages);
  if (status.ok()) status = made->CheckFront();
  if (status.ok()) status = made->CheckTable();
  if (status.ok()) *mapping = made;
  return status;
}

Status Mapping::CheckFront() const {
  const std::byte* data = bytes().data();
  const uint64_t size = bytes().size();
  const size_t present = std::min<size_t>(size, sizeof kMagic);
  if (present > 0 && std::memcmp(data, kMagic, present) != 0)
    return Problem(Code::kFileForeign, "is not a Sepet file: it does not begin with Sepet's magic bytes.");
  if (size < sizeof(Header))
    return Problem(Code::kFileTruncated, "ends inside its header, after " + std::to_string(size) +
                                             " bytes. Copy or build it again.");
  const auto& header = *reinterpret_cast<const Header*>(data);
  if (header.version != kVersion1)
    return Problem(Code::kFileVersion, "has format version " + std::to_string(header.version) +
                                           "; this build reads version 1. Build it again with this version.");
  if (header.sections > kMaxSections)
    return Problem(Code::kFileDamaged, "claims " + std::to_string(header.sections) +
                                           " sections, more than a file may hold. Copy or build it again.");
  const uint64_t front_bytes = sizeof(Header) + sizeof(Entry) * uint64_t{header.sections};
  if (size < front_bytes)
    return Problem(Code::kFileTruncated, "ends inside its section table. Copy or build it again.");
  Header unsigned_header = header;
  unsigned_header.checksum = 0;
  const uint32_t head = Crc32c(0, &unsigned_header, sizeof unsigned_header);
  if (Crc32c(head, data + sizeof(Header), front_bytes - sizeof(Header)) != header.checksum)
    return Problem(Code::kFileDamaged,
                   "has a wrong checksum over its header and section table. "
                   "Copy or build it again.");
  if (size < header.bytes)
    return Problem(Code::kFileTruncated, "has " + std::to_string(size) + " bytes of " +
                                             std::to_string(header.bytes) + ". Copy or build it again.");
  if (size > header.bytes || !AllZero(header.zero))
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
                      entry.offset <= bytes().size() && entry.bytes <= bytes().size() - entry.offset;
    if (!fits)
      return Problem(Code::kFileDamaged, "has a section " + std::string(name) +
                                             " of a wrong type, size or place. Build it again.");
    end = entry.offset + entry.bytes;
  }
  if (end != bytes().size())
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
