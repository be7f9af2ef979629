/** Short vectors of floats for the kernel files; include inside no namespace, use inside the variant's (see variants.h). */
#pragma once

#include <cstdint>

#include "variants.h"

#define BLURCYCLE_INLINE inline __attribute__((always_inline))

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

#if defined(__AVX512F__)
constexpr int MAX_LANES = 16;
constexpr int REGISTERS = 32;
#elif defined(__AVX__)
constexpr int MAX_LANES = 8;
constexpr int REGISTERS = 16;
#elif defined(__aarch64__)
constexpr int MAX_LANES = 4;
constexpr int REGISTERS = 32;
#else
constexpr int MAX_LANES = 4;
constexpr int REGISTERS = 16;
#endif

template <int L>
struct VectorOf {
  typedef float Type __attribute__((vector_size(L * sizeof(float))));
  typedef float Unaligned __attribute__((vector_size(L * sizeof(float)), aligned(4), may_alias));
};
template <int L>
using Vector = typename VectorOf<L>::Type;

template <int L>
BLURCYCLE_INLINE Vector<L> load(const float* from) {
  return *reinterpret_cast<const typename VectorOf<L>::Unaligned*>(from);
}

template <int L>
BLURCYCLE_INLINE void store(float* to, Vector<L> value) {
  *reinterpret_cast<typename VectorOf<L>::Unaligned*>(to) = value;
}

/** Sum over the lanes, halves first: the same order on every instruction set with that many lanes. */
template <int L>
BLURCYCLE_INLINE float sumLanes(Vector<L> value) {
  float parts[L];
  store<L>(parts, value);
  BLURCYCLE_UNROLL
  for (int half = L / 2; half >= 1; half /= 2) {
    for (int i = 0; i < half; ++i) parts[i] += parts[i + half];
  }
  return parts[0];
}

inline int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
inline int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }
inline int64_t ceilDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }

}  // namespace
}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
