/** Mean square and mean absolute difference: the table of kernels of one instruction set. */
#pragma once

#include <cstdint>

namespace blurcycle {

/** `b` has as many elements as `a`, or one (bMoves false). */
struct LossesKernels {
  double (*meanSquare)(int64_t count, const float* a, const float* b, bool bMoves);
  double (*meanAbsolute)(int64_t count, const float* a, const float* b, bool bMoves);
  /** result = factor (a - b), factor sign(a - b). */
  void (*squareGradient)(int64_t count, const float* a, const float* b, bool bMoves, float factor,
                         float* result);
  void (*absoluteGradient)(int64_t count, const float* a, const float* b, bool bMoves, float factor,
                           float* result);
};

}  // namespace blurcycle
