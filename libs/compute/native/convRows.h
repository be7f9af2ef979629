/**
 * Row convolution: the inner problem of forward convolution, its input gradient and the transposed convolution.
 *
 * Channels last makes the taps along x one contiguous stretch, so that each output row is a small matrix product
 *
 *   out[p][c] = bias[c] + sum over rows r, k < depth of in[offset[r] + p * step + k] * filter[r][k][c].
 *
 * A register tile holds P positions x (V vectors of L lanes) output channels; the filter streams, the input is broadcast.
 * Only for kernel files (see variants.h).
 */
#pragma once

#include "convTiles.h"
#include "threads.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

/** One row convolution for each (n, z, y) of an output grid. Distances are in floats. */
struct RowProblem {
  const float* in;
  int64_t inBatch, inPlane, inRow, step;
  int64_t rows;
  const int64_t* offsets;
  int64_t depth;
  const float* filter;  // [blocks][rows][depth][block width], zeros behind the last channel
  const float* bias;    // padded to whole blocks, or null
  float* out;
  int64_t outBatch, outPlane, outRow, outStep;
  int64_t batch, planes, rowsOut, positions;
  int64_t channels;
};

/** What a tile function needs besides its place. */
struct TileInput {
  const int64_t* offsets;
  int64_t rows, depth, step, outStep;
  int64_t valid;  // channels of this block that exist
};

typedef void (*TileFunction)(const TileInput&, const float* in, const float* filter, const float* bias, float* out);

/** STEP = 0 reads the distance of two positions at run time; as a constant it becomes part of the address. */
template <int L, int V, int P, int STEP>
void rowTile(const TileInput& input, const float* in, const float* filter, const float* bias, float* out) {
  const int64_t step = STEP > 0 ? STEP : input.step;
  Vector<L> sum[P][V];
  BLURCYCLE_UNROLL
  for (int v = 0; v < V; ++v) {
    const Vector<L> start = bias != nullptr ? load<L>(bias + v * L) : Vector<L>{};
    BLURCYCLE_UNROLL
    for (int p = 0; p < P; ++p) sum[p][v] = start;
  }
  for (int64_t row = 0; row < input.rows; ++row) {
    const float* from = in + input.offsets[row];
    for (int64_t k = 0; k < input.depth; ++k) {
      Vector<L> weight[V];
      BLURCYCLE_UNROLL
      for (int v = 0; v < V; ++v) weight[v] = load<L>(filter + v * L);
      BLURCYCLE_UNROLL
      for (int p = 0; p < P; ++p) {
        BLURCYCLE_UNROLL
        for (int v = 0; v < V; ++v) sum[p][v] += from[p * step] * weight[v];
      }
      filter += V * L;
      from += 1;
    }
  }
  if (input.valid == V * L) {
    BLURCYCLE_UNROLL
    for (int p = 0; p < P; ++p) {
      BLURCYCLE_UNROLL
      for (int v = 0; v < V; ++v) store<L>(out + p * input.outStep + v * L, sum[p][v]);
    }
    return;
  }
  BLURCYCLE_UNROLL
  for (int p = 0; p < P; ++p) {
    float whole[V * L];
    BLURCYCLE_UNROLL
    for (int v = 0; v < V; ++v) store<L>(whole + v * L, sum[p][v]);
    for (int64_t c = 0; c < input.valid; ++c) out[p * input.outStep + c] = whole[c];
  }
}

/** Largest tile whose sums, weights and one broadcast fit the registers. */
template <int V>
constexpr int largestTile() {
  return (REGISTERS - V - (REGISTERS == 16 ? 1 : 2)) / V > 24 ? 24 : (REGISTERS - V - (REGISTERS == 16 ? 1 : 2)) / V;
}

/** Tile functions of one block width and step, indexed like TILE_SIZES; null where the tile does not fit. */
struct TileTable {
  TileFunction functions[TILE_KINDS];
};

template <int L, int V, int P, int STEP>
constexpr TileFunction tileIfFits() {
  if constexpr (P <= largestTile<V>()) return rowTile<L, V, P, STEP>;
  else return nullptr;
}

template <int L, int V, int STEP>
constexpr TileTable tilesOf() {
  return {{tileIfFits<L, V, 24, STEP>(), tileIfFits<L, V, 16, STEP>(), tileIfFits<L, V, 13, STEP>(), tileIfFits<L, V, 12, STEP>(),
           tileIfFits<L, V, 11, STEP>(), tileIfFits<L, V, 8, STEP>(), tileIfFits<L, V, 6, STEP>(), tileIfFits<L, V, 4, STEP>(),
           tileIfFits<L, V, 3, STEP>(), tileIfFits<L, V, 2, STEP>(), tileIfFits<L, V, 1, STEP>()}};
}

template <int L, int V>
TileTable tilesForStep(int64_t step) {
  switch (step) {
    case 1: return tilesOf<L, V, 1>();
    case 2: return tilesOf<L, V, 2>();
    case 4: return tilesOf<L, V, 4>();
    case 8: return tilesOf<L, V, 8>();
    case 16: return tilesOf<L, V, 16>();
    case 32: return tilesOf<L, V, 32>();
    case 64: return tilesOf<L, V, 64>();
    case 128: return tilesOf<L, V, 128>();
    default: return tilesOf<L, V, 0>();
  }
}

/** Output channels of one block: a power of two that wastes least, at most what the registers hold twice. */
inline int blockWidth(int64_t channels) {
  if (channels <= 4) return 4;
  if (channels <= 8 || MAX_LANES == 4) return 8;
  if (MAX_LANES == 8 || channels % 32 != 0) return 16;
  return 32;
}

template <int L, int V>
void runRows(const RowProblem& problem) {
  constexpr int WIDTH = L * V;
  const int64_t blocks = ceilDivide(problem.channels, WIDTH);
  const TileTable table = tilesForStep<L, V>(problem.step);
  const TileCut cut = cutIntoTiles(problem.positions, largestTile<V>(), 1.0);
  // Enough rows per task to keep a block of weights warm, few enough to share the work out.
  int64_t rowsPerTask = 8;
  const auto tasksWith = [&](int64_t rows) {
    return problem.batch * problem.planes * blocks * ceilDivide(problem.rowsOut, rows);
  };
  while (rowsPerTask > 1 && tasksWith(rowsPerTask) < 32) rowsPerTask /= 2;
  const int64_t strips = ceilDivide(problem.rowsOut, rowsPerTask);
  parallelFor(tasksWith(rowsPerTask), [&](int64_t task) {
    const int64_t strip = task % strips;
    const int64_t plane = task / strips % problem.planes;
    const int64_t block = task / strips / problem.planes % blocks;
    const int64_t n = task / strips / problem.planes / blocks;
    const float* filter = problem.filter + block * problem.rows * problem.depth * WIDTH;
    const float* bias = problem.bias != nullptr ? problem.bias + block * WIDTH : nullptr;
    const TileInput input = {problem.offsets, problem.rows,    problem.depth,
                             problem.step,    problem.outStep, smaller(WIDTH, problem.channels - block * WIDTH)};
    const int64_t end = smaller(problem.rowsOut, (strip + 1) * rowsPerTask);
    for (int64_t y = strip * rowsPerTask; y < end; ++y) {
      const float* in = problem.in + n * problem.inBatch + plane * problem.inPlane + y * problem.inRow;
      float* out = problem.out + n * problem.outBatch + plane * problem.outPlane + y * problem.outRow + block * WIDTH;
      for (int kind = 0; kind < TILE_KINDS; ++kind) {
        for (int i = 0; i < cut.count[kind]; ++i) {
          table.functions[kind](input, in, filter, bias, out);
          in += TILE_SIZES[kind] * problem.step;
          out += TILE_SIZES[kind] * problem.outStep;
        }
      }
    }
  });
}

inline void convolveRows(const RowProblem& problem) {
  if (problem.batch * problem.planes * problem.rowsOut * problem.positions == 0) return;
  const int width = blockWidth(problem.channels);
  if (width == 4) return runRows<4, 1>(problem);
  if constexpr (MAX_LANES == 4) return runRows<4, 2>(problem);
  if constexpr (MAX_LANES >= 8) {
    if (width == 8) return runRows<8, 1>(problem);
    if constexpr (MAX_LANES == 8) return runRows<8, 2>(problem);
  }
  if constexpr (MAX_LANES == 16) {
    if (width == 16) return runRows<16, 1>(problem);
    return runRows<16, 2>(problem);
  }
}

}  // namespace
}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
