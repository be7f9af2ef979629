/**
 * Instruction-set variants: one source, several compilations, chosen when the add-on is loaded.
 *
 * A `<name>.kernel.cc` is compiled once per instruction set with BLURCYCLE_VARIANT = avx512 | avx2
 * | baseline. It puts all of its code into `namespace blurcycle::BLURCYCLE_VARIANT` and ends with
 * `extern const <Name>Kernels <name>Kernels = {...};`, a table of function pointers. `<name>.cc`
 * declares the tables with BLURCYCLE_TABLES and picks one with BLURCYCLE_SELECT.
 *
 * A `<name>.<unit>.cc` is compiled for one matrix unit, amx or avx512bf16, in the same way; who
 * calls it asks bfloat16.h first.
 *
 * A kernel file must not instantiate templates of the standard library or of a shared header
 * outside its namespace: the linker keeps one copy of each, maybe the AVX-512 one, and an older
 * processor would stop at its first instruction.
 */
#pragma once

namespace blurcycle {

enum class Isa { avx512, avx2, baseline };

/**
 * The instruction set in use: the best the processor has, or the one named by the environment's
 * BLURCYCLE_ISA.
 */
Isa currentIsa();
/** "avx512", "avx2", "baseline" (SSE2) or "neon". */
const char* isaName(Isa isa);
bool isaAvailable(Isa isa);
/** Switches all kernels over; false when the processor lacks the set. */
bool selectIsa(Isa isa);

template <class Table>
const Table& tableOf(const Table& avx512, const Table& avx2, const Table& baseline) {
  const Isa isa = currentIsa();
  return isa == Isa::avx512 ? avx512 : isa == Isa::avx2 ? avx2 : baseline;
}

}  // namespace blurcycle

#ifdef BLURCYCLE_HAS_AVX512
#define BLURCYCLE_TABLES(Type, name) \
  namespace blurcycle {              \
  namespace avx512 {                 \
  extern const Type name;            \
  }                                  \
  namespace avx2 {                   \
  extern const Type name;            \
  }                                  \
  namespace baseline {               \
  extern const Type name;            \
  }                                  \
  }
#define BLURCYCLE_SELECT(name)                                              \
  (::blurcycle::tableOf(::blurcycle::avx512::name, ::blurcycle::avx2::name, \
                        ::blurcycle::baseline::name))
#else
#define BLURCYCLE_TABLES(Type, name) \
  namespace blurcycle {              \
  namespace baseline {               \
  extern const Type name;            \
  }                                  \
  }
#define BLURCYCLE_SELECT(name) (::blurcycle::baseline::name)
#endif

/** Unrolls the loop that follows completely; its bounds must be compile-time constants. */
#if defined(__clang__)
#define BLURCYCLE_UNROLL _Pragma("clang loop unroll(full)")
#else
#define BLURCYCLE_UNROLL _Pragma("GCC unroll 64")
#endif
