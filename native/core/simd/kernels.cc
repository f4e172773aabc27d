#include "core/simd/kernels.h"

#include <array>
#include <cstdlib>
#include <string>

namespace sepet::simd {
namespace {

struct Available {
  std::array<const Kernels*, 5> list{};
  size_t count = 0;
};

Available Detect() {
  Available found;
  auto add = [&](const Kernels& kernels) { found.list[found.count++] = &kernels; };
  add(kScalar);
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (avx2) add(kAvx2);
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512vl");
  if (avx2 && avx512) add(kAvx512);
  if (avx2 && avx512 && __builtin_cpu_supports("avx512vnni")) add(kAvx512Vnni);
#elif defined(__aarch64__)
  add(kNeon);
#endif
  return found;
}

struct Active {
  const Kernels* kernels = &kScalar;
  Status status;
};

const Active& Choose() {
  static const Active active = [] {
    Active chosen;
    const char* wanted = std::getenv("SEPET_KERNEL");
    chosen.status = FindKernels(wanted == nullptr ? "" : wanted, &chosen.kernels);
    return chosen;
  }();
  return active;
}

}  // namespace

std::span<const Kernels* const> AvailableKernels() {
  static const Available available = Detect();
  return {available.list.data(), available.count};
}

Status FindKernels(std::string_view name, const Kernels** found) {
  const auto available = AvailableKernels();
  if (name.empty()) {
    *found = available.back();
    return {};
  }
  std::string names;
  for (const Kernels* kernels : available) {
    if (name == kernels->name) {
      *found = kernels;
      return {};
    }
    names += names.empty() ? "" : ", ";
    names += kernels->name;
  }
  return {Code::kArgumentInvalid, "SEPET_KERNEL names \"" + std::string(name) +
                                      "\", which this CPU does not have. It has: " + names + "."};
}

const Kernels& ActiveKernels() {
  return *Choose().kernels;
}
const Status& ActiveStatus() {
  return Choose().status;
}

}  // namespace sepet::simd
