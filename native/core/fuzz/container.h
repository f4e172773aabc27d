// Containers in memory, for damage: laid out as core/file/format.h says and signed with the right checksums,
// whatever is in them.
#pragma once

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "core/file/crc32c.h"
#include "core/file/format.h"

namespace sepet::fuzz {

using Bytes = std::vector<std::byte>;

struct Part {
  std::string name;
  file::Type type;
  Bytes bytes;
};

// Puts the checksums of what the file holds where its own table says that they belong, as far as that table
// lies in the file.
inline void Sign(Bytes& bytes) {
  file::Header header;
  if (bytes.size() < sizeof header) return;
  std::memcpy(&header, bytes.data(), sizeof header);
  const uint64_t table_bytes = sizeof(file::Entry) * uint64_t{header.sections};
  if (table_bytes > bytes.size() - sizeof header) return;
  for (uint32_t i = 0; i < header.sections; ++i) {
    std::byte* const at = bytes.data() + sizeof header + i * sizeof(file::Entry);
    file::Entry entry;
    std::memcpy(&entry, at, sizeof entry);
    if (entry.offset > bytes.size() || entry.bytes > bytes.size() - entry.offset) continue;
    entry.checksum = file::Crc32c(0, bytes.data() + entry.offset, entry.bytes);
    std::memcpy(at, &entry, sizeof entry);
  }
  header.checksum = 0;
  header.checksum =
      file::Crc32c(file::Crc32c(0, &header, sizeof header), bytes.data() + sizeof header, table_bytes);
  std::memcpy(bytes.data(), &header, sizeof header);
}

// The valid container of these parts.
inline Bytes Encode(const std::vector<Part>& parts) {
  file::Header header{};
  std::memcpy(header.magic, file::kMagic, sizeof file::kMagic);
  header.version = file::kVersion1;
  header.sections = static_cast<uint32_t>(parts.size());
  header.bytes = sizeof header + sizeof(file::Entry) * parts.size();
  Bytes bytes(header.bytes);
  for (size_t i = 0; i < parts.size(); ++i) {
    file::Entry entry{};
    std::memcpy(entry.name, parts[i].name.data(), std::min(parts[i].name.size(), file::kMaxName));
    entry.type = parts[i].type;
    entry.offset = file::AlignUp(header.bytes);
    entry.bytes = parts[i].bytes.size();
    std::memcpy(bytes.data() + sizeof header + i * sizeof entry, &entry, sizeof entry);
    bytes.resize(entry.offset);
    bytes.insert(bytes.end(), parts[i].bytes.begin(), parts[i].bytes.end());
    header.bytes = bytes.size();
  }
  std::memcpy(bytes.data(), &header, sizeof header);
  Sign(bytes);
  return bytes;
}

}  // namespace sepet::fuzz
