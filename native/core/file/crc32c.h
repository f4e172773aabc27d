// CRC-32C (Castagnoli polynomial, reflected), as iSCSI and ext4 use it: the CPU's instruction where there is
// one.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sepet::file {

// Continues a checksum: Crc32c(Crc32c(0, a, n), b, m) is the checksum of a followed by b.
uint32_t Crc32c(uint32_t checksum, const void* data, size_t bytes);

// The same by table, on any CPU: the oracle of the instruction.
uint32_t Crc32cTable(uint32_t checksum, const void* data, size_t bytes);

}  // namespace sepet::file
