/** Filter gradient: partial sums over groups of positions (convFilterSums.h), then over the groups. Only for kernel files (see variants.h). */
#pragma once

#include "convFilterSums.h"
#include "convPacking.h"
#include "convPadding.h"
#include "convScaling.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

// Filter gradient: positions per group of sums, and positions that a tile sums before it makes way for the next one.
constexpr int64_t LEAST_POSITIONS = 64;
constexpr int64_t FIRST_CACHE_FLOATS = 6144;
constexpr int64_t POSITIONS_PER_GROUP = 768;
constexpr int64_t LEAST_TASKS = 16;
constexpr int64_t MOST_PARTIAL_FLOATS = 1 << 20;

/** The gradient's channels must fill whole blocks of layout A. */
template <class A>
void sumFilterGradient(const ConvShape& shape, const Padded& padded, const float* gradient, int64_t channels, float* result) {
  constexpr int WIDTH = A::WIDTH;
  const int64_t blocks = channels / WIDTH;
  const int64_t rows = shape.kernel[0] * shape.kernel[1];
  const int64_t depth = shape.kernel[2] * shape.inputs;
  int64_t offsets[MOST_ROWS];
  for (int64_t r = 0; r < rows; ++r) offsets[r] = r / shape.kernel[1] * padded.plane + r % shape.kernel[1] * padded.row;

  const int64_t together = rowsTogether<A>(rows, depth);
  const SumTable table = sumsFor<A>(together);
  const TileCut cut = cutIntoTiles(depth / A::Q, static_cast<int>(largestSumTile<A::V>() / together), 1.0);

  // The number of groups depends on the shape alone: their sums are added in a fixed order, whatever the number of threads.
  const int64_t flatRows = shape.batch * shape.out[0] * shape.out[1];
  const int64_t partialSize = blocks * rows * depth * WIDTH;
  const int64_t units = rows / together * blocks;
  const int64_t wanted = larger(flatRows * shape.out[2] / POSITIONS_PER_GROUP, ceilDivide(LEAST_TASKS, units));
  const int64_t groups = smaller(smaller(wanted, flatRows), larger(1, MOST_PARTIAL_FLOATS / partialSize));
  // All tiles go over a few rows that fit the first-level cache before the next few rows are taken.
  const int64_t perPosition = shape.stride[2] * shape.inputs * together + WIDTH;
  const int64_t positionsAtOnce = larger(LEAST_POSITIONS, FIRST_CACHE_FLOATS / perPosition);
  const int64_t rowsAtOnce = ceilDivide(positionsAtOnce, shape.out[2]);
  float* partial = scratch(SCRATCH_CONV_PARTIAL, groups * partialSize);
  parallelFor(groups * units, [&](int64_t task) {
    const int64_t group = task / units;
    const int64_t block = task % blocks;
    const int64_t row = task % units / blocks * together;
    PositionGrid grid;
    grid.planes = shape.out[0];
    grid.rowsPerPlane = shape.out[1];
    grid.positions = shape.out[2];
    grid.inBatch = padded.batch;
    grid.inPlane = shape.stride[0] * padded.plane;
    grid.inRow = shape.stride[1] * padded.row;
    grid.step = shape.stride[2] * shape.inputs;
    grid.gradientStep = channels;
    grid.gradientRow = shape.out[2] * channels;
    const int64_t end = flatRows * (group + 1) / groups;
    grid.first = true;
    for (grid.rowsFrom = flatRows * group / groups; grid.rowsFrom < end; grid.rowsFrom = grid.rowsTo) {
      grid.rowsTo = smaller(end, grid.rowsFrom + rowsAtOnce);
      float* sums = partial + group * partialSize + (block * rows + row) * depth * WIDTH;
      const float* in = padded.data;
      for (int kind = 0; kind < TILE_KINDS; ++kind) {
        for (int i = 0; i < cut.count[kind]; ++i) {
          table.functions[kind](grid, in, offsets + row, gradient + block * WIDTH, sums, depth * WIDTH);
          in += TILE_SIZES[kind] * A::Q;
          sums += TILE_SIZES[kind] * A::Q * WIDTH;
        }
      }
      grid.first = false;
    }
  });
  parallelFor(rows * blocks, [&](int64_t task) {
    const int64_t block = task % blocks;
    const int64_t row = task / blocks;
    float* total = partial + (block * rows + row) * depth * WIDTH;
    for (int64_t group = 1; group < groups; ++group) {
      for (int64_t i = 0; i < depth * WIDTH; ++i) total[i] += total[group * partialSize + i];
    }
    const int64_t valid = smaller(WIDTH, shape.outputs - block * WIDTH);
    for (int64_t k = 0; k < depth; ++k) {
      float* to = result + (row * depth + k) * shape.outputs + block * WIDTH;
      for (int64_t c = 0; c < valid; ++c) to[c] = total[packedPlace<A>(k, c)];
    }
  }, groups * partialSize);
}

void filterGradient(const ConvShape& shape, const float* input, const float* outputGradient, float* result) {
  const int64_t planes = shape.batch * shape.out[0];
  const int64_t perPlane = shape.out[1] * shape.out[2];
  if (isScaling(shape)) {
    *result = sumProducts(shape, input, outputGradient);
    return;
  }
  const Padded padded = padVolume(input, shape.batch, shape.in, shape.inputs, inputBorder(shape));
  withLayout(shape.outputs, shape.kernel[2] * shape.inputs, [&](auto layout) {
    using A = decltype(layout);
    const int64_t channels = ceilDivide(shape.outputs, A::WIDTH) * A::WIDTH;
    const float* gradient = outputGradient;
    if (channels != shape.outputs) {
      // Whole blocks of channels, so that the kernel never reads past the end of the array.
      float* copy = scratch(SCRATCH_CONV_FILTER, planes * perPlane * channels);
      parallelFor(planes, [&](int64_t plane) {
        for (int64_t p = plane * perPlane; p < (plane + 1) * perPlane; ++p) {
          for (int64_t c = 0; c < channels; ++c) copy[p * channels + c] = c < shape.outputs ? gradient[p * shape.outputs + c] : 0;
        }
      });
      gradient = copy;
    }
    sumFilterGradient<A>(shape, padded, gradient, channels, result);
  });
}

}  // namespace
}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
