/** Plans of transforms, for the add-on and for WebAssembly: needs no library but cos and sin. */
#pragma once

#include "fft.h"

namespace blurcycle {

constexpr int LONGEST_TRANSFORM = 1 << 20;
constexpr double PI = 3.14159265358979323846;

/** The radix of the next pass, 0 where there is none: as few passes as factors of 8 and 4 allow. */
inline int radixOf(int rest) {
  int twos = 0;
  while ((rest >> twos & 1) == 0) ++twos;
  if (twos > 0) return twos % 3 == 0 ? 8 : twos > 1 ? 4 : 2;
  const int odd[] = {3, 5, 7};
  for (const int radix : odd) {
    if (rest % radix == 0) return radix;
  }
  return 0;
}

/**
 * Fills the plan of a length; false where it has a prime factor above 7.
 *
 * `allocate` gives memory for so many floats, which lives as long as the plan.
 */
template <class Allocate>
bool makePlan(int length, FftPlan& plan, const Allocate& allocate) {
  if (length < 1 || length > LONGEST_TRANSFORM) return false;
  plan.length = length;
  plan.stageCount = 0;
  int rest = length;
  int stride = 1;
  while (rest > 1) {
    const int radix = radixOf(rest);
    if (radix == 0) return false;
    const int span = rest / radix;
    float* const twiddles = allocate(static_cast<int64_t>(2) * span * (radix - 1));
    float* next = twiddles;
    for (int p = 0; p < span; ++p) {
      for (int k = 1; k < radix; ++k) {
        const double angle = -2 * PI * p * k / rest;
        *next++ = static_cast<float>(__builtin_cos(angle));
        *next++ = static_cast<float>(__builtin_sin(angle));
      }
    }
    plan.stages[plan.stageCount++] = {radix, span, stride, twiddles};
    rest = span;
    stride *= radix;
  }
  return true;
}

/** Sets what follows from the plan along x. */
inline void setWidth(FftGrid& grid) {
  grid.half = grid.side(2) / 2 + 1;
  grid.padded = (grid.half + 7) / 8 * 8;
}

}  // namespace blurcycle
