/**
 * The passes along x of real planes: pairs of rows through a complex transform. Only for kernel
 * files (see variants.h).
 */
#pragma once

#include "fftLine.h"
#include "scratchSlots.h"
#include "threads.h"
#include "transpose.h"

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

constexpr int ROW_LANES = MAX_LANES;

/** Rows of a plane, `stride` floats apart, of which `count` exist. */
template <class Float>
struct Rows {
  Float* first;
  int64_t stride;
  int64_t count;
};

/** The L x L floats from `column` on, `wanted` of each row, with rows and columns exchanged. */
template <int L>
BLURCYCLE_INLINE void readTile(Rows<const float> rows, int64_t column, int64_t wanted,
                               Vector<L> (&tile)[L]) {
  for (int r = 0; r < L; ++r) {
    const float* from = rows.first + r * rows.stride + column;
    tile[r] = r >= rows.count ? Vector<L>{}
              : wanted >= L   ? load<L>(from)
                              : loadPart<L>(from, wanted);
  }
  transpose<L>(tile);
}

template <int L>
BLURCYCLE_INLINE void writeTile(Vector<L> (&tile)[L], Rows<float> rows, int64_t column,
                                int64_t wanted) {
  transpose<L>(tile);
  for (int r = 0; r < L && r < rows.count; ++r) {
    float* to = rows.first + r * rows.stride + column;
    if (wanted >= L)
      store<L>(to, tile[r]);
    else
      storePart<L>(to, tile[r], wanted);
  }
}

/** The first L rows (`half` 0) or the next ones (1) of a group of 2 L. */
template <int L, class Float>
BLURCYCLE_INLINE Rows<Float> halfOf(Rows<Float> rows, int half) {
  return {rows.first + half * L * rows.stride, rows.stride, rows.count - half * L};
}

/** Transforms of 2 L rows: lane l carries row l as real and row L + l as imaginary part. */
template <int L>
void forwardRowGroup(const FftGrid& grid, const FftBox& box, Rows<const float> data,
                     Rows<float> spectrum) {
  const int64_t width = grid.side(2);
  Complex<L>* line = lineBuffer<L>(SCRATCH_FFT_LINE, width);
  Complex<L>* work = lineBuffer<L>(SCRATCH_FFT_WORK, width);
  for (int64_t x = box.extent[2]; x < width; ++x)
    line[wrap(box.origin[2] + x, width)] = {Vector<L>{}, Vector<L>{}};
  for (int64_t x = 0; x < box.extent[2]; x += L) {
    const int64_t wanted = smaller(L, box.extent[2] - x);
    Vector<L> tile[L];
    readTile<L>(data, x, wanted, tile);
    for (int i = 0; i < wanted; ++i) line[wrap(box.origin[2] + x + i, width)].re = tile[i];
    readTile<L>(halfOf<L>(data, 1), x, wanted, tile);
    for (int i = 0; i < wanted; ++i) line[wrap(box.origin[2] + x + i, width)].im = tile[i];
  }
  const Complex<L>* result = transform<L>(*grid.plans[2], line, work);
  // With X the transform of a + ib: a has X[k] + conj(X[-k]), b has -i (X[k] - conj(X[-k])), both
  // twice too large.
  for (int64_t k = 0; k < grid.padded; k += L) {
    const int64_t wanted = smaller(L, grid.padded - k);
    const int64_t count = smaller(L, grid.half - k);
    const int64_t re = grid.column(k);
    const int64_t im = re + grid.imaginary(k);
    const auto write = [&](int half, int64_t column, const auto& part) {
      Vector<L> tile[L];
      for (int i = 0; i < L; ++i) {
        tile[i] =
            i < count ? part(result[k + i], result[k + i == 0 ? 0 : width - k - i]) : Vector<L>{};
      }
      writeTile<L>(tile, halfOf<L>(spectrum, half), column, wanted);
    };
    using Value = const Complex<L>&;
    write(0, re, [](Value x, Value mirror) { return x.re + mirror.re; });
    write(0, im, [](Value x, Value mirror) { return x.im - mirror.im; });
    write(1, re, [](Value x, Value mirror) { return x.im + mirror.im; });
    write(1, im, [](Value x, Value mirror) { return mirror.re - x.re; });
  }
}

/** Inverse transforms of 2 L rows, scaled; see forwardRowGroup. */
template <int L>
void inverseRowGroup(const FftGrid& grid, const FftBox& box, Rows<const float> spectrum,
                     Rows<float> data) {
  const int64_t width = grid.side(2);
  Complex<L>* line = lineBuffer<L>(SCRATCH_FFT_LINE, width);
  Complex<L>* work = lineBuffer<L>(SCRATCH_FFT_WORK, width);
  for (int64_t k = 0; k < grid.half; k += L) {
    const int64_t wanted = smaller(L, grid.padded - k);
    const int64_t re = grid.column(k);
    const int64_t im = re + grid.imaginary(k);
    Vector<L> parts[4][L];
    readTile<L>(spectrum, re, wanted, parts[0]);
    readTile<L>(spectrum, im, wanted, parts[1]);
    readTile<L>(halfOf<L>(spectrum, 1), re, wanted, parts[2]);
    readTile<L>(halfOf<L>(spectrum, 1), im, wanted, parts[3]);
    for (int64_t i = 0; i < smaller(L, grid.half - k); ++i) {
      // a + ib and, at the mirrored place, conj(a) + i conj(b); parts exchanged for the inverse.
      const int64_t at = k + i;
      if (at > 0) line[width - at] = {parts[2][i] - parts[1][i], parts[0][i] + parts[3][i]};
      line[at] = {parts[1][i] + parts[2][i], parts[0][i] - parts[3][i]};
    }
  }
  const Complex<L>* result = transform<L>(*grid.plans[2], line, work);
  const float scale = grid.scale();
  for (int64_t x = 0; x < box.extent[2]; x += L) {
    const int64_t wanted = smaller(L, box.extent[2] - x);
    for (int half = 0; half < 2; ++half) {
      Vector<L> tile[L];
      for (int i = 0; i < L; ++i) {
        if (i >= wanted) {
          tile[i] = Vector<L>{};
          continue;
        }
        const Complex<L>& value = result[wrap(box.origin[2] + x + i, width)];
        tile[i] = (half == 0 ? value.im : value.re) * scale;
      }
      writeTile<L>(tile, halfOf<L>(data, half), x, wanted);
    }
  }
}

}  // namespace
}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
