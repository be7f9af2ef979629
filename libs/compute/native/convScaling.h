/**
 * The convolution that only scales, one tap between one channel and one channel, and its gradient.
 * Only for kernel files (see variants.h).
 */
#pragma once

#include "conv.h"
#include "scratchSlots.h"
#include "simd.h"
#include "threads.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

/** A kernel of one tap between one channel and one channel: the convolution only scales. */
bool isScaling(const ConvShape& shape) {
  bool result = shape.inputs == 1 && shape.outputs == 1;
  for (int a = 0; a < 3; ++a) {
    result = result && shape.kernel[a] == 1 && shape.stride[a] == 1 && shape.pad[a] == 0 &&
             shape.in[a] == shape.out[a];
  }
  return result;
}

void scale(const ConvShape& shape, const float* input, float factor, float addend, float* output) {
  const int64_t plane = shape.in[1] * shape.in[2];
  parallelFor(shape.batch * shape.in[0], [&](int64_t task) {
    for (int64_t i = task * plane; i < (task + 1) * plane; ++i)
      output[i] = input[i] * factor + addend;
  });
}

/** Sum of products of two volumes of one channel: one partial sum per plane, then over planes. */
float sumProducts(const ConvShape& shape, const float* a, const float* b) {
  constexpr int CHAINS = 4;
  constexpr int LANES = CHAINS * MAX_LANES;
  const int64_t plane = shape.in[1] * shape.in[2];
  const int64_t planes = shape.batch * shape.in[0];
  float* partial = scratch(SCRATCH_CONV_SUMS, planes);
  parallelFor(planes, [&](int64_t task) {
    const int64_t end = (task + 1) * plane;
    int64_t i = task * plane;
    Vector<MAX_LANES> sums[CHAINS] = {};
    for (; i + LANES <= end; i += LANES) {
      BLURCYCLE_UNROLL
      for (int v = 0; v < CHAINS; ++v)
        sums[v] += load<MAX_LANES>(a + i + v * MAX_LANES) * load<MAX_LANES>(b + i + v * MAX_LANES);
    }
    float total = 0;
    for (int lane = 0; lane < LANES; ++lane) total += sums[lane / MAX_LANES][lane % MAX_LANES];
    for (; i < end; ++i) total += a[i] * b[i];
    partial[task] = total;
  });
  float total = 0;
  for (int64_t i = 0; i < planes; ++i) total += partial[i];
  return total;
}

}  // namespace
}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
