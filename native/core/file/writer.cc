#include "core/file/writer.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <mutex>
#include <set>
#include <vector>

#include "core/file/crc32c.h"
#include "core/file/system.h"

namespace sepet::file {
namespace {

// So many bytes are handed to the disk while the next are copied; Linux takes at most 2^31 - 4096 a call.
constexpr size_t kChunk = size_t{1} << 26;

Status CheckSections(std::span<const Section> sections) {
  if (sections.size() > kMaxSections)
    return {Code::kArgumentInvalid, "A file holds at most " + std::to_string(kMaxSections) +
                                        " sections, not " + std::to_string(sections.size()) + "."};
  std::set<std::string_view> names;
  for (const Section& section : sections) {
    if (!ValidName(section.name))
      return {Code::kArgumentInvalid, "The section name \"" + section.name +
                                          "\" must be 1 to 24 printable ASCII characters without spaces."};
    if (!names.insert(section.name).second)
      return {Code::kArgumentInvalid, "The section name \"" + section.name + "\" is used twice."};
    const uint64_t size = TypeBytes(section.type);
    if (size == 0 || section.data.size() % size != 0)
      return {Code::kArgumentInvalid, "The section " + section.name + " is not a whole number of elements."};
  }
  return {};
}

// The header followed by its table, checksums and all.
std::vector<std::byte> MakeFront(std::span<const Section> sections) {
  Header header{};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  header.version = kVersion1;
  header.sections = static_cast<uint32_t>(sections.size());
  std::vector<Entry> table(sections.size());
  header.bytes = sizeof(Header) + sizeof(Entry) * table.size();
  for (size_t i = 0; i < table.size(); ++i) {
    Entry& entry = table[i];
    entry = {};
    std::memcpy(entry.name, sections[i].name.data(), sections[i].name.size());
    entry.type = sections[i].type;
    entry.offset = AlignUp(header.bytes);
    entry.bytes = sections[i].data.size();
    entry.checksum = Crc32c(0, sections[i].data.data(), sections[i].data.size());
    header.bytes = entry.offset + entry.bytes;
  }
  const size_t table_bytes = sizeof(Entry) * table.size();
  header.checksum = Crc32c(Crc32c(0, &header, sizeof header), table.data(), table_bytes);
  std::vector<std::byte> front(sizeof header + table_bytes);
  std::memcpy(front.data(), &header, sizeof header);
  if (!table.empty()) std::memcpy(front.data() + sizeof header, table.data(), table_bytes);
  return front;
}

// Lets the disk begin with what was written, where the system can; fsync waits for the end.
void BeginSync([[maybe_unused]] int fd) {
#if defined(SYNC_FILE_RANGE_WRITE)
  static_cast<void>(::sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE));
#endif
}

bool WriteAll(int fd, std::span<const std::byte> data) {
  while (!data.empty()) {
    const ssize_t written = ::write(fd, data.data(), std::min(data.size(), kChunk));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    data = data.subspan(static_cast<size_t>(written));
    if (static_cast<size_t>(written) == kChunk) BeginSync(fd);
  }
  return true;
}

bool WriteContents(int fd, std::span<const Section> sections) {
  static constexpr std::byte kZeros[kAlignment] = {};
  const std::vector<std::byte> front = MakeFront(sections);
  if (!WriteAll(fd, front)) return false;
  uint64_t at = front.size();
  for (const Section& section : sections) {
    const uint64_t gap = AlignUp(at) - at;
    if (!WriteAll(fd, {kZeros, gap}) || !WriteAll(fd, section.data)) return false;
    at += gap + section.data.size();
  }
  return true;
}

// A rename lasts through a power cut only once its folder is on the disk too.
Status SyncFolder(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.ok() || ::fsync(fd.get()) != 0) {
    if (errno == EINVAL) return {};  // a file system whose folders cannot be synced
    return SystemError(folder, "sync the folder");
  }
  return {};
}

Status WriteTemporary(const std::string& temporary, std::span<const Section> sections) {
  const Descriptor fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!fd.ok()) return SystemError(temporary, "create");
  if (!WriteContents(fd.get(), sections)) return SystemError(temporary, "write");
  if (::fsync(fd.get()) != 0) return SystemError(temporary, "sync");
  return {};
}

}  // namespace

Status WriteFile(const std::string& path, std::span<const Section> sections) {
  Status status = CheckSections(sections);
  if (!status.ok()) return status;
  static std::mutex one_at_a_time;
  const std::scoped_lock lock(one_at_a_time);
  const std::string temporary = path + "." + std::to_string(::getpid()) + ".tmp";
  status = WriteTemporary(temporary, sections);
  if (status.ok() && std::rename(temporary.c_str(), path.c_str()) != 0)
    status = SystemError(path, "rename the finished file to");
  if (!status.ok()) {
    ::unlink(temporary.c_str());
    return status;
  }
  return SyncFolder(path);
}

}  // namespace sepet::file
