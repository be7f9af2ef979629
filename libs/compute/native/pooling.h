/** Pooling of blocks of 2 x 2 x 2 voxels: the table of kernels of one instruction set. */
#pragma once

#include <cstdint>

namespace blurcycle {

/**
 * Values [batch, depth, height, width, channels]; an odd last plane, row or column belongs to no
 * block.
 */
struct PoolShape {
  int64_t batch;
  int64_t depth;
  int64_t height;
  int64_t width;
  int64_t channels;
};

struct PoolingKernels {
  void (*maximum)(const PoolShape&, const float* x, float* y);
  /** Every block's dy goes to its largest x, the last of equals; the rest is zero. */
  void (*maximumGradient)(const PoolShape&, const float* x, const float* dy, float* dx);
};

}  // namespace blurcycle
