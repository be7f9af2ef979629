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

/** A complex transform of one length, a product of 2, 3, 5 and 7. */
struct FftPlan {
  int length;
  int stageCount;
  FftStage stages[24];
};

/** Columns of a spectrum that lie side by side: their real parts, then their imaginary ones. */
constexpr int64_t FFT_GROUP = 16;

/**
 * A periodic grid [depth, height, width] and its spectra, [depth, height, groups of columns]: the
 * frequencies of x go in groups of 16, or 8 for the last, so every vector is aligned.
 */
struct FftGrid {
  const FftPlan* plans[3];
  int64_t half;    // width / 2 + 1: what a real volume needs
  int64_t padded;  // half rounded up to a multiple of 8
  int64_t side(int axis) const { return plans[axis]->length; }
  /** Floats of a row. */
  int64_t row() const { return 2 * padded; }
  /** Floats of a plane: an odd number of cache lines, so the lines of a column share no place. */
  int64_t plane() const { return (side(1) * row() / FFT_GROUP | 1) * FFT_GROUP; }
  /** Floats of a spectrum. */
  int64_t block() const { return side(0) * plane(); }
  /** Where the real part of a column lies in its row. */
  int64_t column(int64_t k) const { return k / FFT_GROUP * 2 * FFT_GROUP + k % FFT_GROUP; }
  /** How far behind it the imaginary part lies. */
  int64_t imaginary(int64_t k) const {
    const int64_t left = padded - k / FFT_GROUP * FFT_GROUP;
    return left < FFT_GROUP ? left : FFT_GROUP;
  }
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

/**
 * The spectrum of a kernel: whole, or only the planes that hold it, transformed along x and y.
 *
 * Planes alone take less memory where the kernel is thin; every convolution then transforms them
 * along z, column by column, to the same bits.
 */
struct FftTransfer {
  const float* spectrum;
  int64_t planes;  // 0: whole, [depth] planes
  int64_t origin;  // plane of the grid where the first of them lies
  int64_t floats(const FftGrid& grid) const {
    return planes == 0 ? grid.block() : planes * grid.plane();
  }
};

/** Sums over voxels that an update makes: see updateEstimate. */
constexpr int UPDATE_SUMS = 5;

/** One update of an estimate of the object, all on one grid. */
struct PoissonUpdate {
  FftBox object;
  FftBox image;
  FftTransfer transfer;
  const float* observed;
  const float* weights;  // 1 / H^T 1, or 0
  bool isUniform;        // one weight for all voxels
  const float* penalty;  // null: none
  float* estimate;       // x
  float* before;         // the estimate before x, which the next one replaces; null: starts from x
  float* step;           // of the last update, replaced by that of this one; null: not wanted
  float background;
  float floor;  // least expected value
  float factor;
  double leastResidual;
};

struct FftKernels {
  /**
   * Twice the spectrum of the box of `data`, zeros around it; or, not `alongZ`, the planes of the
   * box, transformed along x and y, one after the other.
   */
  void (*spectrum)(const FftGrid&, const FftBox&, bool alongZ, const float* data, float* spectrum);
  /**
   * cut <- the part of (data * kernel) in its box; the kernel's spectrum is conjugated where asked.
   */
  void (*convolve)(const FftGrid&, const FftBox& from, const float* data, const FftTransfer&,
                   bool conjugate, const FftBox& to, float* cut);
  /**
   * cut <- the part in its box of the sum over volumes and voxels i of dy[i] x[i - d], d the place
   * on the grid.
   */
  void (*correlate)(const FftGrid&, int64_t volumes, const FftBox& from, const float* x,
                    const float* dy, const FftBox& to, float* cut);
  /**
   * next <- y c w / max(1 + penalty w, 0.1), c = [H^T(d / max(H y + background, floor))]+, where y
   * = x or max(x + factor (x - before), x / 10); in place of `before`, else of `estimate`.
   *
   * sums <- sums of (d - H y - background)^2, |next - x|, x, step x last step, (last step)^2, with
   * step = next - y. Returns false and stops after the first sum where its mean is at or below
   * `leastResidual`.
   */
  bool (*updateEstimate)(const FftGrid&, const PoissonUpdate&, double* sums);
};

}  // namespace blurcycle
