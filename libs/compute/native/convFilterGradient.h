/**
 * Filter gradient: partial sums over groups of positions (convFilterSums.h), then over the groups.
 * Only for kernel files (see variants.h).
 */
#pragma once

#include "convFilterSums.h"
#include "convPacking.h"
#include "convPadding.h"
#include "convScaling.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

// Filter gradient: positions per group of sums, and positions that a tile sums before it makes way
// for the next one.
constexpr int64_t LEAST_POSITIONS = 64;
constexpr int64_t FIRST_CACHE_FLOATS = 6144;
constexpr int64_t POSITIONS_PER_GROUP = 768;
constexpr int64_t LEAST_TASKS = 16;
constexpr int64_t MOST_PARTIAL_FLOATS = 1 << 20;

/** The gradient's channels must fill whole blocks of layout A. */
template <class A>
void sumFilterGradient(const ConvShape& shape, const Padded& padded, const float* gradient,
                       int64_t channels, float* result) {
  constexpr int WIDTH = A::WIDTH;
  const int64_t blocks = channels / WIDTH;
  const int64_t rows = shape.kernel[0] * shape.kernel[1];
  const int64_t depth = shape.kernel[2] * shape.inputs;
  int64_t offsets[MOST_ROWS];
  for (int64_t r = 0; r < rows; ++r)
    offsets[r] = r / shape.kernel[1] * padded.plane + r % shape.kernel[1] * padded.row;

  const int64_t together = rowsTogether<A>(rows, depth);
  const SumTable table = sumsFor<A>(together);
  const TileCut cut =
      cutIntoTiles(depth / A::Q, static_cast<int>(largestSumTile<A::V>() / together), 1.0);

  // The number of groups depends on the shape alone: their sums are added in a fixed order,
  // whatever the number of threads.
  const int64_t flatRows = shape.batch * shape.out[0] * shape.out[1];
  const int64_t partialSize = blocks * rows * depth * WIDTH;
  const int64_t units = rows / together * blocks;
  const int64_t wanted =
      larger(flatRows * shape.out[2] / POSITIONS_PER_GROUP, ceilDivide(LEAST_TASKS, units));
  const int64_t groups =
      smaller(smaller(wanted, flatRows), larger(1, MOST_PARTIAL_FLOATS / partialSize));
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
    for (grid.rowsFrom = flatRows * group / groups; grid.rowsFrom < end;
         grid.rowsFrom = grid.rowsTo) {
      grid.rowsTo = smaller(end, grid.rowsFrom + rowsAtOnce);
      float* sums = partial + group * partialSize + (block * rows + row) * depth * WIDTH;
      const float* in = padded.data;
      for (int kind = 0; kind < TILE_KINDS; ++kind) {
        for (int i = 0; i < cut.count[kind]; ++i) {
          table.functions[kind](grid, in, offsets + row, gradient + block * WIDTH, sums,
                                depth * WIDTH);
          in += TILE_SIZES[kind] * A::Q;
          sums += TILE_SIZES[kind] * A::Q * WIDTH;
        }
      }
      grid.first = false;
    }
  });
  parallelFor(
      rows * blocks,
      [&](int64_t task) {
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
      },
      groups * partialSize);
}

void filterGradient(const ConvShape& shape, const float* input, const float* outputGradient,
                    float* result);

/**
 * Eight channels that would fill half a register, next to an odd number of taps and inputs, which
 * do not pair up either.
 */
bool pairsPositions(const ConvShape& shape) {
  return MAX_LANES == 16 && shape.outputs == 8 && shape.kernel[2] * shape.inputs % 2 != 0 &&
         shape.stride[2] == 1 && shape.out[2] % 2 == 0;
}

/**
 * Two neighboring positions as one of 16 channels, met by one tap more: the first position's sum
 * for tap t is at t, that of the second at t + 1. A quarter of the sums for three taps (the first
 * position's at the last tap, the second's at the first) is left out.
 */
void pairedFilterGradient(const ConvShape& shape, const float* input, const float* outputGradient,
                          float* result) {
  ConvShape paired = shape;
  paired.kernel[2] = shape.kernel[2] + 1;
  paired.stride[2] = 2;
  paired.out[2] = shape.out[2] / 2;
  paired.outputs = 2 * shape.outputs;
  const int64_t rows = shape.kernel[0] * shape.kernel[1];
  const int64_t depth = shape.kernel[2] * shape.inputs;
  const int64_t sumsRow = (depth + shape.inputs) * paired.outputs;
  float* sums = scratch(SCRATCH_CONV_PAIRED, rows * sumsRow);
  filterGradient(paired, input, outputGradient, sums);
  for (int64_t i = 0; i < rows * depth; ++i) {
    const float* first = sums + i / depth * sumsRow + i % depth * paired.outputs;
    const float* second = first + shape.inputs * paired.outputs + shape.outputs;
    for (int64_t c = 0; c < shape.outputs; ++c)
      result[i * shape.outputs + c] = first[c] + second[c];
  }
}

/**
 * One channel of output: the gradient is that of a convolution from one channel, its taps in
 * reverse, if input and gradient swap.
 */
bool swapsSides(const ConvShape& shape) {
  bool swaps = shape.outputs == 1 && shape.inputs > 1;
  for (int a = 0; a < 3; ++a)
    swaps = swaps && shape.stride[a] == 1 && shape.pad[a] < shape.kernel[a] && shape.in[a] > 0;
  return swaps;
}

ConvShape swapSides(const ConvShape& shape) {
  ConvShape swapped = shape;
  for (int a = 0; a < 3; ++a) {
    swapped.in[a] = shape.out[a];
    swapped.out[a] = shape.in[a];
    swapped.pad[a] = shape.kernel[a] - 1 - shape.pad[a];
  }
  swapped.inputs = 1;
  swapped.outputs = shape.inputs;
  return swapped;
}

void swappedFilterGradient(const ConvShape& shape, const float* input, const float* outputGradient,
                           float* result) {
  pairedFilterGradient(swapSides(shape), outputGradient, input, result);
  float* last = result + (shape.kernel[0] * shape.kernel[1] * shape.kernel[2] - 1) * shape.inputs;
  for (float* first = result; first < last; first += shape.inputs, last -= shape.inputs) {
    for (int64_t c = 0; c < shape.inputs; ++c) {
      const float kept = first[c];
      first[c] = last[c];
      last[c] = kept;
    }
  }
}

void filterGradient(const ConvShape& shape, const float* input, const float* outputGradient,
                    float* result) {
  const int64_t planes = shape.batch * shape.out[0];
  const int64_t perPlane = shape.out[1] * shape.out[2];
  if (isScaling(shape)) {
    *result = sumProducts(shape, input, outputGradient);
    return;
  }
  if (pairsPositions(shape)) return pairedFilterGradient(shape, input, outputGradient, result);
  if (swapsSides(shape) && pairsPositions(swapSides(shape)))
    return swappedFilterGradient(shape, input, outputGradient, result);
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
          for (int64_t c = 0; c < channels; ++c)
            copy[p * channels + c] = c < shape.outputs ? gradient[p * shape.outputs + c] : 0;
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
