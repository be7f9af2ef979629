/**
 * The passes of a transform: one over x and y, a plane at a time in the second-level cache, and one
 * along z. Only for kernel files (see variants.h).
 */
#pragma once

#include "fftRows.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

/** Lanes of the passes along y and z; a rest of 8 columns takes a narrower step. */
constexpr int WIDE = MAX_LANES;
constexpr int NARROW = MAX_LANES < 8 ? MAX_LANES : 8;

/** Calls task.run<L>(row, column) for the columns of [from, to). */
template <class Task>
BLURCYCLE_INLINE void overColumns(int64_t row, int64_t from, int64_t to, const Task& task) {
  int64_t column = from;
  for (; column + WIDE <= to; column += WIDE) task.template run<WIDE>(row, column);
  if constexpr (NARROW < WIDE) {
    for (; column < to; column += NARROW) task.template run<NARROW>(row, column);
  }
}

/** Columns along an axis, 0 or 1, from a place in a spectrum on; `box` says what exists of them. */
template <int L>
BLURCYCLE_INLINE SpectrumLine<L> lineAlong(const FftGrid& grid, int axis, float* start,
                                           int64_t column, const FftBox& box) {
  float* real = start + grid.column(column);
  return {real,
          real + grid.imaginary(column),
          axis == 0 ? grid.plane() : grid.row(),
          grid.side(axis),
          box.origin[axis],
          box.extent[axis]};
}

/** The line with its parts exchanged, for the inverse transform. */
template <int L>
BLURCYCLE_INLINE SpectrumLine<L> exchanged(SpectrumLine<L> line) {
  float* const real = line.real;
  line.real = line.imaginary;
  line.imaginary = real;
  return line;
}

/** The box of the whole grid. */
inline FftBox wholeGrid(const FftGrid& grid) {
  const int64_t sides[3] = {grid.side(0), grid.side(1), grid.side(2)};
  return {{sides[0], sides[1], sides[2]}, {0, 0, 0}, {sides[0], sides[1], sides[2]}, {0, 0, 0}};
}

/** Transforms along y of a plane: from the box's rows to all rows, or back. */
struct YTask {
  const FftGrid& grid;
  const FftBox& box;
  const FftBox& whole;
  float* plane;
  bool back;
  template <int L>
  BLURCYCLE_INLINE void run(int64_t, int64_t column) const {
    const int64_t height = grid.side(1);
    Complex<L>* line = lineBuffer<L>(SCRATCH_FFT_LINE, height);
    Complex<L>* work = lineBuffer<L>(SCRATCH_FFT_WORK, height);
    const SpectrumLine<L> part = lineAlong<L>(grid, 1, plane, column, box);
    const SpectrumLine<L> all = lineAlong<L>(grid, 1, plane, column, whole);
    if (back)
      transform<L>(*grid.plans[1], exchanged(all), exchanged(part), line, work);
    else
      transform<L>(*grid.plans[1], part, all, line, work);
  }
};

/** Calls pass(first row, its place in the plane, number of rows) for groups of neighboring rows. */
template <class Pass>
BLURCYCLE_INLINE void overRowGroups(const FftGrid& grid, const FftBox& box, const Pass& pass) {
  const int64_t height = grid.side(1);
  for (int64_t row = 0; row < box.extent[1];) {
    const int64_t place = wrap(box.origin[1] + row, height);
    const int64_t count = smaller(2 * ROW_LANES, smaller(box.extent[1] - row, height - place));
    pass(row, place, count);
    row += count;
  }
}

/** Twice the spectrum along x and y of a plane of the box, from its first voxel on. */
void forwardPlane(const FftGrid& grid, const FftBox& box, const float* data, float* plane) {
  const int64_t width = box.sides[2];
  overRowGroups(grid, box, [&](int64_t row, int64_t place, int64_t count) {
    forwardRowGroup<ROW_LANES>(grid, box, {data + row * width, width, count},
                               {plane + place * grid.row(), grid.row(), count});
  });
  overColumns(0, 0, grid.padded, YTask{grid, box, wholeGrid(grid), plane, false});
}

/** The voxels of the box in a plane, scaled; overwrites the spectrum. */
void inversePlane(const FftGrid& grid, const FftBox& box, float* plane, float* data) {
  const int64_t width = box.sides[2];
  overColumns(0, 0, grid.padded, YTask{grid, box, wholeGrid(grid), plane, true});
  overRowGroups(grid, box, [&](int64_t row, int64_t place, int64_t count) {
    inverseRowGroup<ROW_LANES>(grid, box, {plane + place * grid.row(), grid.row(), count},
                               {data + row * width, width, count});
  });
}

/** body(plane of the box, where its spectrum lies) for the planes of a box, on all threads. */
template <class Body>
void overPlanes(const FftGrid& grid, const FftBox& box, float* spectrum, const Body& body) {
  parallelFor(box.extent[0], [&](int64_t z) {
    body(z, spectrum + wrap(box.origin[0] + z, grid.side(0)) * grid.plane());
  });
}

/** Where the first voxel of the box lies in plane z of the box. */
inline int64_t firstVoxel(const FftBox& box, int64_t z) {
  return ((box.begin[0] + z) * box.sides[1] + box.begin[1]) * box.sides[2] + box.begin[2];
}

}  // namespace
}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
