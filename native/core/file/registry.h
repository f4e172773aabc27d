// One mapping a file a process: threads that open the same file the same way share it. The registry holds
// weak references only; the mapping lives as long as anyone uses it. Files are told apart by device, inode,
// size and time of change, so a file that was replaced by rename is opened anew. Thread-safe.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "core/base/status.h"
#include "core/file/mapping.h"

namespace sepet::file {

// The mapping of `path`, from the registry or new; `verify` also compares its checksums, once a mapping.
// file_not_found and file_io beside the errors of Mapping::Open and Mapping::Verify.
Status MapFile(const std::string& path, bool verify, Pages pages, std::shared_ptr<const Mapping>* mapping);

// How many files are mapped now.
size_t MappedFiles();

}  // namespace sepet::file
