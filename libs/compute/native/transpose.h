/** Square tiles of floats with rows and columns exchanged; include in kernel files only. */
#pragma once

#include "simd.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

template <int L>
struct LanesOf {
  typedef int32_t Type __attribute__((vector_size(L * sizeof(int32_t))));
};

template <int... I>
struct Indices {};
template <int N, int... I>
struct CountedIndices : CountedIndices<N - 1, N - 1, I...> {};
template <int... I>
struct CountedIndices<0, I...> {
  using Type = Indices<I...>;
};

/**
 * Exchanges the lanes with bit S of `a` for those without it of `b`: one step of a transposition.
 */
template <int L, int S, int... I>
BLURCYCLE_INLINE void exchange(Vector<L>& a, Vector<L>& b, Indices<I...>) {
  const Vector<L> low =
      BLURCYCLE_PICK(typename LanesOf<L>::Type, a, b, ((I & S) == 0 ? I : L + I - S)...);
  b = BLURCYCLE_PICK(typename LanesOf<L>::Type, a, b, ((I & S) == 0 ? I + S : L + I)...);
  a = low;
}

template <int L, int S>
BLURCYCLE_INLINE void exchangeAll(Vector<L> (&rows)[L]) {
  BLURCYCLE_UNROLL
  for (int i = 0; i < L; ++i) {
    if ((i & S) == 0) exchange<L, S>(rows[i], rows[i + S], typename CountedIndices<L>::Type{});
  }
}

template <int L>
BLURCYCLE_INLINE void transpose(Vector<L> (&rows)[L]) {
  if constexpr (L > 8) exchangeAll<L, 8>(rows);
  if constexpr (L > 4) exchangeAll<L, 4>(rows);
  exchangeAll<L, 2>(rows);
  exchangeAll<L, 1>(rows);
}

}  // namespace
}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
