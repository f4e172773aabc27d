#include "core/file/registry.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <map>
#include <mutex>
#include <tuple>

#include "core/file/system.h"

namespace sepet::file {
namespace {

using Key = std::tuple<dev_t, ino_t, int64_t, int64_t, int64_t, Pages>;

struct Registry {
  std::mutex mutex;
  std::map<Key, std::weak_ptr<const Mapping>> mappings;
};

// Never destroyed: finalizers of other threads may still run while the process ends.
Registry& TheRegistry() {
  static auto* registry = new Registry;
  return *registry;
}

Key KeyOf(const struct stat& info, Pages pages) {
#if defined(__APPLE__)
  const timespec& changed = info.st_mtimespec;
#else
  const timespec& changed = info.st_mtim;
#endif
  return {info.st_dev, info.st_ino, info.st_size, changed.tv_sec, changed.tv_nsec, pages};
}

// A mapped inode cannot be given to another file, so a live entry is the file it was made from. (One that was
// read may be, if a new file has its size and its time to the nanosecond as well.) Others wait for the one
// who reads a file.
Status FindOrMap(int fd, const struct stat& info, const std::string& path, Pages pages,
                 std::shared_ptr<const Mapping>* mapping) {
  Registry& registry = TheRegistry();
  const std::scoped_lock lock(registry.mutex);
  std::erase_if(registry.mappings, [](const auto& item) { return item.second.expired(); });
  const Key key = KeyOf(info, pages);
  if (const auto known = registry.mappings.find(key); known != registry.mappings.end()) {
    *mapping = known->second.lock();
    if (*mapping) return {};
  }
  Status status = Mapping::Open(fd, static_cast<uint64_t>(info.st_size), path, pages, mapping);
  if (status.ok()) registry.mappings[key] = *mapping;
  return status;
}

}  // namespace

Status MapFile(const std::string& path, bool verify, Pages pages, std::shared_ptr<const Mapping>* mapping) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.ok()) return SystemError(path, "open");
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return SystemError(path, "examine");
  if (!S_ISREG(info.st_mode)) return {Code::kFileForeign, path + " is not a file of bytes."};
  std::shared_ptr<const Mapping> found;
  Status status = FindOrMap(fd.get(), info, path, pages, &found);
  if (status.ok() && verify) status = found->Verify();
  if (status.ok()) *mapping = std::move(found);
  return status;
}

size_t MappedFiles() {
  Registry& registry = TheRegistry();
  const std::scoped_lock lock(registry.mutex);
  std::erase_if(registry.mappings, [](const auto& item) { return item.second.expired(); });
  return registry.mappings.size();
}

}  // namespace sepet::file
