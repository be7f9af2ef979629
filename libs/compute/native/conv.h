/** 3-D convolution, channels last: shapes and the table of kernels of one instruction set. */
#pragma once

#include <cstdint>

namespace blurcycle {

/**
 * The layout convShape; axes in the order z, y, x. Input [n, in, inputs], filter [kernel, inputs,
 * outputs], output [n, out, outputs].
 */
struct ConvShape {
  int64_t batch;
  int64_t in[3];
  int64_t out[3];
  int64_t kernel[3];
  int64_t stride[3];
  int64_t pad[3];  // zeros before; those after follow from `out`
  int64_t inputs;
  int64_t outputs;
};

struct ConvKernels {
  void (*forward)(const ConvShape&, const float* input, const float* filter, const float* bias,
                  float* output);
  void (*inputGradient)(const ConvShape&, const float* outputGradient, const float* filter,
                        float* inputGradient);
  void (*filterGradient)(const ConvShape&, const float* input, const float* outputGradient,
                         float* filterGradient);
  /**
   * Transposed convolution, kernel 2 stride 2; `shape` is that of the convolution whose input
   * gradient it is.
   */
  void (*upForward)(const ConvShape&, const float* input, const float* filter, const float* bias,
                    float* output);
  /** sums[c] = sum of values[p][c] over planes * perPlane positions p. */
  void (*sumPositions)(const float* values, int64_t planes, int64_t perPlane, int64_t channels,
                       float* sums);
};

}  // namespace blurcycle
