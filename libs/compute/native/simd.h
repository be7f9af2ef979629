/**
 * Short vectors of floats for the kernel files; include inside no namespace, use inside the
 * variant's (see variants.h).
 */
#pragma once

#include <cstdint>

#if defined(__AVX__)
#include <immintrin.h>
#endif

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
#elif defined(__wasm__)
// A browser on x86-64 keeps one register for itself, and a product waits in one for its sum:
// with 16, convolutions of 16 channels took 1.7 times as long.
constexpr int MAX_LANES = 4;
constexpr int REGISTERS = 14;
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

/** The first `count` lanes of a vector, zeros behind them. */
template <int L>
BLURCYCLE_INLINE Vector<L> loadPart(const float* from, int64_t count) {
  float values[L] = {};
  for (int64_t i = 0; i < count; ++i) values[i] = from[i];
  return load<L>(values);
}

template <int L>
BLURCYCLE_INLINE void storePart(float* to, Vector<L> value, int64_t count) {
  float values[L];
  store<L>(values, value);
  for (int64_t i = 0; i < count; ++i) to[i] = values[i];
}

/** The vector with zeros behind its first `count` lanes. */
template <int L>
BLURCYCLE_INLINE Vector<L> firstLanes(Vector<L> value, int64_t count) {
  float values[L];
  store<L>(values, value);
  return loadPart<L>(values, count);
}

/** The Q floats at `from`, repeated to fill the vector. */
template <int L, int Q>
BLURCYCLE_INLINE Vector<L> loadRepeated(const float* from) {
  if constexpr (Q == L) return load<L>(from);
  if constexpr (Q == 1) return Vector<L>{} + *from;
#if defined(__AVX__)
  // A double carries two floats; loads and broadcasts do not look at the bits.
  if constexpr (L == 8 && Q == 2)
    return (Vector<L>)_mm256_broadcast_sd(reinterpret_cast<const double*>(from));
  if constexpr (L == 8 && Q == 4)
    return (Vector<L>)_mm256_broadcast_ps(reinterpret_cast<const __m128*>(from));
#endif
#if defined(__AVX512F__)
  if constexpr (L == 16 && Q == 2)
    return (Vector<L>)_mm512_broadcastsd_pd(_mm_load_sd(reinterpret_cast<const double*>(from)));
  if constexpr (L == 16 && Q == 4) return (Vector<L>)_mm512_broadcast_f32x4(_mm_loadu_ps(from));
  if constexpr (L == 16 && Q == 8) {
    return (Vector<L>)_mm512_broadcast_f64x4(_mm256_castps_pd(_mm256_loadu_ps(from)));
  }
#endif
}

/** The L / Q floats at `from`, each repeated Q times in a row. */
template <int L, int Q>
BLURCYCLE_INLINE Vector<L> loadStretched(const float* from) {
  if constexpr (Q == 1) return load<L>(from);
  if constexpr (Q == L) return Vector<L>{} + *from;
#if defined(__AVX2__)
  if constexpr (L == 8 && Q == 2) {
    const __m256i order = _mm256_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3);
    return (Vector<L>)_mm256_permutevar8x32_ps(_mm256_castps128_ps256(_mm_loadu_ps(from)), order);
  }
  if constexpr (L == 8 && Q == 4) {
    const __m256i order = _mm256_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1);
    const __m128d pair = _mm_load_sd(reinterpret_cast<const double*>(from));
    return (Vector<L>)_mm256_permutevar8x32_ps(_mm256_castps128_ps256(_mm_castpd_ps(pair)), order);
  }
#endif
#if defined(__AVX512F__)
  if constexpr (L == 16 && Q == 2) {
    const __m512i order = _mm512_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
    return (Vector<L>)_mm512_permutexvar_ps(order, _mm512_castps256_ps512(_mm256_loadu_ps(from)));
  }
  if constexpr (L == 16 && Q == 4) {
    const __m512i order = _mm512_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
    return (Vector<L>)_mm512_permutexvar_ps(order, _mm512_castps128_ps512(_mm_loadu_ps(from)));
  }
#endif
}

/**
 * sum + repeated(from) * weight; a single float goes through the broadcast of the arithmetic
 * instruction.
 */
template <int L, int Q>
BLURCYCLE_INLINE Vector<L> addProduct(Vector<L> sum, const float* from, Vector<L> weight) {
  if constexpr (Q == 1)
    return sum + *from * weight;
  else
    return sum + loadRepeated<L, Q>(from) * weight;
}

typedef int32_t Lanes4 __attribute__((vector_size(16)));
typedef int32_t Lanes8 __attribute__((vector_size(32)));
typedef int32_t Lanes16 __attribute__((vector_size(64)));

#if defined(__clang__)
#define BLURCYCLE_PICK(Type, a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define BLURCYCLE_PICK(Type, a, b, ...) __builtin_shuffle(a, b, Type{__VA_ARGS__})
#endif

/** Sums of neighboring lanes, those of `a` first: [a0 + a1, a2 + a3, ..., b0 + b1, ...]. */
template <int L>
BLURCYCLE_INLINE Vector<L> addNeighbors(Vector<L> a, Vector<L> b) {
  if constexpr (L == 4)
    return BLURCYCLE_PICK(Lanes4, a, b, 0, 2, 4, 6) + BLURCYCLE_PICK(Lanes4, a, b, 1, 3, 5, 7);
  if constexpr (L == 8) {
    return BLURCYCLE_PICK(Lanes8, a, b, 0, 2, 4, 6, 8, 10, 12, 14) +
           BLURCYCLE_PICK(Lanes8, a, b, 1, 3, 5, 7, 9, 11, 13, 15);
  }
  if constexpr (L == 16) {
    return BLURCYCLE_PICK(Lanes16, a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28,
                          30) +
           BLURCYCLE_PICK(Lanes16, a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
  }
}

/**
 * Adds each Q lanes in a row of Q vectors; the L / Q sums of the first vector come first.
 * Overwrites `vectors`.
 */
template <int L, int Q>
BLURCYCLE_INLINE Vector<L> addGroups(Vector<L>* vectors) {
  BLURCYCLE_UNROLL
  for (int count = Q; count > 1; count /= 2) {
    BLURCYCLE_UNROLL
    for (int i = 0; i < count / 2; ++i)
      vectors[i] = addNeighbors<L>(vectors[2 * i], vectors[2 * i + 1]);
  }
  return vectors[0];
}

inline int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
inline int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }
inline int64_t ceilDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }

}  // namespace
}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
