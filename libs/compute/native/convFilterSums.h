/**
 * Filter gradient: sums over positions.
 *
 *   gradient[r][k][c] = sum over positions p of in[offset[r] + p * step + k] * outputGradient[p][c]
 *
 * A register tile holds M groups of Q taps-and-inputs k of G rows r x one block of output channels
 * (see Layout). Only for kernel files.
 */
#pragma once

#include <initializer_list>

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
      for (int v = 0; v < V; ++v) value[v] = loadStretched<L, Q>(values + v * A::CHANNELS);
      BLURCYCLE_UNROLL
      for (int g = 0; g < G; ++g) {
        BLURCYCLE_UNROLL
        for (int m = 0; m < M; ++m) {
          BLURCYCLE_UNROLL
          for (int v = 0; v < V; ++v)
            sum[g][m][v] = addProduct<L, Q>(sum[g][m][v], from[g] + at + m * Q, value[v]);
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

}  // namespace
}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
