// nativeInfo() -> { kernel, kernels, version }: which arithmetic this process runs on.
#include "binding/node.h"
#include "core/base/version.h"
#include "core/simd/kernels.h"

namespace sepet::binding {

void RegisterInfo(Napi::Env env, Napi::Object exports) {
  exports.Set("nativeInfo", Napi::Function::New(
                                env,
                                [](const Napi::CallbackInfo& info) -> Napi::Value {
                                  const Napi::Env here = info.Env();
                                  Napi::Object result = Napi::Object::New(here);
                                  Napi::Array names = Napi::Array::New(here);
                                  uint32_t count = 0;
                                  for (const simd::Kernels* kernels : simd::AvailableKernels())
                                    names.Set(count++, kernels->name);
                                  result.Set("kernel", simd::ActiveKernels().name);
                                  result.Set("kernels", names);
                                  result.Set("version", kVersion);
                                  return result;
                                },
                                "nativeInfo"));
}

}  // namespace sepet::binding
