// mapFile({path, verify, windowBytes, pages?}) -> {bytes, windows, sections, hugeBytes()} and
// writeFile({path, names, arrays}).
#include "binding/node.h"
#include "core/file/registry.h"
#include "core/file/writer.h"

namespace sepet::binding {
namespace {

using SharedMapping = std::shared_ptr<const file::Mapping>;

// An ArrayBuffer over a part of the mapping itself. Its finalizer, run by the garbage collector or when the
// thread ends, drops its reference; the memory goes with the last one.
Napi::Value Wrap(Napi::Env env, const SharedMapping& mapping, uint64_t offset, uint64_t bytes) {
  auto* held = new SharedMapping(mapping);
  const auto drop = [](napi_env, void*, void* hint) { delete static_cast<SharedMapping*>(hint); };
  void* data = const_cast<std::byte*>(mapping->bytes().data() + offset);
  napi_value buffer = nullptr;
  if (napi_create_external_arraybuffer(env, data, bytes, drop, held, &buffer) != napi_ok)
    // Node calls `drop` itself on some failures and not on others: a reference kept for ever is the safe
    // side.
    Fail(Code::kOutOfMemory, "This runtime could not wrap the mapped file in an ArrayBuffer.");
  return {env, buffer};
}

// The file as ArrayBuffers of at most `limit` bytes, cut between sections; nearly always it is one.
Napi::Array Windows(Napi::Env env, const SharedMapping& mapping, uint64_t limit) {
  Napi::Array windows = Napi::Array::New(env);
  const auto add = [&](uint64_t begin, uint64_t end) {
    Napi::Object window = Napi::Object::New(env);
    window.Set("offset", static_cast<double>(begin));
    window.Set("buffer", Wrap(env, mapping, begin, end - begin));
    windows.Set(windows.Length(), window);
  };
  uint64_t begin = 0, end = sizeof(file::Header) + sizeof(file::Entry) * mapping->table().size();
  for (const file::Entry& entry : mapping->table()) {
    if (entry.bytes > limit)
      Fail(Code::kArgumentInvalid, "The section " + std::string(entry.Name()) + " has " +
                                       std::to_string(entry.bytes) + " bytes; this Node.js maps at most " +
                                       std::to_string(limit) + " at once. Use a newer one.");
    if (entry.offset + entry.bytes - begin > limit) {
      add(begin, end);
      begin = entry.offset;
    }
    end = entry.offset + entry.bytes;
  }
  add(begin, end);
  return windows;
}

Napi::Array Sections(Napi::Env env, const file::Mapping& mapping) {
  Napi::Array list = Napi::Array::New(env, mapping.table().size());
  uint32_t count = 0;
  for (const file::Entry& entry : mapping.table()) {
    Napi::Object section = Napi::Object::New(env);
    section.Set("name", Napi::String::New(env, entry.name, entry.Name().size()));
    section.Set("type", file::TypeName(entry.type));
    section.Set("offset", static_cast<double>(entry.offset));
    section.Set("bytes", static_cast<double>(entry.bytes));
    section.Set("checksum", entry.checksum);
    list.Set(count++, section);
  }
  return list;
}

file::Pages PagesOf(const Fields& fields) {
  if (!fields.Has("pages")) return file::Pages::kMap;
  const std::string pages = fields.String("pages");
  if (pages == "map") return file::Pages::kMap;
  if (pages == "huge") return file::Pages::kHuge;
  Fail(Code::kArgumentInvalid, "pages must be map or huge, not " + pages + ".");
}

Napi::Value MapFile(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return Guard(env, [&]() -> Napi::Value {
    const Fields fields(info, {"path", "verify", "windowBytes", "pages"});
    const uint64_t limit = fields.Whole("windowBytes", {1, uint64_t{1} << 53});
    SharedMapping mapping;
    Check(file::MapFile(fields.String("path"), fields.Boolean("verify"), PagesOf(fields), &mapping));
    Napi::Object result = Napi::Object::New(env);
    result.Set("sections", Sections(env, *mapping));
    result.Set("bytes", static_cast<double>(mapping->bytes().size()));
    result.Set("windows", Windows(env, mapping, limit));
    const auto huge = [mapping](const Napi::CallbackInfo& asked) {
      return Napi::Number::New(asked.Env(), static_cast<double>(mapping->HugeBytes()));
    };
    result.Set("hugeBytes", Napi::Function::New(env, huge, "hugeBytes"));
    return result;
  });
}

// The type and bytes of a typed array that a section may hold.
file::Section SectionOf(std::string name, Napi::Value value) {
  napi_typedarray_type type;
  size_t length = 0;
  void* data = nullptr;
  bool is_typed_array = false;
  if (napi_is_typedarray(value.Env(), value, &is_typed_array) == napi_ok && is_typed_array &&
      napi_get_typedarray_info(value.Env(), value, &type, &length, &data, nullptr, nullptr) == napi_ok) {
    const auto section = [&](file::Type as) {
      const std::span<const std::byte> bytes(static_cast<const std::byte*>(data),
                                             data == nullptr ? 0 : length * file::TypeBytes(as));
      return file::Section{std::move(name), as, bytes};
    };
    switch (type) {
      case napi_uint8_array:
        return section(file::Type::kU8);
      case napi_uint32_array:
        return section(file::Type::kU32);
      case napi_int32_array:
        return section(file::Type::kI32);
      case napi_float32_array:
        return section(file::Type::kF32);
      case napi_float64_array:
        return section(file::Type::kF64);
      default:
        break;
    }
  }
  Fail(Code::kArgumentInvalid,
       "The section " + name +
           " must be a Uint8Array, Uint32Array, Int32Array, Float32Array or Float64Array.");
}

// All values of an array, read before any pointer is taken.
std::vector<Napi::Value> Values(Napi::Value value, const char* name) {
  if (!value.IsArray()) Fail(Code::kArgumentInvalid, std::string(name) + " must be an array.");
  const auto array = value.As<Napi::Array>();
  std::vector<Napi::Value> values;
  for (uint32_t i = 0; i < array.Length(); ++i) values.push_back(array.Get(i));
  return values;
}

Napi::Value WriteFile(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&]() -> Napi::Value {
    const Fields fields(info, {"path", "names", "arrays"});
    const std::vector<Napi::Value> names = Values(fields.Get("names"), "names");
    const std::vector<Napi::Value> arrays = Values(fields.Get("arrays"), "arrays");
    if (names.size() != arrays.size()) Fail(Code::kArgumentInvalid, "names and arrays must be equally long.");
    std::vector<file::Section> sections;
    for (size_t i = 0; i < names.size(); ++i) {
      if (!names[i].IsString()) Fail(Code::kArgumentInvalid, "names must hold strings.");
      sections.push_back(SectionOf(names[i].As<Napi::String>().Utf8Value(), arrays[i]));
    }
    Check(file::WriteFile(fields.String("path"), sections));
    return info.Env().Undefined();
  });
}

}  // namespace

void RegisterFile(Napi::Env env, Napi::Object exports) {
  exports.Set("mapFile", Napi::Function::New(env, MapFile, "mapFile"));
  exports.Set("writeFile", Napi::Function::New(env, WriteFile, "writeFile"));
}

}  // namespace sepet::binding
