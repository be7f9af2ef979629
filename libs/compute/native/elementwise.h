/**
 * Functions of single elements, sums and copies of channels: the table of kernels of one
 * instruction set.
 */
#pragma once

#include <cstdint>

#include "layouts.h"

namespace blurcycle {

/**
 * An operand [batches, rows, channels] of which some sides are repeated: the distance from one to
 * the next, or 0.
 */
struct Operand {
  const float* values;
  int64_t perBatch;
  int64_t perRow;
  int64_t perChannel;
};

struct ElementwiseKernels {
  void (*binary)(BinaryOperation, int64_t batches, int64_t rows, int64_t channels, const Operand& a,
                 const Operand& b, float* result);
  void (*unary)(UnaryOperation, int64_t count, const float* x, float parameter, float* result);
  /** result = dy where x > 0, slope dy elsewhere. */
  void (*leakyReluGradient)(int64_t count, const float* x, const float* dy, float slope,
                            float* result);
  /** result[b, c] = factor x the sum over rows r of x[b, r, c]. */
  void (*sumRows)(int64_t batches, int64_t rows, int64_t channels, const float* x, float factor,
                  float* result);
  /** Copies `channels` neighboring channels of every row. */
  void (*copyChannels)(int64_t rows, int64_t channels, const float* from, int64_t fromStride,
                       float* to, int64_t toStride);
};

}  // namespace blurcycle
