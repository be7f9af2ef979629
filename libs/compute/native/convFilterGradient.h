/**
 * Filter gradient of float32 factors: the sums of convFilterSums.h, and the shapes that others do
 * faster. Only for kernel files (see variants.h).
 */
#pragma once

#include "convFilterSums.h"
#include "convPacking.h"
#include "convPadding.h"
#include "convScaling.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

void filterGradient(const ConvShape& shape, const float* input, const float* outputGradient,
                    float* result);

/**
 * Eight channels that would fill half a register, next to an odd number of taps and inputs, which
 * do not pair up either.
 */
bool pairsPositions(const ConvShape& shape) {
  return MAX_LANES == 16 && shape.outputs == 8 && shape.kernel[2] * shape.inputs % 2 != 0 &&
         shape.stride[2] == 1 && shape.out[2] % 2 == 0;
}

/**
 * Two neighboring positions as one of 16 channels, met by one tap more: the first position's sum
 * for tap t is at t, that of the second at t + 1. A quarter of the sums for three taps (the first
 * position's at the last tap, the second's at the first) is left out.
 */
void pairedFilterGradient(const ConvShape& shape, const float* input, const float* outputGradient,
                          float* result) {
  ConvShape paired = shape;
  paired.kernel[2] = shape.kernel[2] + 1;
  paired.stride[2] = 2;
  paired.out[2] = shape.out[2] / 2;
  paired.outputs = 2 * shape.outputs;
  const int64_t rows = shape.kernel[0] * shape.kernel[1];
  const int64_t depth = shape.kernel[2] * shape.inputs;
  const int64_t sumsRow = (depth + shape.inputs) * paired.outputs;
  float* sums = scratch(SCRATCH_CONV_PAIRED, rows * sumsRow);
  filterGradient(paired, input, outputGradient, sums);
  for (int64_t i = 0; i < rows * depth; ++i) {
    const float* first = sums + i / depth * sumsRow + i % depth * paired.outputs;
    const float* second = first + shape.inputs * paired.outputs + shape.outputs;
    for (int64_t c = 0; c < shape.outputs; ++c)
      result[i * shape.outputs + c] = first[c] + second[c];
  }
}

/**
 * One channel of output: the gradient is that of a convolution from one channel, its taps in
 * reverse, if input and gradient swap.
 */
bool swapsSides(const ConvShape& shape) {
  bool swaps = shape.outputs == 1 && shape.inputs > 1;
  for (int a = 0; a < 3; ++a)
    swaps = swaps && shape.stride[a] == 1 && shape.pad[a] < shape.kernel[a] && shape.in[a] > 0;
  return swaps;
}

ConvShape swapSides(const ConvShape& shape) {
  ConvShape swapped = shape;
  for (int a = 0; a < 3; ++a) {
    swapped.in[a] = shape.out[a];
    swapped.out[a] = shape.in[a];
    swapped.pad[a] = shape.kernel[a] - 1 - shape.pad[a];
  }
  swapped.inputs = 1;
  swapped.outputs = shape.inputs;
  return swapped;
}

void swappedFilterGradient(const ConvShape& shape, const float* input, const float* outputGradient,
                           float* result) {
  pairedFilterGradient(swapSides(shape), outputGradient, input, result);
  float* last = result + (shape.kernel[0] * shape.kernel[1] * shape.kernel[2] - 1) * shape.inputs;
  for (float* first = result; first < last; first += shape.inputs, last -= shape.inputs) {
    for (int64_t c = 0; c < shape.inputs; ++c) {
      const float kept = first[c];
      first[c] = last[c];
      last[c] = kept;
    }
  }
}

void filterGradient(const ConvShape& shape, const float* input, const float* outputGradient,
                    float* result) {
  const int64_t planes = shape.batch * shape.out[0];
  const int64_t perPlane = shape.out[1] * shape.out[2];
  if (isScaling(shape)) {
    *result = sumProducts(shape, input, outputGradient);
    return;
  }
  if (pairsPositions(shape)) return pairedFilterGradient(shape, input, outputGradient, result);
  if (swapsSides(shape) && pairsPositions(swapSides(shape)))
    return swappedFilterGradient(shape, input, outputGradient, result);
  const Padded padded = padVolume(input, shape.batch, shape.in, shape.inputs, inputBorder(shape));
  withLayout<FloatProducts>(shape.outputs, shape.kernel[2] * shape.inputs, [&](auto layout) {
    using A = decltype(layout);
    const int64_t channels = ceilDivide(shape.outputs, A::WIDTH) * A::WIDTH;
    const float* gradient = outputGradient;
    if (channels != shape.outputs) {
      // Whole blocks of channels, so that the kernel never reads past the end of the array.
      float* copy = scratch(SCRATCH_CONV_FILTER, planes * perPlane * channels);
      parallelFor(planes, [&](int64_t plane) {
        for (int64_t p = plane * perPlane; p < (plane + 1) * perPlane; ++p) {
          for (int64_t c = 0; c < channels; ++c)
            copy[p * channels + c] = c < shape.outputs ? gradient[p * shape.outputs + c] : 0;
        }
      });
      gradient = copy;
    }
    sumFilterGradient<A>(shape, padded, gradient, channels, result);
  });
}

}  // namespace
}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
