// The few POSIX things that reading and writing share.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "core/base/status.h"

namespace sepet::file {

// An open file descriptor, closed when it goes.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

 private:
  int fd_;
};

// What errno says about `path`: file_not_found for a missing file or folder, else file_io.
inline Status SystemError(const std::string& path, const char* action, int error = errno) {
  const bool missing = error == ENOENT || error == ENOTDIR;
  return {missing ? Code::kFileNotFound : Code::kFileIo,
          "Cannot " + std::string(action) + " " + path + ": " + std::strerror(error) + "."};
}

}  // namespace sepet::file
