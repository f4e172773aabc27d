// The addon's front door: what `require` of the .node gives. Loaded once a process, initialised once a
// thread.
#include "binding/node.h"
#include "core/simd/kernels.h"

namespace sepet::binding {

Napi::Object Register(Napi::Env env, Napi::Object exports) {
  return Guard(env, [&] {
    Check(simd::ActiveStatus());
    RegisterInfo(env, exports);
    RegisterFile(env, exports);
    RegisterIndex(env, exports);
    RegisterGraph(env, exports);
    RegisterDiversity(env, exports);
    RegisterSieve(env, exports);
    RegisterWord2vec(env, exports);
    RegisterFm(env, exports);
    return exports;
  });
}

}  // namespace sepet::binding

static Napi::Object Initialise(Napi::Env env, Napi::Object exports) {
  return sepet::binding::Register(env, exports);
}

NODE_API_MODULE(sepet, Initialise)
