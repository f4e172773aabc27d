// The container: what is written is read back, and whatever else is on the disk is a named error.
#include "core/file/mapping.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdio>
#include <set>

#include "core/base/rng.h"
#include "core/base/testing.h"
#include "core/file/crc32c.h"
#include "core/file/system.h"
#include "core/file/testing.h"
#include "core/file/writer.h"

namespace sepet::file {
namespace {

using testing::Folder;
using testing::Read;
using testing::Write;

template <typename T>
Section MakeSection(const std::string& name, Type type, const std::vector<T>& data) {
  return {name, type, std::as_bytes(std::span(data))};
}

const std::vector<uint8_t> kBytes = {1, 2, 3, 4, 5};
const std::vector<float> kFloats = {1.5f, -2.0f, 0.25f};
const std::vector<double> kDoubles = {3.25};
const std::vector<uint32_t> kNothing;

std::vector<Section> Sample() {
  return {MakeSection("manifest", Type::kU8, kBytes), MakeSection("col.empty", Type::kU32, kNothing),
          MakeSection("vec.in", Type::kF32, kFloats),
          MakeSection("exactly24characterslong.", Type::kF64, kDoubles),
          MakeSection("last", Type::kU32, kNothing)};
}

// Opens without the registry and verifies.
Status OpenWhole(const std::string& path, std::shared_ptr<const Mapping>* mapping) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY));
  struct stat info {};
  if (!fd.ok() || ::fstat(fd.get(), &info) != 0) return SystemError(path, "open");
  Status status = Mapping::Open(fd.get(), static_cast<uint64_t>(info.st_size), path, Pages::kMap, mapping);
  return status.ok() ? (*mapping)->Verify() : status;
}

Code CodeOf(const std::string& path, const std::vector<char>& bytes) {
  Write(path, bytes);
  std::shared_ptr<const Mapping> mapping;
  return OpenWhole(path, &mapping).code();
}

void WrittenSectionsComeBack(const Folder& folder) {
  const std::string path = folder / "a.sepet";
  const auto sections = Sample();
  EXPECT(WriteFile(path, sections).ok());
  std::shared_ptr<const Mapping> mapping;
  EXPECT(OpenWhole(path, &mapping).ok());
  EXPECT(mapping->table().size() == sections.size());
  for (size_t i = 0; i < sections.size(); ++i) {
    const Entry& entry = mapping->table()[i];
    const auto payload = mapping->Payload(entry);
    EXPECT(entry.Name() == sections[i].name && entry.type == sections[i].type);
    EXPECT(reinterpret_cast<uintptr_t>(payload.data()) % kAlignment == 0);
    EXPECT(std::equal(payload.begin(), payload.end(), sections[i].data.begin(), sections[i].data.end()));
  }
}

void AFileWithoutSectionsIsAFile(const Folder& folder) {
  const std::string path = folder / "none.sepet";
  EXPECT(WriteFile(path, {}).ok());
  EXPECT(Read(path).size() == sizeof(Header));
  std::shared_ptr<const Mapping> mapping;
  EXPECT(OpenWhole(path, &mapping).ok() && mapping->table().empty());
}

void EveryCutIsTruncated(const Folder& folder) {
  EXPECT(WriteFile(folder / "a.sepet", Sample()).ok());
  const std::vector<char> whole = Read(folder / "a.sepet");
  for (size_t length = 0; length < whole.size(); ++length) {
    const std::vector<char> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    if (!EXPECT(CodeOf(folder / "cut.sepet", cut) == Code::kFileTruncated))
      std::fprintf(stderr, "cut after %zu bytes\n", length);
  }
  std::vector<char> longer = whole;
  longer.push_back(0);
  EXPECT(CodeOf(folder / "cut.sepet", longer) == Code::kFileDamaged);
}

void EveryFlippedByteIsNoticed(const Folder& folder) {
  EXPECT(WriteFile(folder / "a.sepet", Sample()).ok());
  const std::vector<char> whole = Read(folder / "a.sepet");
  for (size_t at = 0; at < whole.size(); ++at) {
    for (const int bit : {0, 7}) {
      std::vector<char> flipped = whole;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << bit));
      const Code code = CodeOf(folder / "flip.sepet", flipped);
      const bool named = at < 8    ? code == Code::kFileForeign
                         : at < 12 ? code == Code::kFileVersion
                         : at < 16 ? code == Code::kFileDamaged || code == Code::kFileTruncated
                                   : code == Code::kFileDamaged;
      if (!EXPECT(named)) std::fprintf(stderr, "byte %zu bit %d: %s\n", at, bit, CodeName(code));
    }
  }
}

void Resign(std::vector<char>& bytes, size_t front) {
  Header header;
  std::memcpy(&header, bytes.data(), sizeof header);
  header.checksum = 0;
  header.checksum =
      Crc32c(Crc32c(0, &header, sizeof header), bytes.data() + sizeof header, front - sizeof header);
  std::memcpy(bytes.data(), &header, sizeof header);
}

// Mutations under a valid checksum: nothing but the checks themselves stands between them and the pointers.
void ForgedTablesAreRefused(const Folder& folder) {
  const auto sections = Sample();
  EXPECT(WriteFile(folder / "a.sepet", sections).ok());
  const std::vector<char> whole = Read(folder / "a.sepet");
  const size_t front = sizeof(Header) + sizeof(Entry) * sections.size();
  const uint64_t seed = 99;
  Rng rng(seed);
  constexpr uint64_t kNasty[] = {
      0, 1, 63, 64, 0x7FFFFFFF, 0xFFFFFFFF, 0x7FFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFC0, ~0ull};
  int refused = 0, accepted = 0;
  for (int round = 0; round < 3000; ++round) {
    std::vector<char> forged = whole;
    for (uint32_t change = rng.Below(3) + 1; change > 0; --change) {
      const size_t at = 12 + rng.Below(static_cast<uint32_t>(front - 20));
      const uint64_t value = rng.Below(2) == 0 ? kNasty[rng.Below(9)] : rng.Next();
      std::memcpy(forged.data() + at, &value, size_t{1} << rng.Below(4));
    }
    // Only a count within the file can be signed; the others are caught before.
    Header header;
    std::memcpy(&header, forged.data(), sizeof header);
    const uint64_t claimed = sizeof(Header) + sizeof(Entry) * uint64_t{header.sections};
    if (claimed <= forged.size()) Resign(forged, claimed);
    Write(folder / "forged.sepet", forged);
    std::shared_ptr<const Mapping> mapping;
    const Status status = OpenWhole(folder / "forged.sepet", &mapping);
    if (status.ok()) {
      ++accepted;  // a renamed section, or another type of the same size
      for (const Entry& entry : mapping->table()) (void)mapping->Payload(entry);
    } else {
      ++refused;
      const std::set<Code> expected = {Code::kFileDamaged, Code::kFileTruncated, Code::kFileVersion};
      if (!EXPECT(expected.count(status.code()) == 1))
        std::fprintf(stderr, "seed %llu round %d: %s\n", static_cast<unsigned long long>(seed), round,
                     status.message().c_str());
    }
  }
  EXPECT(refused > 2000);
  std::printf("forged tables: %d refused, %d harmless\n", refused, accepted);
}

void ForeignFilesAreNamed(const Folder& folder) {
  EXPECT(CodeOf(folder / "f", {'P', 'K', 3, 4}) == Code::kFileForeign);
  EXPECT(CodeOf(folder / "f", std::vector<char>(10000, 'x')) == Code::kFileForeign);
  EXPECT(CodeOf(folder / "f", {}) == Code::kFileTruncated);
}

void TheWriterRefusesWhatCannotBeRead(const Folder& folder) {
  const std::string path = folder / "refused.sepet";
  const auto code = [&](const std::vector<Section>& sections) { return WriteFile(path, sections).code(); };
  for (const char* name : {"", "a b", "caf\xC3\xA9", "twenty-five characters ...", "tab\t"})
    EXPECT(code({MakeSection(name, Type::kU8, kBytes)}) == Code::kArgumentInvalid);
  EXPECT(code({MakeSection("a", Type::kU8, kBytes), MakeSection("a", Type::kU8, kBytes)}) ==
         Code::kArgumentInvalid);
  EXPECT(code({MakeSection("a", Type::kF32, kBytes)}) == Code::kArgumentInvalid);
  std::vector<Section> many;
  for (uint32_t i = 0; i <= kMaxSections; ++i)
    many.push_back(MakeSection(std::to_string(i), Type::kU8, kBytes));
  EXPECT(code(many) == Code::kArgumentInvalid);
  many.pop_back();
  EXPECT(code(many) == Code::kOk);
  EXPECT(WriteFile(folder / "no/such/folder.sepet", Sample()).code() == Code::kFileNotFound);
}

void AFailedWriteLeavesNothing(const Folder& folder) {
  // A folder stands where the file should go: everything works but the rename.
  std::filesystem::create_directories(folder / "taken.sepet/inside");
  EXPECT(WriteFile(folder / "taken.sepet", Sample()).code() == Code::kFileIo);
  for (const auto& item : std::filesystem::directory_iterator(folder.path()))
    EXPECT(item.path().extension() != ".tmp");
}

}  // namespace
}  // namespace sepet::file

int main() {
  const sepet::file::testing::Folder folder;
  sepet::file::WrittenSectionsComeBack(folder);
  sepet::file::AFileWithoutSectionsIsAFile(folder);
  sepet::file::EveryCutIsTruncated(folder);
  sepet::file::EveryFlippedByteIsNoticed(folder);
  sepet::file::ForgedTablesAreRefused(folder);
  sepet::file::ForeignFilesAreNamed(folder);
  sepet::file::TheWriterRefusesWhatCannotBeRead(folder);
  sepet::file::AFailedWriteLeavesNothing(folder);
  return sepet::testing::Failures();
}
