/**
 * Complex numbers of L lanes, and their transforms of a few elements; include in kernel files only.
 */
#pragma once

#include "simd.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

template <int L>
struct Complex {
  Vector<L> re;
  Vector<L> im;
};

template <int L>
BLURCYCLE_INLINE Complex<L> add(Complex<L> a, Complex<L> b) {
  return {a.re + b.re, a.im + b.im};
}

template <int L>
BLURCYCLE_INLINE Complex<L> subtract(Complex<L> a, Complex<L> b) {
  return {a.re - b.re, a.im - b.im};
}

/** -i a */
template <int L>
BLURCYCLE_INLINE Complex<L> turned(Complex<L> a) {
  return {a.im, -a.re};
}

template <int L>
BLURCYCLE_INLINE Complex<L> scaled(Complex<L> a, float factor) {
  return {a.re * factor, a.im * factor};
}

template <int L>
BLURCYCLE_INLINE Complex<L> twisted(Complex<L> a, const float* w) {
  return {a.re * w[0] - a.im * w[1], a.re * w[1] + a.im * w[0]};
}

template <int L>
BLURCYCLE_INLINE void butterfly3(Complex<L>& a0, Complex<L>& a1, Complex<L>& a2) {
  constexpr float ROOT = 0.866025403784438647f;  // sin(2 pi / 3)
  const Complex<L> sum = add(a1, a2);
  const Complex<L> difference = scaled(turned(subtract(a1, a2)), ROOT);
  const Complex<L> middle = subtract(a0, scaled(sum, 0.5f));
  a0 = add(a0, sum);
  a1 = add(middle, difference);
  a2 = subtract(middle, difference);
}

template <int L>
BLURCYCLE_INLINE void butterfly4(Complex<L>& a0, Complex<L>& a1, Complex<L>& a2, Complex<L>& a3) {
  const Complex<L> even = add(a0, a2);
  const Complex<L> odd = subtract(a0, a2);
  const Complex<L> sum = add(a1, a3);
  const Complex<L> difference = turned(subtract(a1, a3));
  a0 = add(even, sum);
  a1 = add(odd, difference);
  a2 = subtract(even, sum);
  a3 = subtract(odd, difference);
}

template <int L>
BLURCYCLE_INLINE void butterfly5(Complex<L> (&a)[5]) {
  constexpr float C1 = 0.309016994374947424f;   // cos(2 pi / 5)
  constexpr float C2 = -0.809016994374947424f;  // cos(4 pi / 5)
  constexpr float S1 = 0.951056516295153572f;   // sin(2 pi / 5)
  constexpr float S2 = 0.587785252292473129f;   // sin(4 pi / 5)
  const Complex<L> sum1 = add(a[1], a[4]);
  const Complex<L> sum2 = add(a[2], a[3]);
  const Complex<L> turn1 = turned(subtract(a[1], a[4]));
  const Complex<L> turn2 = turned(subtract(a[2], a[3]));
  const Complex<L> middle1 = add(a[0], add(scaled(sum1, C1), scaled(sum2, C2)));
  const Complex<L> middle2 = add(a[0], add(scaled(sum1, C2), scaled(sum2, C1)));
  const Complex<L> side1 = add(scaled(turn1, S1), scaled(turn2, S2));
  const Complex<L> side2 = subtract(scaled(turn1, S2), scaled(turn2, S1));
  a[0] = add(a[0], add(sum1, sum2));
  a[1] = add(middle1, side1);
  a[2] = add(middle2, side2);
  a[3] = subtract(middle2, side2);
  a[4] = subtract(middle1, side1);
}

template <int L>
BLURCYCLE_INLINE void butterfly7(Complex<L> (&a)[7]) {
  // Cosines and sines of 2 pi k / 7, k = 1, 2, 3; k j mod 7 is k', or 7 - k' with the other sign.
  constexpr float C[3] = {0.623489801858733531f, -0.222520933956314404f, -0.900968867902419126f};
  constexpr float S[3] = {0.781831482468029809f, 0.974927912181823607f, 0.433883739117558120f};
  constexpr int PLACE[3][3] = {{0, 1, 2}, {1, 2, 0}, {2, 0, 1}};
  constexpr float SIGN[3][3] = {{1, 1, 1}, {1, -1, -1}, {1, -1, 1}};
  Complex<L> sums[3];
  Complex<L> turns[3];
  BLURCYCLE_UNROLL
  for (int j = 0; j < 3; ++j) {
    sums[j] = add(a[j + 1], a[6 - j]);
    turns[j] = turned(subtract(a[j + 1], a[6 - j]));
  }
  const Complex<L> first = a[0];
  a[0] = add(first, add(sums[0], add(sums[1], sums[2])));
  BLURCYCLE_UNROLL
  for (int k = 0; k < 3; ++k) {
    Complex<L> middle = first;
    Complex<L> side = {Vector<L>{}, Vector<L>{}};
    BLURCYCLE_UNROLL
    for (int j = 0; j < 3; ++j) {
      middle = add(middle, scaled(sums[j], C[PLACE[k][j]]));
      side = add(side, scaled(turns[j], SIGN[k][j] * S[PLACE[k][j]]));
    }
    a[k + 1] = add(middle, side);
    a[6 - k] = subtract(middle, side);
  }
}

template <int L>
BLURCYCLE_INLINE void butterfly8(Complex<L> (&a)[8]) {
  constexpr float ROOT = 0.707106781186547524f;  // cos(pi / 4)
  Complex<L> even[4] = {a[0], a[2], a[4], a[6]};
  Complex<L> odd[4] = {a[1], a[3], a[5], a[7]};
  butterfly4<L>(even[0], even[1], even[2], even[3]);
  butterfly4<L>(odd[0], odd[1], odd[2], odd[3]);
  odd[1] = scaled(Complex<L>{odd[1].re + odd[1].im, odd[1].im - odd[1].re}, ROOT);
  odd[2] = turned(odd[2]);
  odd[3] = scaled(Complex<L>{odd[3].im - odd[3].re, -odd[3].re - odd[3].im}, ROOT);
  BLURCYCLE_UNROLL
  for (int k = 0; k < 4; ++k) {
    a[k] = add(even[k], odd[k]);
    a[k + 4] = subtract(even[k], odd[k]);
  }
}

/** The transform of R elements, in place. */
template <int R, int L>
BLURCYCLE_INLINE void butterfly(Complex<L> (&a)[R]) {
  if constexpr (R == 2) {
    const Complex<L> b = a[1];
    a[1] = subtract(a[0], b);
    a[0] = add(a[0], b);
  } else if constexpr (R == 3) {
    butterfly3<L>(a[0], a[1], a[2]);
  } else if constexpr (R == 4) {
    butterfly4<L>(a[0], a[1], a[2], a[3]);
  } else if constexpr (R == 5) {
    butterfly5<L>(a);
  } else if constexpr (R == 7) {
    butterfly7<L>(a);
  } else {
    butterfly8<L>(a);
  }
}

}  // namespace
}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
