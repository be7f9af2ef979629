/**
 * Filter gradient: sums over positions.
 *
 *   gradient[r][k][c] = sum over positions p of in[offset[r] + p * step + k] * outputGradient[p][c]
 *
 * A register tile holds M taps-and-inputs k of G rows r x (V vectors of L lanes) output channels. Only for kernel files.
 */
#pragma once

#include "convTiles.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

/** The positions of one group: planes x rows x positions of one sample. Distances are in floats. */
struct PositionGrid {
  int64_t rowsFrom, rowsTo;  // flat rows (n * planes + z) * rowsPerPlane + y
  int64_t planes, rowsPerPlane, positions;
  int64_t inBatch, inPlane, inRow, step;
  int64_t gradientRow, gradientStep;
};

typedef void (*SumFunction)(const PositionGrid&, const float* in, const int64_t* offsets, const float* gradient, float* sums,
                            int64_t sumsRow);

/** Writes the sums of the grid to sums[g * sumsRow + m * V * L + lane]. */
template <int L, int V, int G, int M>
void sumTile(const PositionGrid& grid, const float* in, const int64_t* offsets, const float* gradient, float* sums,
             int64_t sumsRow) {
  Vector<L> sum[G][M][V];
  BLURCYCLE_UNROLL
  for (int g = 0; g < G; ++g) {
    BLURCYCLE_UNROLL
    for (int m = 0; m < M; ++m) {
      BLURCYCLE_UNROLL
      for (int v = 0; v < V; ++v) sum[g][m][v] = Vector<L>{};
    }
  }
  for (int64_t row = grid.rowsFrom; row < grid.rowsTo; ++row) {
    const int64_t y = row % grid.rowsPerPlane;
    const int64_t z = row / grid.rowsPerPlane % grid.planes;
    const int64_t n = row / grid.rowsPerPlane / grid.planes;
    const float* start = in + n * grid.inBatch + z * grid.inPlane + y * grid.inRow;
    const float* from[G];
    BLURCYCLE_UNROLL
    for (int g = 0; g < G; ++g) from[g] = start + offsets[g];
    const float* values = gradient + row * grid.gradientRow;
    int64_t at = 0;
    for (int64_t x = 0; x < grid.positions; ++x) {
      Vector<L> value[V];
      BLURCYCLE_UNROLL
      for (int v = 0; v < V; ++v) value[v] = load<L>(values + v * L);
      BLURCYCLE_UNROLL
      for (int g = 0; g < G; ++g) {
        BLURCYCLE_UNROLL
        for (int m = 0; m < M; ++m) {
          BLURCYCLE_UNROLL
          for (int v = 0; v < V; ++v) sum[g][m][v] += from[g][at + m] * value[v];
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

template <int V>
constexpr int largestSumTile() {
  return (REGISTERS - V - (REGISTERS == 16 ? 1 : 2)) / V > 24 ? 24 : (REGISTERS - V - (REGISTERS == 16 ? 1 : 2)) / V;
}

struct SumTable {
  SumFunction functions[TILE_KINDS];
};

template <int L, int V, int G, int M>
constexpr SumFunction sumIfFits() {
  if constexpr (G * M <= largestSumTile<V>() + 1) return sumTile<L, V, G, M>;
  else return nullptr;
}

template <int L, int V, int G>
constexpr SumTable sumsOf() {
  return {{sumIfFits<L, V, G, 24>(), sumIfFits<L, V, G, 16>(), sumIfFits<L, V, G, 13>(), sumIfFits<L, V, G, 12>(),
           sumIfFits<L, V, G, 11>(), sumIfFits<L, V, G, 8>(), sumIfFits<L, V, G, 6>(), sumIfFits<L, V, G, 4>(),
           sumIfFits<L, V, G, 3>(), sumIfFits<L, V, G, 2>(), sumIfFits<L, V, G, 1>()}};
}

}  // namespace
}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
