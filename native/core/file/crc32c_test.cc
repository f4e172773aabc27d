#include "core/file/crc32c.h"

#include <cstdio>
#include <vector>

#include "core/base/rng.h"
#include "core/base/testing.h"

namespace sepet::file {
namespace {

// RFC 3720, appendix B.4.
void KnownAnswers() {
  EXPECT(Crc32c(0, "123456789", 9) == 0xE3069283u);
  std::vector<unsigned char> bytes(32, 0);
  EXPECT(Crc32c(0, bytes.data(), 32) == 0x8A9136AAu);
  bytes.assign(32, 0xFF);
  EXPECT(Crc32c(0, bytes.data(), 32) == 0x62A8AB43u);
  for (size_t i = 0; i < 32; ++i) bytes[i] = static_cast<unsigned char>(i);
  EXPECT(Crc32c(0, bytes.data(), 32) == 0x46DD794Eu);
  EXPECT(Crc32c(0, nullptr, 0) == 0);
}

void InstructionEqualsTable() {
  Rng rng(3);
  std::vector<unsigned char> bytes(1000);
  for (unsigned char& byte : bytes) byte = static_cast<unsigned char>(rng.Next());
  for (size_t begin = 0; begin < 9; ++begin)
    for (size_t length = 0; length < 200; ++length)
      EXPECT(Crc32c(7, bytes.data() + begin, length) == Crc32cTable(7, bytes.data() + begin, length));
}

void PiecesGiveTheWhole() {
  Rng rng(4);
  std::vector<unsigned char> bytes(500);
  for (unsigned char& byte : bytes) byte = static_cast<unsigned char>(rng.Next());
  const uint32_t whole = Crc32c(0, bytes.data(), bytes.size());
  for (size_t cut = 0; cut <= bytes.size(); ++cut)
    EXPECT(Crc32c(Crc32c(0, bytes.data(), cut), bytes.data() + cut, bytes.size() - cut) == whole);
}

}  // namespace
}  // namespace sepet::file

int main() {
  sepet::file::KnownAnswers();
  sepet::file::InstructionEqualsTable();
  sepet::file::PiecesGiveTheWhole();
  return sepet::testing::Failures();
}
