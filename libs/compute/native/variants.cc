#include "variants.h"

#include <cstdlib>
#include <cstring>

namespace blurcycle {
namespace {

const Isa ALL[] = {Isa::avx512, Isa::avx2, Isa::baseline};

Isa initialIsa() {
  const char* wanted = std::getenv("BLURCYCLE_ISA");
  for (const Isa isa : ALL) {
    if (wanted != nullptr && std::strcmp(wanted, isaName(isa)) == 0 && isaAvailable(isa))
      return isa;
  }
  for (const Isa isa : ALL) {
    if (isaAvailable(isa)) return isa;
  }
  return Isa::baseline;
}

Isa& chosen() {
  static Isa isa = initialIsa();
  return isa;
}

}  // namespace

const char* isaName(Isa isa) {
#if defined(__aarch64__)
  return isa == Isa::baseline ? "neon" : "none";
#else
  return isa == Isa::avx512 ? "avx512" : isa == Isa::avx2 ? "avx2" : "baseline";
#endif
}

bool isaAvailable(Isa isa) {
#ifdef BLURCYCLE_HAS_AVX512
  if (isa == Isa::avx512) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("fma");
  }
  if (isa == Isa::avx2) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
  return isa == Isa::baseline;
}

Isa currentIsa() { return chosen(); }

bool selectIsa(Isa isa) {
  if (!isaAvailable(isa)) return false;
  chosen() = isa;
  return true;
}

}  // namespace blurcycle
