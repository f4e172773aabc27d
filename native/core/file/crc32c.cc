#include "core/file/crc32c.h"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#elif defined(__aarch64__)
#include <arm_acle.h>
#if defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif
#endif

namespace sepet::file {
namespace {

using Tables = std::array<std::array<uint32_t, 256>, 8>;

// Slicing by eight (Kounavis, Berry 2005): table k holds the effect of a byte k places back.
constexpr Tables MakeTables() {
  Tables tables{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82F63B78u : 0u);
    tables[0][byte] = crc;
  }
  for (size_t k = 1; k < tables.size(); ++k)
    for (size_t byte = 0; byte < 256; ++byte)
      tables[k][byte] = (tables[k - 1][byte] >> 8) ^ tables[0][tables[k - 1][byte] & 255];
  return tables;
}

constexpr Tables kTables = MakeTables();

uint64_t Load64(const unsigned char* bytes) {
  uint64_t word;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

#if defined(__x86_64__)

bool HasInstruction() {
  static const bool has = __builtin_cpu_supports("sse4.2");
  return has;
}

__attribute__((target("sse4.2"))) uint32_t Crc32cInstruction(uint32_t checksum, const unsigned char* data,
                                                             size_t bytes) {
  uint64_t crc = ~checksum;
  for (; bytes >= 8; bytes -= 8, data += 8) crc = _mm_crc32_u64(crc, Load64(data));
  auto crc32 = static_cast<uint32_t>(crc);
  for (; bytes > 0; --bytes, ++data) crc32 = _mm_crc32_u8(crc32, *data);
  return ~crc32;
}

#elif defined(__aarch64__)

bool HasInstruction() {
#if defined(__linux__)
  static const bool has = (getauxval(AT_HWCAP) & HWCAP_CRC32) != 0;
  return has;
#else
  return true;  // every 64-bit Apple CPU
#endif
}

#if defined(__clang__)
#define SEPET_CRC __attribute__((target("crc")))
#else
#define SEPET_CRC __attribute__((target("+crc")))
#endif

SEPET_CRC uint32_t Crc32cInstruction(uint32_t checksum, const unsigned char* data, size_t bytes) {
  uint32_t crc = ~checksum;
  for (; bytes >= 8; bytes -= 8, data += 8) crc = __crc32cd(crc, Load64(data));
  for (; bytes > 0; --bytes, ++data) crc = __crc32cb(crc, *data);
  return ~crc;
}

#else

bool HasInstruction() {
  return false;
}
uint32_t Crc32cInstruction(uint32_t checksum, const unsigned char* data, size_t bytes) {
  return Crc32cTable(checksum, data, bytes);
}

#endif

}  // namespace

uint32_t Crc32cTable(uint32_t checksum, const void* data, size_t bytes) {
  const auto* at = static_cast<const unsigned char*>(data);
  uint32_t crc = ~checksum;
  for (; bytes >= 8; bytes -= 8, at += 8) {
    const uint64_t word = Load64(at) ^ crc;
    crc = 0;
    for (unsigned k = 0; k < 8; ++k) crc ^= kTables[7 - k][(word >> (8 * k)) & 255];
  }
  for (; bytes > 0; --bytes, ++at) crc = (crc >> 8) ^ kTables[0][(crc ^ *at) & 255];
  return ~crc;
}

uint32_t Crc32c(uint32_t checksum, const void* data, size_t bytes) {
  if (!HasInstruction()) return Crc32cTable(checksum, data, bytes);
  return Crc32cInstruction(checksum, static_cast<const unsigned char*>(data), bytes);
}

}  // namespace sepet::file
