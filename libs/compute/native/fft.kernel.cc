/**
 * Convolution through the Fourier transform.
 *
 * The rows of a real volume go in pairs through a complex transform along x, L pairs at a time;
 * then comes y while the plane is in the cache, then z, where neighboring frequencies of x are the
 * lanes. Rows and planes that hold only zeros or that nobody wants are skipped. The pass along z is
 * fused with the product and the way back, so the spectrum of the data is never written.
 */
#include "fftTasks.h"
#include "fftUpdate.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

/** Transforms of every pair of volumes along z, sum of the products, inverse transform. */
struct CorrelateTask {
  const FftGrid& grid;
  const FftBox& from;
  const FftBox& to;
  float* spectra;  // [volumes][x, dy], the result in the first
  int64_t volumes;
  void prepare(int64_t, int64_t) const {}
  template <int L>
  BLURCYCLE_INLINE void run(int64_t row, int64_t column) const {
    const int64_t depth = grid.side(0);
    Complex<L>* line = lineBuffer<L>(SCRATCH_FFT_LINE, depth);
    Complex<L>* work = lineBuffer<L>(SCRATCH_FFT_WORK, depth);
    Complex<L>* a = lineBuffer<L>(SCRATCH_FFT_OTHER, depth);
    Complex<L>* b = lineBuffer<L>(SCRATCH_FFT_OTHER_WORK, depth);
    Complex<L>* sum = lineBuffer<L>(SCRATCH_FFT_SUM, depth);
    for (int64_t z = 0; z < depth; ++z) sum[z] = {Vector<L>{}, Vector<L>{}};
    float* start = spectra + row * grid.row();
    for (int64_t n = 0; n < volumes; ++n) {
      float* x = start + 2 * n * grid.block();
      float* dy = x + grid.block();
      transform<L>(*grid.plans[0], lineAlong<L>(grid, 0, x, column, from), Buffer<L>{a}, line,
                   work);
      transform<L>(*grid.plans[0], lineAlong<L>(grid, 0, dy, column, from), Buffer<L>{b}, line,
                   work);
      for (int64_t z = 0; z < depth; ++z) {  // b conj(a), parts exchanged for the inverse
        sum[z].re += b[z].im * a[z].re - b[z].re * a[z].im;
        sum[z].im += b[z].re * a[z].re + b[z].im * a[z].im;
      }
    }
    transform<L>(*grid.plans[0], Buffer<L>{sum},
                 exchanged(lineAlong<L>(grid, 0, start, column, to)), line, work);
  }
};

void spectrum(const FftGrid& grid, const FftBox& box, bool alongZ, const float* data,
              float* result) {
  if (!alongZ) {
    parallelFor(box.extent[0], [&](int64_t z) {
      forwardPlane(grid, box, data + firstVoxel(box, z), result + z * grid.plane());
    });
    return;
  }
  overPlanes(grid, box, result, [&](int64_t z, float* plane) {
    forwardPlane(grid, box, data + firstVoxel(box, z), plane);
  });
  overTiles(grid, SpectrumTask{grid, box, wholeGrid(grid), result});
}

void convolve(const FftGrid& grid, const FftBox& from, const float* data,
              const FftTransfer& transfer, bool conjugate, const FftBox& to, float* cut) {
  float* work = scratch(SCRATCH_FFT_SPECTRA, grid.block());
  overPlanes(grid, from, work, [&](int64_t z, float* plane) {
    forwardPlane(grid, from, data + firstVoxel(from, z), plane);
  });
  convolveAlongZ(grid, from, to, work, transfer, conjugate);
  overPlanes(grid, to, work, [&](int64_t z, float* plane) {
    inversePlane(grid, to, plane, cut + firstVoxel(to, z));
  });
}

void correlate(const FftGrid& grid, int64_t volumes, const FftBox& from, const float* x,
               const float* dy, const FftBox& to, float* cut) {
  const int64_t voxels = from.sides[0] * from.sides[1] * from.sides[2];
  float* spectra = scratch(SCRATCH_FFT_SPECTRA, 2 * volumes * grid.block());
  for (int64_t n = 0; n < 2 * volumes; ++n) {
    const float* data = (n % 2 == 0 ? x : dy) + n / 2 * voxels;
    overPlanes(grid, from, spectra + n * grid.block(), [&](int64_t z, float* plane) {
      forwardPlane(grid, from, data + firstVoxel(from, z), plane);
    });
  }
  overTiles(grid, CorrelateTask{grid, from, to, spectra, volumes});
  overPlanes(grid, to, spectra, [&](int64_t z, float* plane) {
    inversePlane(grid, to, plane, cut + firstVoxel(to, z));
  });
}

}  // namespace

extern const FftKernels fftKernels = {spectrum, convolve, correlate, updateEstimate};

}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
