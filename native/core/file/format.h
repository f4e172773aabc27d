// The Sepet container, version 1: named arrays in one file, all little-endian, drawn again in
// docs/formats.md.
//
//     offset  bytes  header (64 bytes)
//          0      8  magic "SEPET\r\n\0" (the line end shows a file mangled as text)
//          8      4  version, 1
//         12      4  sections, n <= 4096
//         16      8  bytes of the whole file
//         24      4  CRC-32C of header and table, with this field zero
//         28     36  zero
//         64   64*n  table, one entry a section, in the order of the payloads
//                    0  24  name, printable ASCII, padded with zero bytes
//                   24   4  type: 1 u8, 2 u32, 3 i32, 4 f32, 5 f64
//                   28   4  CRC-32C of the payload
//                   32   8  offset of the payload in the file
//                   40   8  bytes of the payload, a multiple of its type's size
//                   48  16  zero
//     64+64*n        payloads, each at the next multiple of 64 after the one before; the gaps are zero
//
// There is one valid layout for a list of sections: every offset follows from the sizes, so a reader checks
// equality, and overlaps or holes cannot be said.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace sepet::file {

static_assert(std::endian::native == std::endian::little,
              "Sepet files are read in place: little-endian only.");

inline constexpr char kMagic[8] = {'S', 'E', 'P', 'E', 'T', '\r', '\n', '\0'};
inline constexpr uint32_t kVersion1 = 1;
inline constexpr uint64_t kAlignment = 64;
inline constexpr uint32_t kMaxSections = 4096;
inline constexpr size_t kMaxName = 24;

enum class Type : uint32_t { kU8 = 1, kU32 = 2, kI32 = 3, kF32 = 4, kF64 = 5 };

// Bytes of one element, 0 for a type that does not exist.
constexpr uint64_t TypeBytes(Type type) {
  switch (type) {
    case Type::kU8:
      return 1;
    case Type::kU32:
    case Type::kI32:
    case Type::kF32:
      return 4;
    case Type::kF64:
      return 8;
  }
  return 0;
}

constexpr const char* TypeName(Type type) {
  switch (type) {
    case Type::kU8:
      return "u8";
    case Type::kU32:
      return "u32";
    case Type::kI32:
      return "i32";
    case Type::kF32:
      return "f32";
    case Type::kF64:
      return "f64";
  }
  return "?";
}

struct Header {
  char magic[8];
  uint32_t version;
  uint32_t sections;
  uint64_t bytes;
  uint32_t checksum;
  uint32_t zero[9];
};
static_assert(sizeof(Header) == 64);

struct Entry {
  char name[kMaxName];
  Type type;
  uint32_t checksum;
  uint64_t offset;
  uint64_t bytes;
  uint64_t zero[2];

  std::string_view Name() const { return {name, strnlen(name, kMaxName)}; }
};
static_assert(sizeof(Entry) == 64);

// 1 to 24 printable ASCII characters without spaces.
constexpr bool ValidName(std::string_view name) {
  if (name.empty() || name.size() > kMaxName) return false;
  for (const char c : name)
    if (c <= ' ' || c > '~') return false;
  return true;
}

constexpr uint64_t AlignUp(uint64_t offset) {
  return (offset + kAlignment - 1) / kAlignment * kAlignment;
}

}  // namespace sepet::file
