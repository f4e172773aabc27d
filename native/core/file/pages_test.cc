#include "core/file/pages.h"

#include <fcntl.h>

#include <cstring>

#include "core/base/rng.h"
#include "core/base/testing.h"
#include "core/file/system.h"
#include "core/file/testing.h"

namespace sepet::file {
namespace {

using testing::Folder;

// Three huge pages and a bit, so that the last one is not full.
constexpr size_t kBytes = (size_t{6} << 20) + 123;

std::vector<char> Sample() {
  Rng rng(7);
  std::vector<char> bytes(kBytes);
  for (char& byte : bytes) byte = static_cast<char>(rng.Next());
  return bytes;
}

// What the system says of huge pages: whether memory that asks for them gets them.
bool SystemHasHugePages() {
  std::ifstream file("/sys/kernel/mm/transparent_hugepage/enabled");
  std::string line;
  std::getline(file, line);
  return line.find("[always]") != std::string::npos || line.find("[madvise]") != std::string::npos;
}

void BothHoldTheFile(const std::string& path, const std::vector<char>& bytes) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY));
  for (const Pages pages : {Pages::kMap, Pages::kHuge}) {
    for (const size_t length : {size_t{0}, size_t{1}, size_t{2} << 20, kBytes}) {
      Region region;
      EXPECT(region.Load(fd.get(), length, path, pages).ok());
      EXPECT(region.bytes().size() == length);
      EXPECT(length == 0 || std::memcmp(region.bytes().data(), bytes.data(), length) == 0);
      EXPECT(region.HugeBytes() <= (pages == Pages::kMap ? 0 : length));
    }
  }
}

void HugePagesAreGivenWhereTheSystemHasThem(const std::string& path) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY));
  uint64_t most = 0;
  // A page at a time may be refused where memory is in pieces.
  for (int round = 0; round < 5; ++round) {
    Region region;
    EXPECT(region.Load(fd.get(), kBytes, path, Pages::kHuge).ok());
    EXPECT(reinterpret_cast<uintptr_t>(region.bytes().data()) % (size_t{2} << 20) == 0);
    most = std::max(most, region.HugeBytes());
  }
  if (SystemHasHugePages())
    EXPECT(most >= size_t{2} << 20);
  else
    EXPECT(most == 0);
}

void FailuresAreNamed(const std::string& path) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY));
  Region larger;
  EXPECT(larger.Load(fd.get(), kBytes + 1, path, Pages::kHuge).code() == Code::kFileTruncated);
  Region absurd;
  const Status status = absurd.Load(fd.get(), uint64_t{1} << 46, path, Pages::kHuge);
  EXPECT(status.code() == Code::kOutOfMemory);
  EXPECT(status.message().find(path) != std::string::npos);
  Region closed;
  EXPECT(closed.Load(-1, kBytes, path, Pages::kHuge).code() == Code::kFileIo);
  Region unmapped;
  EXPECT(unmapped.Load(-1, kBytes, path, Pages::kMap).code() == Code::kFileIo);
}

}  // namespace
}  // namespace sepet::file

int main() {
  const sepet::file::testing::Folder folder;
  const std::string path = folder / "file";
  const std::vector<char> bytes = sepet::file::Sample();
  sepet::file::testing::Write(path, bytes);
  sepet::file::BothHoldTheFile(path, bytes);
  sepet::file::HugePagesAreGivenWhereTheSystemHasThem(path);
  sepet::file::FailuresAreNamed(path);
  return sepet::testing::Failures();
}
