/**
 * The passes along x of real volumes: pairs of rows through a complex transform. Only for kernel
 * files (see variants.h).
 */
#pragma once

#include "fftLine.h"
#include "scratchSlots.h"
#include "threads.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

template <int L>
BLURCYCLE_INLINE Complex<L>* lineBuffer(int slot, int64_t length) {
  return reinterpret_cast<Complex<L>*>(scratch(slot, 2 * L * length));
}

BLURCYCLE_INLINE int64_t wrap(int64_t place, int64_t length) {
  return place >= length ? place - length : place;
}

template <int L>
BLURCYCLE_INLINE void zeroLine(Complex<L>* line, int64_t length) {
  for (int64_t i = 0; i < length; ++i) line[i] = {Vector<L>{}, Vector<L>{}};
}

/**
 * Where the rows of a box lie: row r of `count` is row (r % extent[1]) of plane (r / extent[1]).
 */
struct Rows {
  const FftGrid& grid;
  const FftBox& box;
  int64_t count() const { return box.extent[0] * box.extent[1]; }
  int64_t inData(int64_t row) const {
    const int64_t z = row / box.extent[1] + box.begin[0];
    const int64_t y = row % box.extent[1] + box.begin[1];
    return (z * box.sides[1] + y) * box.sides[2] + box.begin[2];
  }
  int64_t inSpectrum(int64_t row) const {
    const int64_t z = wrap(row / box.extent[1] + box.origin[0], grid.side(0));
    const int64_t y = wrap(row % box.extent[1] + box.origin[1], grid.side(1));
    return z * grid.plane() + y * grid.padded;
  }
};

constexpr int ROW_LANES = MAX_LANES;

/** Transforms along x: lane l of a group carries row l as real and row L + l as imaginary part. */
void forwardRows(const FftGrid& grid, const FftBox& box, const float* data, float* spectrum) {
  constexpr int L = ROW_LANES;
  const Rows rows{grid, box};
  const int64_t width = grid.side(2);
  float* const re = spectrum;
  float* const im = spectrum + grid.block();
  parallelFor(ceilDivide(rows.count(), 2 * L), [&](int64_t group) {
    Complex<L>* line = lineBuffer<L>(SCRATCH_FFT_LINE, width);
    Complex<L>* work = lineBuffer<L>(SCRATCH_FFT_WORK, width);
    zeroLine<L>(line, width);
    const int64_t first = group * 2 * L;
    const int64_t count = smaller(2 * L, rows.count() - first);
    for (int64_t r = 0; r < count; ++r) {
      const float* row = data + rows.inData(first + r);
      float* to =
          reinterpret_cast<float*>(line) + r;  // [re: L][im: L]: the r-th float of every element
      for (int64_t x = 0; x < box.extent[2]; ++x)
        to[wrap(box.origin[2] + x, width) * 2 * L] = row[x];
    }
    const Complex<L>* result = transform<L>(*grid.plans[2], line, work);
    // With X the transform of a + ib: a has X[k] + conj(X[-k]), b has -i (X[k] - conj(X[-k])), both
    // twice too large.
    for (int64_t k0 = 0; k0 < grid.padded; k0 += L) {
      const int64_t steps = smaller(L, grid.padded - k0);
      float parts[4][L][L];
      for (int64_t k = 0; k < steps; ++k) {
        const int64_t at = smaller(k0 + k, grid.half - 1);
        const Complex<L> x = result[at];
        const Complex<L> mirror = result[at == 0 ? 0 : width - at];
        store<L>(parts[0][k], x.re + mirror.re);
        store<L>(parts[1][k], x.im - mirror.im);
        store<L>(parts[2][k], x.im + mirror.im);
        store<L>(parts[3][k], mirror.re - x.re);
      }
      for (int64_t r = 0; r < count; ++r) {
        const int64_t at = rows.inSpectrum(first + r) + k0;
        const int pair = r < L ? 0 : 2;
        const int64_t lane = r < L ? r : r - L;
        for (int64_t k = 0; k < steps; ++k) re[at + k] = parts[pair][k][lane];
        for (int64_t k = 0; k < steps; ++k) im[at + k] = parts[pair + 1][k][lane];
      }
    }
  });
}

/** Inverse transforms along x, scaled; see forwardRows. */
void inverseRows(const FftGrid& grid, const FftBox& box, const float* spectrum, float* data) {
  constexpr int L = ROW_LANES;
  const Rows rows{grid, box};
  const int64_t width = grid.side(2);
  const float scale = grid.scale();
  const float* const re = spectrum;
  const float* const im = spectrum + grid.block();
  parallelFor(ceilDivide(rows.count(), 2 * L), [&](int64_t group) {
    Complex<L>* line = lineBuffer<L>(SCRATCH_FFT_LINE, width);
    Complex<L>* work = lineBuffer<L>(SCRATCH_FFT_WORK, width);
    const int64_t first = group * 2 * L;
    const int64_t count = smaller(2 * L, rows.count() - first);
    for (int64_t k0 = 0; k0 < grid.half; k0 += L) {
      const int64_t steps = smaller(L, grid.half - k0);
      float parts[4][L][L] = {};
      for (int64_t r = 0; r < count; ++r) {
        const int64_t at = rows.inSpectrum(first + r) + k0;
        const int pair = r < L ? 0 : 2;
        const int64_t lane = r < L ? r : r - L;
        for (int64_t k = 0; k < steps; ++k) parts[pair][k][lane] = re[at + k];
        for (int64_t k = 0; k < steps; ++k) parts[pair + 1][k][lane] = im[at + k];
      }
      for (int64_t k = 0; k < steps; ++k) {
        const Vector<L> aRe = load<L>(parts[0][k]);
        const Vector<L> aIm = load<L>(parts[1][k]);
        const Vector<L> bRe = load<L>(parts[2][k]);
        const Vector<L> bIm = load<L>(parts[3][k]);
        const int64_t at = k0 + k;
        // a + ib and, at the mirrored place, conj(a) + i conj(b); parts exchanged for the inverse.
        if (at > 0) line[width - at] = {bRe - aIm, aRe + bIm};
        line[at] = {aIm + bRe, aRe - bIm};
      }
    }
    const Complex<L>* result = transform<L>(*grid.plans[2], line, work);
    for (int64_t r = 0; r < count; ++r) {
      float* row = data + rows.inData(first + r);
      // Exchanged parts: the first rows lie in the imaginary halves.
      const float* from = reinterpret_cast<const float*>(result) + (r < L ? L + r : r - L);
      for (int64_t x = 0; x < box.extent[2]; ++x)
        row[x] = from[wrap(box.origin[2] + x, width) * 2 * L] * scale;
    }
  });
}

}  // namespace
}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
