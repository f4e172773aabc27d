#include "core/file/registry.h"

#include <atomic>
#include <filesystem>

#include "core/base/rng.h"
#include "core/base/testing.h"
#include "core/base/threads.h"
#include "core/file/testing.h"
#include "core/file/writer.h"

namespace sepet::file {
namespace {

using testing::Folder;

void WriteByte(const std::string& path, uint8_t value) {
  const std::vector<uint8_t> data(1000, value);
  const Section sections[] = {{"data", Type::kU8, std::as_bytes(std::span(data))}};
  EXPECT(WriteFile(path, sections).ok());
}

uint8_t FirstByte(const Mapping& mapping) {
  return static_cast<uint8_t>(mapping.Payload(mapping.table()[0])[0]);
}

void OneMappingAFile(const Folder& folder) {
  const std::string path = folder / "a.sepet";
  WriteByte(path, 1);
  std::filesystem::create_symlink(path, folder / "link.sepet");
  std::shared_ptr<const Mapping> first, second, linked;
  EXPECT(MapFile(path, true, Pages::kMap, &first).ok());
  EXPECT(MapFile(path, false, Pages::kMap, &second).ok());
  EXPECT(MapFile(folder / "link.sepet", true, Pages::kMap, &linked).ok());
  EXPECT(first == second && first == linked && MappedFiles() == 1);

  WriteByte(path, 2);  // a rename: another inode under the same name
  EXPECT(MapFile(path, true, Pages::kMap, &second).ok());
  EXPECT(first != second && MappedFiles() == 2);
  EXPECT(FirstByte(*first) == 1 && FirstByte(*second) == 2);

  first.reset();
  linked.reset();
  EXPECT(MappedFiles() == 1);
  second.reset();
  EXPECT(MappedFiles() == 0);
}

void MappedAndReadAreTwo(const Folder& folder) {
  const std::string path = folder / "both.sepet";
  WriteByte(path, 4);
  std::shared_ptr<const Mapping> mapped, read, again;
  EXPECT(MapFile(path, true, Pages::kMap, &mapped).ok());
  EXPECT(MapFile(path, true, Pages::kHuge, &read).ok());
  EXPECT(MapFile(path, false, Pages::kHuge, &again).ok());
  EXPECT(mapped != read && read == again && MappedFiles() == 2);
  EXPECT(FirstByte(*mapped) == 4 && FirstByte(*read) == 4);
}

void DamageIsFoundByWhoeverAsks(const Folder& folder) {
  const std::string path = folder / "damaged.sepet";
  WriteByte(path, 3);
  std::vector<char> bytes = testing::Read(path);
  bytes.back() = 0;
  testing::Write(path, bytes);
  std::shared_ptr<const Mapping> mapping;
  EXPECT(MapFile(path, false, Pages::kMap, &mapping).ok());
  std::shared_ptr<const Mapping> checked;
  EXPECT(MapFile(path, true, Pages::kMap, &checked).code() == Code::kFileDamaged && !checked);
  EXPECT(MapFile(path, true, Pages::kMap, &checked).code() == Code::kFileDamaged);
}

void MissingThingsAreNamed(const Folder& folder) {
  std::shared_ptr<const Mapping> mapping;
  EXPECT(MapFile(folder / "missing", true, Pages::kMap, &mapping).code() == Code::kFileNotFound);
  EXPECT(MapFile(folder.path(), true, Pages::kMap, &mapping).code() == Code::kFileForeign);
  EXPECT(MapFile(folder / "missing", true, Pages::kMap, &mapping).message().find("missing") !=
         std::string::npos);
}

void ThreadsShareWhileTheFileIsReplaced(const Folder& folder) {
  const std::string path = folder / "hot.sepet";
  WriteByte(path, 1);
  std::atomic<bool> wrong{false};
  RunThreads(4, [&](unsigned thread) {
    if (thread == 0) {
      for (uint8_t round = 2; round < 60; ++round) WriteByte(path, round);
      return;
    }
    Rng rng(thread);
    std::shared_ptr<const Mapping> kept;
    for (int i = 0; i < 300; ++i) {
      std::shared_ptr<const Mapping> mapping;
      const Status status = MapFile(path, rng.Below(2) == 0, Pages::kMap, &mapping);
      if (!status.ok() || FirstByte(*mapping) == 0) wrong = true;
      if (rng.Below(4) == 0) kept = mapping;
    }
  });
  EXPECT(!wrong);
  EXPECT(MappedFiles() == 0);
}

}  // namespace
}  // namespace sepet::file

int main() {
  const sepet::file::testing::Folder folder;
  sepet::file::OneMappingAFile(folder);
  sepet::file::MappedAndReadAreTwo(folder);
  sepet::file::DamageIsFoundByWhoeverAsks(folder);
  sepet::file::MissingThingsAreNamed(folder);
  sepet::file::ThreadsShareWhileTheFileIsReplaced(folder);
  return sepet::testing::Failures();
}
