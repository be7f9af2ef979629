/**
 * Row convolution: the inner problem of forward convolution, its input gradient and the transposed
 * convolution.
 *
 * Channels last makes the taps along x one contiguous stretch, so that each output row is a small
 * matrix product
 *
 *   out[p][c] = bias[c]
 *             + sum over rows r, k < depth of in[offset[r] + p * step + k] * filter[r][k][c].
 *
 * A register tile holds P positions x one block of output channels; the filter streams, the input
 * is broadcast. Only for kernel files (see variants.h).
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
  const float* filter;  // [blocks][rows][packedPlace(k, channel)], zeros behind the last channel
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

typedef void (*TileFunction)(const TileInput&, const float* in, const float* filter,
                             const float* bias, float* out);

template <class A, int P>
void rowTile(const TileInput& input, const float* in, const float* filter, const float* bias,
             float* out) {
  constexpr int L = A::L, Q = A::Q, V = A::V;
  const int64_t step = input.step;
  // Whole groups of Q positions for the final sums; those behind P stay zero and cost nothing.
  constexpr int GROUPS = (P + Q - 1) / Q;
  Vector<L> sum[V][GROUPS * Q];
  BLURCYCLE_UNROLL
  for (int v = 0; v < V; ++v) {
    const Vector<L> start = Q == 1 && bias != nullptr ? load<L>(bias + v * L) : Vector<L>{};
    BLURCYCLE_UNROLL
    for (int p = 0; p < GROUPS * Q; ++p) sum[v][p] = start;
  }
  const int64_t depth = input.depth / Q;
  for (int64_t row = 0; row < input.rows; ++row) {
    // One pointer per four positions: the other three are reached by index and scale, so that all
    // stay in registers.
    const float* from[(P + 3) / 4];
    BLURCYCLE_UNROLL
    for (int p = 0; p < P; p += 4) from[p / 4] = in + input.offsets[row] + p * step;
    for (int64_t k = 0; k < depth; ++k) {
      Vector<L> weight[V];
      BLURCYCLE_UNROLL
      for (int v = 0; v < V; ++v) weight[v] = load<L>(filter + v * L);
      BLURCYCLE_UNROLL
      for (int p = 0; p < P; ++p) {
        BLURCYCLE_UNROLL
        for (int v = 0; v < V; ++v)
          sum[v][p] =
              A::Products::template add<L, Q>(sum[v][p], from[p / 4] + p % 4 * step, weight[v]);
      }
      filter += V * L;
      BLURCYCLE_UNROLL
      for (int p = 0; p < P; p += 4) from[p / 4] += Q;
    }
  }
  if (Q == 1 && input.valid == A::WIDTH) {
    BLURCYCLE_UNROLL
    for (int p = 0; p < P; ++p) {
      BLURCYCLE_UNROLL
      for (int v = 0; v < V; ++v) store<L>(out + p * input.outStep + v * L, sum[v][p]);
    }
    return;
  }
  BLURCYCLE_UNROLL
  for (int v = 0; v < V; ++v) {
    Vector<L> start = {};
    if (Q > 1 && bias != nullptr) start = loadRepeated<L, A::CHANNELS>(bias + v * A::CHANNELS);
    const int64_t valid = smaller(A::CHANNELS, input.valid - v * A::CHANNELS);
    BLURCYCLE_UNROLL
    for (int group = 0; group < GROUPS; ++group) {
      const Vector<L> total =
          addGroups<L, Q>(sum[v] + group * Q) + start;  // [Q positions][channels]
      float* to = out + group * Q * input.outStep + v * A::CHANNELS;
      if (V == 1 && (group + 1) * Q <= P && valid == A::CHANNELS && input.outStep == A::CHANNELS) {
        store<L>(to, total);
        continue;
      }
      float parts[L];
      store<L>(parts, total);
      BLURCYCLE_UNROLL
      for (int q = 0; q < Q; ++q) {
        if (group * Q + q >= P) continue;
        // A constant count becomes one or two moves.
        if (valid == A::CHANNELS) {
          for (int c = 0; c < A::CHANNELS; ++c)
            to[q * input.outStep + c] = parts[q * A::CHANNELS + c];
        } else {
          for (int64_t c = 0; c < valid; ++c)
            to[q * input.outStep + c] = parts[q * A::CHANNELS + c];
        }
      }
    }
  }
}

/** Largest tile whose sums, weights and one broadcast fit the registers. */
template <int V>
constexpr int largestTile() {
  const int fits = (REGISTERS - V - (REGISTERS == 16 ? 1 : 2)) / V;
  return fits > 24 ? 24 : fits;
}

/** Tile functions of one layout, indexed like TILE_SIZES; null where the tile does not fit. */
struct TileTable {
  TileFunction functions[TILE_KINDS];
};

template <class A, int P>
constexpr TileFunction tileIfFits() {
  if constexpr (P <= largestTile<A::V>())
    return rowTile<A, P>;
  else
    return nullptr;
}

template <class A, int... KIND>
constexpr TileTable tilesOf(Sequence<KIND...>) {
  return {{tileIfFits<A, TILE_SIZES[KIND]>()...}};
}

/** Solves the problem with a filter packed for layout A. */
template <class A>
void convolveRows(const RowProblem& problem) {
  const int64_t outputs =
      problem.batch * problem.planes * problem.rowsOut * problem.positions * problem.channels;
  if (outputs == 0) return;
  constexpr int WIDTH = A::WIDTH;
  const int64_t blocks = ceilDivide(problem.channels, WIDTH);
  const TileTable table = tilesOf<A>(TileKinds());
  const TileCut cut = cutIntoTiles(problem.positions, largestTile<A::V>(), 1.0);
  // Enough rows per task to keep a block of weights warm, few enough to share the work out.
  int64_t rowsPerTask = 8;
  const auto tasksWith = [&](int64_t rows) {
    return problem.batch * problem.planes * blocks * ceilDivide(problem.rowsOut, rows);
  };
  while (rowsPerTask > 1 && tasksWith(rowsPerTask) < 32) rowsPerTask /= 2;
  const int64_t strips = ceilDivide(problem.rowsOut, rowsPerTask);
  parallelFor(
      tasksWith(rowsPerTask),
      [&](int64_t task) {
        const int64_t strip = task % strips;
        const int64_t plane = task / strips % problem.planes;
        const int64_t block = task / strips / problem.planes % blocks;
        const int64_t n = task / strips / problem.planes / blocks;
        const float* filter = problem.filter + block * problem.rows * problem.depth * WIDTH;
        const float* bias = problem.bias != nullptr ? problem.bias + block * WIDTH : nullptr;
        const TileInput input = {problem.offsets, problem.rows,
                                 problem.depth,   problem.step,
                                 problem.outStep, smaller(WIDTH, problem.channels - block * WIDTH)};
        const int64_t end = smaller(problem.rowsOut, (strip + 1) * rowsPerTask);
        for (int64_t y = strip * rowsPerTask; y < end; ++y) {
          const float* in =
              problem.in + n * problem.inBatch + plane * problem.inPlane + y * problem.inRow;
          float* out = problem.out + n * problem.outBatch + plane * problem.outPlane +
                       y * problem.outRow + block * WIDTH;
          for (int kind = 0; kind < TILE_KINDS; ++kind) {
            for (int i = 0; i < cut.count[kind]; ++i) {
              table.functions[kind](input, in, filter, bias, out);
              in += TILE_SIZES[kind] * problem.step;
              out += TILE_SIZES[kind] * problem.outStep;
            }
          }
        }
      },
      outputs * problem.rows * problem.depth / 8);
}

}  // namespace
}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
