/**
 * Convolutions of real volumes through the Fourier transform: plans, geometry and the table of
 * kernels of one instruction set.
 */
#pragma once

#include <cstdint>

namespace blurcycle {

/**
 * One pass of a transform: `radix` sub-sequences of `span` elements are combined, `stride`
 * sequences side by side.
 */
struct FftStage {
  int radix;
  int span;
  int stride;
  const float* twiddles;  // [span][radix - 1][cosine, sine]
};

/** A complex transform of one length, a product of 2, 3 and 5. */
struct FftPlan {
  int length;
  int stageCount;
  FftStage stages[24];
};

/**
 * A periodic grid [depth, height, width]; its spectra are two blocks [depth, height, padded], real
 * then imaginary parts.
 */
struct FftGrid {
  const FftPlan* plans[3];
  int64_t half;    // width / 2 + 1: what a real volume needs
  int64_t padded;  // half rounded up to a multiple of 8
  int64_t side(int axis) const { return plans[axis]->length; }
  int64_t plane() const { return side(1) * padded; }
  int64_t block() const { return side(0) * plane(); }
  /** What the unscaled transforms of a convolution have to be multiplied with. */
  float scale() const {
    return 0.25f / (static_cast<float>(side(0)) * static_cast<float>(side(1)) *
                    static_cast<float>(side(2)));
  }
};

/** A box of a dense volume and where its first voxel lies on the grid (wrapping around). */
struct FftBox {
  int64_t sides[3];   // of the dense volume
  int64_t begin[3];   // first voxel of the box in it
  int64_t extent[3];  // sides of the box
  int64_t origin[3];  // place of that voxel on the grid
};

struct FftKernels {
  /** Twice the spectrum of the box of `data`, zeros around it. */
  void (*spectrum)(const FftGrid&, const FftBox&, const float* data, float* spectrum);
  /**
   * cut <- the part of (data * kernel) in its box; `transfer` is the kernel's spectrum, conjugated
   * where asked.
   */
  void (*convolve)(const FftGrid&, const FftBox& from, const float* data, const float* transfer,
                   bool conjugate, const FftBox& to, float* cut);
  /**
   * cut <- the part in its box of the sum over volumes and voxels i of dy[i] x[i - d], d the place
   * on the grid.
   */
  void (*correlate)(const FftGrid&, int64_t volumes, const FftBox& from, const float* x,
                    const float* dy, const FftBox& to, float* cut);
};

}  // namespace blurcycle
