/** The passes along z, in tiles of columns; include in fft.kernel.cc and its parts only. */
#pragma once

#include "fftPlanes.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

/** Columns of a tile of a pass along z: what is fetched from memory at once, in long pieces. */
constexpr int64_t TILE_COLUMNS = 2 * FFT_GROUP;

/** task.run<L>(row, column) for all columns along z, in tiles, on all threads. */
template <class Task>
void overTiles(const FftGrid& grid, const Task& task) {
  const int64_t tiles = ceilDivide(grid.padded, TILE_COLUMNS);
  parallelFor(grid.side(1) * tiles, [&](int64_t i) {
    const int64_t row = i / tiles;
    const int64_t first = i % tiles * TILE_COLUMNS;
    const int64_t last = smaller(grid.padded, first + TILE_COLUMNS);
    task.prepare(row * grid.row() + grid.column(first), 2 * (last - first));
    overColumns(row, first, last, task);
  });
}

/** Brings `count` floats of every plane of the box into the cache, from a place in the plane on. */
BLURCYCLE_INLINE void fetch(const FftGrid& grid, const FftBox& box, const float* spectrum,
                            int64_t place, int64_t count) {
  for (int64_t z = 0; z < box.extent[0]; ++z) {
    const float* from = spectrum + wrap(box.origin[0] + z, grid.side(0)) * grid.plane() + place;
    for (int64_t i = 0; i < count; i += FFT_GROUP) __builtin_prefetch(from + i, 1, 2);
  }
}

/** One transform along z. */
struct SpectrumTask {
  const FftGrid& grid;
  const FftBox& box;
  const FftBox& whole;
  float* spectrum;
  void prepare(int64_t place, int64_t count) const { fetch(grid, box, spectrum, place, count); }
  template <int L>
  BLURCYCLE_INLINE void run(int64_t row, int64_t column) const {
    const int64_t depth = grid.side(0);
    Complex<L>* line = lineBuffer<L>(SCRATCH_FFT_LINE, depth);
    Complex<L>* work = lineBuffer<L>(SCRATCH_FFT_WORK, depth);
    float* start = spectrum + row * grid.row();
    transform<L>(*grid.plans[0], lineAlong<L>(grid, 0, start, column, box),
                 lineAlong<L>(grid, 0, start, column, whole), line, work);
  }
};

/** Elements are multiplied with the kernel's spectrum; parts exchanged for the inverse. */
template <int L>
struct ProductBuffer {
  Complex<L>* elements;
  SpectrumLine<L> transfer;
  float sign;  // -1 for the conjugate
  BLURCYCLE_INLINE void put(int64_t z, Complex<L> a) const {
    const Vector<L> c = load<L>(transfer.real + z * transfer.stride);
    const Vector<L> d = load<L>(transfer.imaginary + z * transfer.stride) * sign;
    elements[z] = {a.re * d + a.im * c, a.re * c - a.im * d};
  }
};

/** Transform along z, product with the kernel's spectrum, inverse transform along z. */
struct ConvolveTask {
  const FftGrid& grid;
  const FftBox& from;
  const FftBox& to;
  const FftBox& whole;
  float* spectrum;
  const float* transfer;
  bool conjugate;
  void prepare(int64_t place, int64_t count) const {
    fetch(grid, from, spectrum, place, count);
    fetch(grid, whole, transfer, place, count);
  }
  template <int L>
  BLURCYCLE_INLINE void run(int64_t row, int64_t column) const {
    const int64_t depth = grid.side(0);
    Complex<L>* line = lineBuffer<L>(SCRATCH_FFT_LINE, depth);
    Complex<L>* work = lineBuffer<L>(SCRATCH_FFT_WORK, depth);
    Complex<L>* product = lineBuffer<L>(SCRATCH_FFT_OTHER, depth);
    float* start = spectrum + row * grid.row();
    float* kernel = const_cast<float*>(transfer) + row * grid.row();
    const SpectrumLine<L> factor = lineAlong<L>(grid, 0, kernel, column, whole);
    transform<L>(*grid.plans[0], lineAlong<L>(grid, 0, start, column, from),
                 ProductBuffer<L>{product, factor, conjugate ? -1.0f : 1.0f}, line, work);
    transform<L>(*grid.plans[0], Buffer<L>{product},
                 exchanged(lineAlong<L>(grid, 0, start, column, to)), line, work);
  }
};

/** From the spectrum along x and y of a volume to that of its convolution. */
void convolveAlongZ(const FftGrid& grid, const FftBox& from, const FftBox& to, float* spectrum,
                    const float* transfer, bool conjugate) {
  overTiles(grid, ConvolveTask{grid, from, to, wholeGrid(grid), spectrum, transfer, conjugate});
}

}  // namespace
}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
