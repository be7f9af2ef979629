/**
 * Convolution through the Fourier transform.
 *
 * The rows of a real volume go in pairs through a complex transform along x, L pairs at a time;
 * then come y and z, where neighboring frequencies of x are the lanes. Rows and planes that hold
 * only zeros or that nobody wants are skipped. The pass along z is fused with the product and the
 * way back, so the spectrum of the data is never written.
 */
#include "fftRows.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

/** Lanes of the passes along y and z; a rest of 8 columns takes a narrower step. */
constexpr int WIDE = MAX_LANES;
constexpr int NARROW = MAX_LANES < 8 ? MAX_LANES : 8;

/** Calls task.run<L>(column) for all columns of a row of spectrum. */
template <class Task>
BLURCYCLE_INLINE void overColumns(int64_t padded, const Task& task) {
  int64_t column = 0;
  for (; column + WIDE <= padded; column += WIDE) task.template run<WIDE>(column);
  if constexpr (NARROW < WIDE) {
    for (; column < padded; column += NARROW) task.template run<NARROW>(column);
  }
}

/**
 * Reads `count` elements, `stride` floats apart, to their wrapped places; the rest becomes zero.
 * `back`: parts exchanged.
 */
template <int L>
BLURCYCLE_INLINE void readLine(const float* re, const float* im, int64_t stride, int64_t length,
                               int64_t origin, int64_t count, bool back, Complex<L>* line) {
  if (count < length) zeroLine<L>(line, length);
  const float* first = back ? im : re;
  const float* second = back ? re : im;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t at = wrap(origin + i, length);
    line[at] = {load<L>(first + at * stride), load<L>(second + at * stride)};
  }
}

template <int L>
BLURCYCLE_INLINE void writeLine(const Complex<L>* line, float* re, float* im, int64_t stride,
                                int64_t length, int64_t origin, int64_t count, bool back) {
  float* first = back ? im : re;
  float* second = back ? re : im;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t at = wrap(origin + i, length);
    store<L>(first + at * stride, line[at].re);
    store<L>(second + at * stride, line[at].im);
  }
}

/** One transform along y: from the box's rows to all rows, or back. */
struct YTask {
  const FftGrid& grid;
  const FftBox& box;
  float* re;
  float* im;
  bool back;
  template <int L>
  BLURCYCLE_INLINE void run(int64_t column) const {
    const int64_t height = grid.side(1);
    Complex<L>* line = lineBuffer<L>(SCRATCH_FFT_LINE, height);
    Complex<L>* work = lineBuffer<L>(SCRATCH_FFT_WORK, height);
    const int64_t read = back ? height : box.extent[1];
    const int64_t written = back ? box.extent[1] : height;
    readLine<L>(re + column, im + column, grid.padded, height, back ? 0 : box.origin[1], read, back,
                line);
    const Complex<L>* result = transform<L>(*grid.plans[1], line, work);
    writeLine<L>(result, re + column, im + column, grid.padded, height, back ? box.origin[1] : 0,
                 written, back);
  }
};

/** Transforms along y in every plane of the box, in place. */
void passAlongY(const FftGrid& grid, const FftBox& box, float* spectrum, bool back) {
  parallelFor(box.extent[0], [&](int64_t i) {
    float* re = spectrum + wrap(box.origin[0] + i, grid.side(0)) * grid.plane();
    overColumns(grid.padded, YTask{grid, box, re, re + grid.block(), back});
  });
}

/** One transform along z. */
struct SpectrumTask {
  const FftGrid& grid;
  const FftBox& box;
  float* spectrum;
  int64_t row;
  template <int L>
  BLURCYCLE_INLINE void run(int64_t column) const {
    const int64_t depth = grid.side(0);
    Complex<L>* line = lineBuffer<L>(SCRATCH_FFT_LINE, depth);
    Complex<L>* work = lineBuffer<L>(SCRATCH_FFT_WORK, depth);
    float* re = spectrum + row * grid.padded + column;
    float* im = re + grid.block();
    readLine<L>(re, im, grid.plane(), depth, box.origin[0], box.extent[0], false, line);
    const Complex<L>* result = transform<L>(*grid.plans[0], line, work);
    writeLine<L>(result, re, im, grid.plane(), depth, 0, depth, false);
  }
};

/** Transform along z, product with the kernel's spectrum, inverse transform along z. */
struct ConvolveTask {
  const FftGrid& grid;
  const FftBox& from;
  const FftBox& to;
  float* spectrum;
  const float* transfer;
  bool conjugate;
  int64_t row;
  template <int L>
  BLURCYCLE_INLINE void run(int64_t column) const {
    const int64_t depth = grid.side(0);
    Complex<L>* line = lineBuffer<L>(SCRATCH_FFT_LINE, depth);
    Complex<L>* work = lineBuffer<L>(SCRATCH_FFT_WORK, depth);
    const int64_t at = row * grid.padded + column;
    float* re = spectrum + at;
    float* im = re + grid.block();
    readLine<L>(re, im, grid.plane(), depth, from.origin[0], from.extent[0], false, line);
    Complex<L>* product = transform<L>(*grid.plans[0], line, work);
    for (int64_t z = 0; z < depth; ++z) {
      const Vector<L> c = load<L>(transfer + at + z * grid.plane());
      Vector<L> d = load<L>(transfer + grid.block() + at + z * grid.plane());
      if (conjugate) d = -d;
      const Complex<L> a = product[z];
      product[z] = {a.re * d + a.im * c, a.re * c - a.im * d};  // parts exchanged for the inverse
    }
    const Complex<L>* result = transform<L>(*grid.plans[0], product, product == line ? work : line);
    writeLine<L>(result, re, im, grid.plane(), depth, to.origin[0], to.extent[0], true);
  }
};

/** Transforms of every pair of volumes along z, sum of the products, inverse transform. */
struct CorrelateTask {
  const FftGrid& grid;
  const FftBox& from;
  const FftBox& to;
  float* spectra;  // [volumes][x, dy], the result in the first
  int64_t volumes;
  int64_t row;
  template <int L>
  BLURCYCLE_INLINE void run(int64_t column) const {
    const int64_t depth = grid.side(0);
    Complex<L>* line = lineBuffer<L>(SCRATCH_FFT_LINE, depth);
    Complex<L>* work = lineBuffer<L>(SCRATCH_FFT_WORK, depth);
    Complex<L>* other = lineBuffer<L>(SCRATCH_FFT_OTHER, depth);
    Complex<L>* otherWork = lineBuffer<L>(SCRATCH_FFT_OTHER_WORK, depth);
    Complex<L>* sum = lineBuffer<L>(SCRATCH_FFT_SUM, depth);
    zeroLine<L>(sum, depth);
    for (int64_t n = 0; n < volumes; ++n) {
      const float* x = spectra + 4 * n * grid.block() + row * grid.padded + column;
      const float* dy = x + 2 * grid.block();
      readLine<L>(x, x + grid.block(), grid.plane(), depth, from.origin[0], from.extent[0], false,
                  line);
      readLine<L>(dy, dy + grid.block(), grid.plane(), depth, from.origin[0], from.extent[0], false,
                  other);
      const Complex<L>* a = transform<L>(*grid.plans[0], line, work);
      const Complex<L>* b = transform<L>(*grid.plans[0], other, otherWork);
      for (int64_t z = 0; z < depth; ++z) {  // b conj(a), parts exchanged for the inverse
        sum[z].re += b[z].im * a[z].re - b[z].re * a[z].im;
        sum[z].im += b[z].re * a[z].re + b[z].im * a[z].im;
      }
    }
    const Complex<L>* result = transform<L>(*grid.plans[0], sum, work);
    float* re = spectra + row * grid.padded + column;
    writeLine<L>(result, re, re + grid.block(), grid.plane(), depth, to.origin[0], to.extent[0],
                 true);
  }
};

void spectrum(const FftGrid& grid, const FftBox& box, const float* data, float* result) {
  forwardRows(grid, box, data, result);
  passAlongY(grid, box, result, false);
  parallelFor(grid.side(1),
              [&](int64_t row) { overColumns(grid.padded, SpectrumTask{grid, box, result, row}); });
}

void convolve(const FftGrid& grid, const FftBox& from, const float* data, const float* transfer,
              bool conjugate, const FftBox& to, float* cut) {
  float* work = scratch(SCRATCH_FFT_SPECTRA, 2 * grid.block());
  forwardRows(grid, from, data, work);
  passAlongY(grid, from, work, false);
  parallelFor(grid.side(1), [&](int64_t row) {
    overColumns(grid.padded, ConvolveTask{grid, from, to, work, transfer, conjugate, row});
  });
  passAlongY(grid, to, work, true);
  inverseRows(grid, to, work, cut);
}

void correlate(const FftGrid& grid, int64_t volumes, const FftBox& from, const float* x,
               const float* dy, const FftBox& to, float* cut) {
  const int64_t voxels = from.sides[0] * from.sides[1] * from.sides[2];
  float* spectra = scratch(SCRATCH_FFT_SPECTRA, 4 * volumes * grid.block());
  for (int64_t n = 0; n < volumes; ++n) {
    float* first = spectra + 4 * n * grid.block();
    forwardRows(grid, from, x + n * voxels, first);
    passAlongY(grid, from, first, false);
    forwardRows(grid, from, dy + n * voxels, first + 2 * grid.block());
    passAlongY(grid, from, first + 2 * grid.block(), false);
  }
  parallelFor(grid.side(1), [&](int64_t row) {
    overColumns(grid.padded, CorrelateTask{grid, from, to, spectra, volumes, row});
  });
  passAlongY(grid, to, spectra, true);
  inverseRows(grid, to, spectra, cut);
}

}  // namespace

extern const FftKernels fftKernels = {spectrum, convolve, correlate};

}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
