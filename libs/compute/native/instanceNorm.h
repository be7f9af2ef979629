/**
 * Instance normalization fused with its activation: the table of kernels of one instruction set.
 */
#pragma once

#include <cstdint>

namespace blurcycle {

/** Values [batch, voxels, channels]. */
struct NormShape {
  int64_t batch;
  int64_t voxels;
  int64_t channels;
};

struct InstanceNormKernels {
  /**
   * y = f((x - mean) inverse), f(v) = v for v > 0 and slope v elsewhere; statistics [batch, 2,
   * channels]: mean, inverse.
   */
  void (*forward)(const NormShape&, const float* x, float epsilon, float slope, float* y,
                  float* statistics);
  /** dx from dy = the gradient of y. */
  void (*gradient)(const NormShape&, const float* x, const float* statistics, const float* dy,
                   float slope, float* dx);
};

}  // namespace blurcycle
