#include "bfloat16.h"

#include <cstdlib>
#include <cstring>

#include "variants.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif
#if defined(__x86_64__) && defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace blurcycle {
namespace {

const Bfloat16Unit ALL[] = {Bfloat16Unit::amx, Bfloat16Unit::avx512bf16, Bfloat16Unit::rounded,
                            Bfloat16Unit::emulated};

#if defined(__x86_64__)
/** Registers eax, ebx, ecx, edx of a leaf of CPUID; zeros where the processor lacks it. */
struct Leaf {
  unsigned a = 0, b = 0, c = 0, d = 0;
  Leaf(unsigned leaf, unsigned part) { __get_cpuid_count(leaf, part, &a, &b, &c, &d); }
};

bool bit(unsigned value, int place) { return (value >> place & 1) != 0; }
#endif

/** The processor multiplies pairs of bfloat16 (AVX512_BF16: leaf 7.1, eax 5). */
bool hasPairs() {
#if defined(BLURCYCLE_HAS_AVX512BF16)
  return isaAvailable(Isa::avx512) && bit(Leaf(7, 1).a, 5);
#else
  return false;
#endif
}

/**
 * The processor has tiles of bfloat16 (leaf 7.0, edx 22 and 24), and the system lets this process
 * use them: Linux gives the 8 KiB of tile data to those who ask (arch_prctl, state 18).
 */
bool hasTiles() {
#if defined(BLURCYCLE_HAS_AMX) && defined(__linux__)
  constexpr long REQUEST_PERMISSION = 0x1023;  // ARCH_REQ_XCOMP_PERM
  constexpr long TILE_DATA = 18;
  const Leaf leaf(7, 0);
  return hasPairs() && bit(leaf.d, 22) && bit(leaf.d, 24) &&
         syscall(SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA) == 0;
#else
  return false;
#endif
}

/** What was asked for; what is used depends on the instruction set, too. */
Bfloat16Unit& wanted() {
  static Bfloat16Unit unit = [] {
    const char* name = std::getenv("BLURCYCLE_BF16");
    for (const Bfloat16Unit one : ALL) {
      if (name != nullptr && std::strcmp(name, bfloat16Name(one)) == 0) return one;
    }
    return Bfloat16Unit::amx;
  }();
  return unit;
}

}  // namespace

const char* bfloat16Name(Bfloat16Unit unit) {
  return unit == Bfloat16Unit::amx          ? "amx"
         : unit == Bfloat16Unit::avx512bf16 ? "avx512-bf16"
         : unit == Bfloat16Unit::rounded    ? "rounded"
                                            : "amx-emulated";
}

bool bfloat16Available(Bfloat16Unit unit) {
  static const bool pairs = hasPairs();
  static const bool tiles = hasTiles();
  if (unit == Bfloat16Unit::rounded) return true;
  if (currentIsa() != Isa::avx512) return false;
#if !defined(BLURCYCLE_HAS_AMX)
  if (unit == Bfloat16Unit::emulated) return false;
#endif
  return unit == Bfloat16Unit::amx ? tiles : pairs;
}

Bfloat16Unit currentBfloat16() {
  for (const Bfloat16Unit unit : ALL) {
    if (unit >= wanted() && bfloat16Available(unit)) return unit;
  }
  return Bfloat16Unit::rounded;
}

bool selectBfloat16(Bfloat16Unit unit) {
  if (!bfloat16Available(unit)) return false;
  wanted() = unit;
  return true;
}

}  // namespace blurcycle
