// The one includer of napi.h, and how every callable of the addon reads its arguments and reports errors.
//
// Rules for binding code:
// - A callable takes one object. `Fields` reads all of its properties first (a getter may run JavaScript,
// which
//   may detach a buffer); only then are pointers taken, and no JavaScript runs until the call returns.
// - Everything is checked here, whatever TypeScript checked before: a wrong length is a crash.
// - Bodies run inside Guard: no C++ exception other than Napi::Error leaves it.
#pragma once

// A worker that is being terminated can no longer take exceptions; that must not abort the process.
#define NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS
#include <napi.h>

#include <cstdint>
#include <exception>
#include <initializer_list>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/status.h"

namespace sepet::binding {

// A failed Status on its way to JavaScript.
struct Failure {
  Status status;
};

[[noreturn]] inline void Fail(Code code, std::string message) {
  throw Failure{Status(code, std::move(message))};
}
inline void Check(Status status) {
  if (!status.ok()) throw Failure{std::move(status)};
}

// Throws an Error with `code` as a JavaScript exception.
[[noreturn]] void Raise(Napi::Env env, const char* code, const std::string& message);

template <typename Body>
auto Guard(Napi::Env env, const Body& body) -> decltype(body()) {
  try {
    return body();
  } catch (const Failure& failure) {
    Raise(env, CodeName(failure.status.code()), failure.status.message());
  } catch (const Napi::Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    Raise(env, CodeName(Code::kOutOfMemory), "The machine gave no more memory for this call.");
  } catch (const std::exception& error) {
    Raise(env, "internal", error.what());
  }
}

// A whole number from min to max.
struct Range {
  uint64_t min;
  uint64_t max;
};

// The typed array in `value`, over an ArrayBuffer or a SharedArrayBuffer. The span holds until JavaScript
// runs again. Fails with argument_invalid naming `name`.
template <typename T>
std::span<T> Elements(Napi::Value value, const char* name);

// The properties of the object that a callable was given, read once. Every accessor fails with
// argument_invalid naming the field when the value has another type than asked for.
class Fields {
 public:
  Fields(const Napi::CallbackInfo& info, std::initializer_list<const char*> names);

  bool Has(const char* name) const;  // neither missing, undefined nor null
  Napi::Value Get(const char* name) const;

  template <typename T>
  std::span<T> Array(const char* name) const {
    return Elements<T>(Get(name), name);
  }
  // An array that must have exactly `length` elements.
  template <typename T>
  std::span<T> Array(const char* name, size_t length) const {
    const std::span<T> array = Array<T>(name);
    CheckLength(name, array.size(), length);
    return array;
  }
  uint64_t Whole(const char* name, Range range) const;
  double Number(const char* name, double min, double max) const;
  std::string String(const char* name) const;
  bool Boolean(const char* name) const;

 private:
  static void CheckLength(const char* name, size_t got, size_t wanted);

  std::vector<const char*> names_;
  std::vector<Napi::Value> values_;
};

// Argument `at` of a callable that takes plain numbers. Fails with argument_invalid.
double NumberAt(const Napi::CallbackInfo& info, size_t at);
// A whole number from 0 to `most`.
uint32_t WholeAt(const Napi::CallbackInfo& info, size_t at, size_t most);

// Each binding file adds its callables to the exports; module.cc calls them all.
void RegisterInfo(Napi::Env env, Napi::Object exports);
void RegisterFile(Napi::Env env, Napi::Object exports);
void RegisterIndex(Napi::Env env, Napi::Object exports);
void RegisterGraph(Napi::Env env, Napi::Object exports);
void RegisterDiversity(Napi::Env env, Napi::Object exports);
void RegisterSieve(Napi::Env env, Napi::Object exports);
void RegisterWord2vec(Napi::Env env, Napi::Object exports);
void RegisterFm(Napi::Env env, Napi::Object exports);

}  // namespace sepet::binding
