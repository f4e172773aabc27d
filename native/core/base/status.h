// What went wrong, as a value: the core throws nothing across its border.
// The names are those of src/base/errors.ts; a test holds the two lists equal.
#pragma once

#include <string>
#include <utility>

namespace sepet {

enum class Code {
  kOk,
  kArgumentInvalid,
  kVectorNotFinite,
  kFileNotFound,
  kFileIo,
  kFileForeign,
  kFileVersion,
  kFileTruncated,
  kFileDamaged,
  kSectionMissing,
  kTrainingDiverged,
  kCancelled,
  kOutOfMemory,
};

constexpr const char* CodeName(Code code) {
  switch (code) {
    case Code::kOk:
      return "ok";
    case Code::kArgumentInvalid:
      return "argument_invalid";
    case Code::kVectorNotFinite:
      return "vector_not_finite";
    case Code::kFileNotFound:
      return "file_not_found";
    case Code::kFileIo:
      return "file_io";
    case Code::kFileForeign:
      return "file_foreign";
    case Code::kFileVersion:
      return "file_version";
    case Code::kFileTruncated:
      return "file_truncated";
    case Code::kFileDamaged:
      return "file_damaged";
    case Code::kSectionMissing:
      return "section_missing";
    case Code::kTrainingDiverged:
      return "training_diverged";
    case Code::kCancelled:
      return "cancelled";
    case Code::kOutOfMemory:
      return "out_of_memory";
  }
  return "internal";
}

// A code and a sentence that says what to do about it.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Code code, std::string message) : code_(code), message_(std::move(message)) {}

  bool ok() const { return code_ == Code::kOk; }
  Code code() const { return code_; }
  const std::string& message() const { return message_; }

 private:
  Code code_ = Code::kOk;
  std::string message_;
};

}  // namespace sepet
