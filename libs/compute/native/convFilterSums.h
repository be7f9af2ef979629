/**
 * Filter gradient: partial sums over groups of positions, then over the groups.
 *
 *   gradient[r][k][c] = sum over positions p of in[offset[r] + p * step + k] * outputGradient[p][c]
 *
 * A register tile holds M groups of Q taps-and-inputs k of G rows r x one block of output channels
 * (see Layout). Only for kernel files.
 */
#pragma once

#include <initializer_list>

#include "convPacking.h"
#include "convPadding.h"
#include "convTiles.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

/** Some rows of positions of an output grid. Distances are in floats. */
struct PositionGrid {
  int64_t rowsFrom, rowsTo;  // flat rows (n * planes + z) * rowsPerPlane + y
  bool first;                // the sums start here
  int64_t planes, rowsPerPlane, positions;
  int64_t inBatch, inPlane, inRow, step;
  int64_t gradientRow, gradientStep;
};

typedef void (*SumFunction)(const PositionGrid&, const float* in, const int64_t* offsets,
                            const float* gradient, float* sums, int64_t sumsRow);

/**
 * Adds the sums of the grid to sums[g * sumsRow + packedPlace(k, channel)], or writes them if the
 * grid is the first.
 */
template <class A, int G, int M>
void sumTile(const PositionGrid& grid, const float* in, const int64_t* offsets,
             const float* gradient, float* sums, int64_t sumsRow) {
  constexpr int L = A::L, Q = A::Q, V = A::V;
  Vector<L> sum[G][M][V];
  BLURCYCLE_UNROLL
  for (int g = 0; g < G; ++g) {
    BLURCYCLE_UNROLL
    for (int m = 0; m < M; ++m) {
      BLURCYCLE_UNROLL
      for (int v = 0; v < V; ++v) {
        sum[g][m][v] = grid.first ? Vector<L>{} : load<L>(sums + g * sumsRow + (m * V + v) * L);
      }
    }
  }
  int64_t y = grid.rowsFrom % grid.rowsPerPlane;
  int64_t z = grid.rowsFrom / grid.rowsPerPlane % grid.planes;
  int64_t n = grid.rowsFrom / grid.rowsPerPlane / grid.planes;
  for (int64_t row = grid.rowsFrom; row < grid.rowsTo; ++row) {
    const float* start = in + n * grid.inBatch + z * grid.inPlane + y * grid.inRow;
    // Counted on, not divided out: a division takes as long as a few positions.
    y += 1;
    if (y == grid.rowsPerPlane) {
      y = 0;
      z += 1;
      if (z == grid.planes) {
        z = 0;
        n += 1;
      }
    }
    const float* from[G];
    BLURCYCLE_UNROLL
    for (int g = 0; g < G; ++g) from[g] = start + offsets[g];
    const float* values = gradient + row * grid.gradientRow;
    int64_t at = 0;
    for (int64_t x = 0; x < grid.positions; ++x) {
      Vector<L> value[V];
      BLURCYCLE_UNROLL
      for (int v = 0; v < V; ++v)
        value[v] = A::Products::template stretched<L, Q>(values + v * A::CHANNELS);
      BLURCYCLE_UNROLL
      for (int g = 0; g < G; ++g) {
        BLURCYCLE_UNROLL
        for (int m = 0; m < M; ++m) {
          BLURCYCLE_UNROLL
          for (int v = 0; v < V; ++v)
            sum[g][m][v] =
                A::Products::template add<L, Q>(sum[g][m][v], from[g] + at + m * Q, value[v]);
        }
      }
      values += grid.gradientStep;
      at += grid.step;
    }
  }
  BLURCYCLE_UNROLL
  for (int g = 0; g < G; ++g) {
    BLURCYCLE_UNROLL
    for (int m = 0; m < M; ++m) {
      BLURCYCLE_UNROLL
      for (int v = 0; v < V; ++v) store<L>(sums + g * sumsRow + (m * V + v) * L, sum[g][m][v]);
    }
  }
}

/** Largest G x M whose sums, values and one broadcast fit the registers. */
template <int V>
constexpr int largestSumTile() {
  const int fits = (REGISTERS - V - (REGISTERS == 16 ? 1 : 2)) / V;
  return fits > 24 ? 24 : fits;
}

/**
 * Tile functions of one layout and number of rows G, indexed like TILE_SIZES; null where the tile
 * does not fit.
 */
struct SumTable {
  SumFunction functions[TILE_KINDS];
};

template <class A, int G, int M>
constexpr SumFunction sumIfFits() {
  if constexpr (G * M <= largestSumTile<A::V>())
    return sumTile<A, G, M>;
  else
    return nullptr;
}

template <class A, int G, int... KIND>
constexpr SumTable sumsOf(Sequence<KIND...>) {
  return {{sumIfFits<A, G, TILE_SIZES[KIND]>()...}};
}

template <class A>
SumTable sumsFor(int64_t together) {
  const TileKinds kinds;
  switch (together) {
    case 8:
      return sumsOf<A, 8>(kinds);
    case 4:
      return sumsOf<A, 4>(kinds);
    case 3:
      return sumsOf<A, 3>(kinds);
    default:
      return sumsOf<A, 1>(kinds);
  }
}

/**
 * Rows to sum together: several where one alone has too few sums to hide the latency of an
 * addition.
 */
template <class A>
int64_t rowsTogether(int64_t rows, int64_t depth) {
  for (const int64_t together : {8, 4, 3}) {
    if (rows % together == 0 && depth / A::Q * together <= largestSumTile<A::V>() / 2 + 1)
      return together;
  }
  return 1;
}

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

}  // namespace
}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
