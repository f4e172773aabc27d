#include "binding/node.h"

#include <cmath>
#include <cstring>

namespace sepet::binding {
namespace {

template <typename T>
struct Kind;
template <>
struct Kind<uint8_t> {
  static constexpr napi_typedarray_type type = napi_uint8_array;
  static constexpr const char* name = "Uint8Array";
};
template <>
struct Kind<uint32_t> {
  static constexpr napi_typedarray_type type = napi_uint32_array;
  static constexpr const char* name = "Uint32Array";
};
template <>
struct Kind<float> {
  static constexpr napi_typedarray_type type = napi_float32_array;
  static constexpr const char* name = "Float32Array";
};
template <>
struct Kind<double> {
  static constexpr napi_typedarray_type type = napi_float64_array;
  static constexpr const char* name = "Float64Array";
};
template <>
struct Kind<int64_t> {
  static constexpr napi_typedarray_type type = napi_bigint64_array;
  static constexpr const char* name = "BigInt64Array";
};

[[noreturn]] void Wrong(const char* name, const std::string& wanted) {
  Fail(Code::kArgumentInvalid, std::string(name) + " must be " + wanted + ".");
}

// As people write numbers: 12, not 12.000000.
std::string Plain(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.15g", value);
  return text;
}

double NumberOf(Napi::Value value, const char* name, const std::string& wanted) {
  if (!value.IsNumber()) Wrong(name, wanted);
  return value.As<Napi::Number>().DoubleValue();
}

}  // namespace

void Raise(Napi::Env env, const char* code, const std::string& message) {
  Napi::Error error = Napi::Error::New(env, message);
  error.Set("code", Napi::String::New(env, code));
  throw error;
}

template <typename T>
std::span<T> Elements(Napi::Value value, const char* name) {
  bool is_typed_array = false;
  if (napi_is_typedarray(value.Env(), value, &is_typed_array) != napi_ok || !is_typed_array)
    Wrong(name, std::string("a ") + Kind<T>::name);
  napi_typedarray_type type;
  size_t length = 0;
  void* data = nullptr;
  if (napi_get_typedarray_info(value.Env(), value, &type, &length, &data, nullptr, nullptr) != napi_ok ||
      type != Kind<T>::type)
    Wrong(name, std::string("a ") + Kind<T>::name);
  if (length == 0 || data == nullptr) return {};
  return {static_cast<T*>(data), length};
}

template std::span<uint8_t> Elements<uint8_t>(Napi::Value, const char*);
template std::span<uint32_t> Elements<uint32_t>(Napi::Value, const char*);
template std::span<float> Elements<float>(Napi::Value, const char*);
template std::span<double> Elements<double>(Napi::Value, const char*);
template std::span<int64_t> Elements<int64_t>(Napi::Value, const char*);

Fields::Fields(const Napi::CallbackInfo& info, std::initializer_list<const char*> names) : names_(names) {
  if (info.Length() < 1 || !info[0].IsObject()) Wrong("The argument", "an object of options");
  const Napi::Object object = info[0].As<Napi::Object>();
  values_.reserve(names_.size());
  for (const char* name : names_) values_.push_back(object.Get(name));
}

Napi::Value Fields::Get(const char* name) const {
  for (size_t i = 0; i < names_.size(); ++i)
    if (std::strcmp(names_[i], name) == 0) return values_[i];
  Fail(Code::kArgumentInvalid, std::string(name) + " is not a field of this call.");
}

bool Fields::Has(const char* name) const {
  const Napi::Value value = Get(name);
  return !value.IsUndefined() && !value.IsNull();
}

void Fields::CheckLength(const char* name, size_t got, size_t wanted) {
  if (got == wanted) return;
  Wrong(name, std::to_string(wanted) + " elements long, not " + std::to_string(got));
}

uint64_t Fields::Whole(const char* name, Range range) const {
  const std::string wanted =
      "a whole number from " + std::to_string(range.min) + " to " + std::to_string(range.max);
  const double value = NumberOf(Get(name), name, wanted);
  // 2^53 bounds what a JavaScript number can say exactly, so the cast below is always defined.
  if (!(value >= 0 && value <= 0x1p53) || value != std::floor(value)) Wrong(name, wanted);
  const auto whole = static_cast<uint64_t>(value);
  if (whole < range.min || whole > range.max) Wrong(name, wanted + ", not " + Plain(value));
  return whole;
}

double Fields::Number(const char* name, double min, double max) const {
  const std::string wanted = "a number from " + Plain(min) + " to " + Plain(max);
  const double value = NumberOf(Get(name), name, wanted);
  if (!(value >= min && value <= max)) Wrong(name, wanted + ", not " + Plain(value));
  return value;
}

std::string Fields::String(const char* name) const {
  const Napi::Value value = Get(name);
  if (!value.IsString()) Wrong(name, "a string");
  std::string text = value.As<Napi::String>().Utf8Value();
  if (text.find('\0') != std::string::npos) Wrong(name, "a string without zero characters");
  return text;
}

bool Fields::Boolean(const char* name) const {
  const Napi::Value value = Get(name);
  if (!value.IsBoolean()) Wrong(name, "true or false");
  return value.As<Napi::Boolean>().Value();
}

double NumberAt(const Napi::CallbackInfo& info, size_t at) {
  double value = 0;
  if (napi_get_value_double(info.Env(), info[at], &value) != napi_ok)
    Fail(Code::kArgumentInvalid, "Argument " + std::to_string(at) + " must be a number.");
  return value;
}

uint32_t WholeAt(const Napi::CallbackInfo& info, size_t at, size_t most) {
  const double value = NumberAt(info, at);
  if (!(value >= 0 && value <= static_cast<double>(most)))
    Fail(Code::kArgumentInvalid, "Argument " + std::to_string(at) + " must be a whole number from 0 to " +
                                     std::to_string(most) + ".");
  return static_cast<uint32_t>(value);
}

}  // namespace sepet::binding
