// Writes a container whole: to `<path>.<pid>.tmp` in the same folder, fsynced, renamed over `path`, the
// folder fsynced. Whoever reads `path` sees the old file or the new one. On failure the temporary file is
// removed and `path` is untouched. Writes of one process are done one after the other; the payloads must not
// change meanwhile.
#pragma once

#include <span>
#include <string>

#include "core/base/status.h"
#include "core/file/format.h"

namespace sepet::file {

struct Section {
  std::string name;
  Type type;
  std::span<const std::byte> data;
};

// argument_invalid for names that are too long, empty, not printable or used twice, or too many sections;
// file_not_found where the folder does not exist; file_io for what else the system refuses.
Status WriteFile(const std::string& path, std::span<const Section> sections);

}  // namespace sepet::file
