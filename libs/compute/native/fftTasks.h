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

BLURCYCLE_INLINE void fetchPlace(const float* from, int64_t count) {
  for (int64_t i = 0; i < count; i += FFT_GROUP) __builtin_prefetch(from + i, 1, 2);
}

/** Brings `count` floats of every plane of the box into the cache, from a place in the plane on. */
BLURCYCLE_INLINE void fetch(const FftGrid& grid, const FftBox& box, const float* spectrum,
                            int64_t place, int64_t count) {
  for (int64_t z = 0; z < box.extent[0]; ++z) {
    fetchPlace(spectrum + wrap(box.origin[0] + z, grid.side(0)) * grid.plane() + place, count);
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

/** A column of a spectrum, to be read. */
template <int L>
struct ReadColumn {
  const float* real;
  const float* imaginary;
  int64_t stride;
  BLURCYCLE_INLINE Complex<L> get(int64_t z) const {
    return {load<L>(real + z * stride), load<L>(imaginary + z * stride)};
  }
};

/** The column of a kernel of which only some planes are there; zero in the others. */
template <int L>
struct ThinColumn {
  ReadColumn<L> planes;
  const FftTransfer& transfer;
  int64_t depth;
  BLURCYCLE_INLINE Complex<L> get(int64_t z) const {
    const int64_t place = z < transfer.origin ? z - transfer.origin + depth : z - transfer.origin;
    return place < transfer.planes ? planes.get(place) : Complex<L>{Vector<L>{}, Vector<L>{}};
  }
};

/** Elements are multiplied with the kernel's spectrum; parts exchanged for the inverse. */
template <int L, class Factor>
struct ProductBuffer {
  Complex<L>* elements;
  Factor factor;
  float sign;  // -1 for the conjugate
  BLURCYCLE_INLINE void put(int64_t z, Complex<L> a) const {
    const Complex<L> b = factor.get(z);
    const Vector<L> c = b.re;
    const Vector<L> d = b.im * sign;
    elements[z] = {a.re * d + a.im * c, a.re * c - a.im * d};
  }
};

/** Transform along z, product with the kernel's spectrum, inverse transform along z. */
struct ConvolveTask {
  const FftGrid& grid;
  const FftBox& from;
  const FftBox& to;
  float* spectrum;
  const FftTransfer& transfer;
  bool conjugate;
  void prepare(int64_t place, int64_t count) const {
    fetch(grid, from, spectrum, place, count);
    const int64_t planes = transfer.planes == 0 ? grid.side(0) : transfer.planes;
    for (int64_t z = 0; z < planes; ++z)
      fetchPlace(transfer.spectrum + z * grid.plane() + place, count);
  }
  template <int L>
  BLURCYCLE_INLINE void run(int64_t row, int64_t column) const {
    const int64_t depth = grid.side(0);
    Complex<L>* line = lineBuffer<L>(SCRATCH_FFT_LINE, depth);
    Complex<L>* work = lineBuffer<L>(SCRATCH_FFT_WORK, depth);
    Complex<L>* product = lineBuffer<L>(SCRATCH_FFT_OTHER, depth);
    float* start = spectrum + row * grid.row();
    const float* kernel = transfer.spectrum + row * grid.row() + grid.column(column);
    const ReadColumn<L> stored = {kernel, kernel + grid.imaginary(column), grid.plane()};
    const SpectrumLine<L> data = lineAlong<L>(grid, 0, start, column, from);
    const float sign = conjugate ? -1.0f : 1.0f;
    if (transfer.planes == 0) {
      transform<L>(*grid.plans[0], data, ProductBuffer<L, ReadColumn<L>>{product, stored, sign},
                   line, work);
    } else {
      Complex<L>* factor = lineBuffer<L>(SCRATCH_FFT_OTHER_WORK, depth);
      transform<L>(*grid.plans[0], ThinColumn<L>{stored, transfer, depth}, Buffer<L>{factor}, line,
                   work);
      transform<L>(*grid.plans[0], data, ProductBuffer<L, Buffer<L>>{product, {factor}, sign}, line,
                   work);
    }
    transform<L>(*grid.plans[0], Buffer<L>{product},
                 exchanged(lineAlong<L>(grid, 0, start, column, to)), line, work);
  }
};

/** From the spectrum along x and y of a volume to that of its convolution. */
void convolveAlongZ(const FftGrid& grid, const FftBox& from, const FftBox& to, float* spectrum,
                    const FftTransfer& transfer, bool conjugate) {
  overTiles(grid, ConvolveTask{grid, from, to, spectrum, transfer, conjugate});
}

}  // namespace
}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
