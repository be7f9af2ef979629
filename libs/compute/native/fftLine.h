/**
 * Complex transforms of L independent lines at once, one per lane; include in kernel files only.
 */
#pragma once

#include "fft.h"
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

/** The transform of R elements, in place. */
template <int R, int L>
BLURCYCLE_INLINE void butterfly(Complex<L> (&a)[R]) {
  if constexpr (R == 2) {
    const Complex<L> b = a[1];
    a[1] = subtract(a[0], b);
    a[0] = add(a[0], b);
  } else if constexpr (R == 3) {
    constexpr float ROOT = 0.866025403784438647f;  // sin(2 pi / 3)
    const Complex<L> sum = add(a[1], a[2]);
    const Complex<L> difference = scaled(turned(subtract(a[1], a[2])), ROOT);
    const Complex<L> middle = subtract(a[0], scaled(sum, 0.5f));
    a[0] = add(a[0], sum);
    a[1] = add(middle, difference);
    a[2] = subtract(middle, difference);
  } else if constexpr (R == 4) {
    const Complex<L> even = add(a[0], a[2]);
    const Complex<L> odd = subtract(a[0], a[2]);
    const Complex<L> sum = add(a[1], a[3]);
    const Complex<L> difference = turned(subtract(a[1], a[3]));
    a[0] = add(even, sum);
    a[1] = add(odd, difference);
    a[2] = subtract(even, sum);
    a[3] = subtract(odd, difference);
  } else {
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
}

template <int R, int L>
void runStage(const FftStage& stage, const Complex<L>* from, Complex<L>* to) {
  const int jump = stage.stride * stage.span;
  for (int p = 0; p < stage.span; ++p) {
    const float* twiddles = stage.twiddles + 2 * (R - 1) * p;
    const Complex<L>* in = from + stage.stride * p;
    Complex<L>* out = to + stage.stride * R * p;
    for (int q = 0; q < stage.stride; ++q) {
      Complex<L> a[R];
      BLURCYCLE_UNROLL
      for (int j = 0; j < R; ++j) a[j] = in[q + j * jump];
      butterfly<R, L>(a);
      out[q] = a[0];
      if (p == 0) {
        BLURCYCLE_UNROLL
        for (int k = 1; k < R; ++k) out[q + k * stage.stride] = a[k];
      } else {
        BLURCYCLE_UNROLL
        for (int k = 1; k < R; ++k)
          out[q + k * stage.stride] = twisted(a[k], twiddles + 2 * (k - 1));
      }
    }
  }
}

/** Stockham's self-sorting transform of `line`; returns where the result lies, `line` or `work`. */
template <int L>
Complex<L>* transform(const FftPlan& plan, Complex<L>* line, Complex<L>* work) {
  for (int i = 0; i < plan.stageCount; ++i) {
    const FftStage& stage = plan.stages[i];
    switch (stage.radix) {
      case 2:
        runStage<2, L>(stage, line, work);
        break;
      case 3:
        runStage<3, L>(stage, line, work);
        break;
      case 4:
        runStage<4, L>(stage, line, work);
        break;
      default:
        runStage<5, L>(stage, line, work);
        break;
    }
    Complex<L>* const swap = line;
    line = work;
    work = swap;
  }
  return line;
}

}  // namespace
}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
