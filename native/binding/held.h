// A typed array that a C++ object goes on reading after the call that brought it.
#pragma once

#include "binding/node.h"

namespace sepet::binding {

template <typename T>
class HeldArray {
 public:
  HeldArray(Napi::Value value, const char* name)
      : elements_(Elements<T>(value, name)),
        reference_(Napi::Persistent(value.As<Napi::Object>())),
        name_(name) {}

  // The elements, checked to be where they were: a buffer may have been detached or resized since.
  std::span<T> Get() const {
    const std::span<T> now = Elements<T>(reference_.Value(), name_);
    if (now.data() != elements_.data() || now.size() != elements_.size())
      Fail(Code::kArgumentInvalid, std::string(name_) + " was detached or resized after it was handed over.");
    return now;
  }

 private:
  std::span<T> elements_;
  Napi::ObjectReference reference_;
  const char* name_;
};

}  // namespace sepet::binding
