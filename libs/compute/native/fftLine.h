/**
 * Complex transforms of L independent lines at once, one per lane; include in kernel files only.
 */
#pragma once

#include "fft.h"
#include "fftButterflies.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

/** Elements side by side in a buffer. */
template <int L>
struct Buffer {
  Complex<L>* elements;
  BLURCYCLE_INLINE Complex<L> get(int64_t i) const { return elements[i]; }
  BLURCYCLE_INLINE void put(int64_t i, Complex<L> value) const { elements[i] = value; }
};

/**
 * Lines of a spectrum, of which only `count` elements from `origin` on (wrapping around) exist:
 * others are zero when read and dropped when written. The inverse transform is the forward one with
 * the two parts exchanged.
 */
template <int L>
struct SpectrumLine {
  float* real;
  float* imaginary;
  int64_t stride;
  int64_t length;
  int64_t origin;
  int64_t count;
  BLURCYCLE_INLINE bool has(int64_t i) const {
    const int64_t place = i - origin;
    return (place < 0 ? place + length : place) < count;
  }
  BLURCYCLE_INLINE Complex<L> get(int64_t i) const {
    if (!has(i)) return {Vector<L>{}, Vector<L>{}};
    return {load<L>(real + i * stride), load<L>(imaginary + i * stride)};
  }
  BLURCYCLE_INLINE void put(int64_t i, Complex<L> value) const {
    if (!has(i)) return;
    store<L>(real + i * stride, value.re);
    store<L>(imaginary + i * stride, value.im);
  }
};

template <int R, int L, class From, class To>
BLURCYCLE_INLINE void runStage(const FftStage& stage, const From& from, const To& to) {
  const int64_t stride = stage.stride;
  const int64_t jump = stride * stage.span;
  for (int64_t p = 0; p < stage.span; ++p) {
    const float* twiddles = stage.twiddles + 2 * (R - 1) * p;
    const int64_t in = stride * p;
    const int64_t out = stride * R * p;
    for (int64_t q = 0; q < stride; ++q) {
      Complex<L> a[R];
      BLURCYCLE_UNROLL
      for (int j = 0; j < R; ++j) a[j] = from.get(in + q + j * jump);
      butterfly<R, L>(a);
      to.put(out + q, a[0]);
      if (p == 0) {
        BLURCYCLE_UNROLL
        for (int k = 1; k < R; ++k) to.put(out + q + k * stride, a[k]);
      } else {
        BLURCYCLE_UNROLL
        for (int k = 1; k < R; ++k)
          to.put(out + q + k * stride, twisted(a[k], twiddles + 2 * (k - 1)));
      }
    }
  }
}

template <int L, class From, class To>
void runAnyStage(const FftStage& stage, const From& from, const To& to) {
  switch (stage.radix) {
    case 2:
      return runStage<2, L>(stage, from, to);
    case 3:
      return runStage<3, L>(stage, from, to);
    case 4:
      return runStage<4, L>(stage, from, to);
    case 5:
      return runStage<5, L>(stage, from, to);
    case 7:
      return runStage<7, L>(stage, from, to);
    default:
      return runStage<8, L>(stage, from, to);
  }
}

/** Stockham's self-sorting transform of `line`; returns where the result lies, `line` or `work`. */
template <int L>
Complex<L>* transform(const FftPlan& plan, Complex<L>* line, Complex<L>* work) {
  for (int i = 0; i < plan.stageCount; ++i) {
    runAnyStage<L>(plan.stages[i], Buffer<L>{line}, Buffer<L>{work});
    Complex<L>* const swap = line;
    line = work;
    work = swap;
  }
  return line;
}

/**
 * The same from lines `from` to lines `to`: the first pass reads the ones, the last pass writes the
 * others, which may be the same memory.
 */
template <int L, class From, class To>
void transform(const FftPlan& plan, const From& from, const To& to, Complex<L>* line,
               Complex<L>* work) {
  const int last = plan.stageCount - 1;
  if (last < 1) {
    for (int64_t i = 0; i < plan.length; ++i) line[i] = from.get(i);
    const Complex<L>* result = transform<L>(plan, line, work);
    for (int64_t i = 0; i < plan.length; ++i) to.put(i, result[i]);
    return;
  }
  runAnyStage<L>(plan.stages[0], from, Buffer<L>{line});
  for (int i = 1; i < last; ++i) {
    runAnyStage<L>(plan.stages[i], Buffer<L>{line}, Buffer<L>{work});
    Complex<L>* const swap = line;
    line = work;
    work = swap;
  }
  runAnyStage<L>(plan.stages[last], Buffer<L>{line}, to);
}

}  // namespace
}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
