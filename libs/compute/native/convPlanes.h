/**
 * Convolutions of 3x3x3 taps and stride 1 from one channel to eight and from eight to one, with 512
 * bits.
 *
 * Three taps of one channel fill no register of 16 lanes with channels, so here a register holds 16
 * neighboring positions along x of one channel: inputs lie in a plane per channel, weights are
 * broadcast. Only for kernel files (see variants.h).
 */
#pragma once

#include "convPacking.h"
#include "convPadding.h"
#include "convPlaneChannels.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

constexpr int PLANE_TAPS = 3;      // per axis
constexpr int64_t STRIP_ROWS = 8;  // rows of output per task

/**
 * A convolution (or, with flipped taps, its input gradient): out[x] = sum over t of in[x + t -
 * before] * filter[t], zeros beyond `in`.
 */
struct PlaneProblem {
  int64_t batch;
  int64_t in[3], out[3], before[3];
  int64_t inputs, outputs;
};

/**
 * Fewer positions than half a register are left to the other kernels, and so are borders that a
 * flipped kernel turns negative.
 */
bool fitsPlanes(const ConvShape& shape, const int64_t out[3]) {
  bool fits = MAX_LANES == PLANE_LANES && shape.inputs * shape.outputs == PLANE_CHANNELS &&
              out[2] >= PLANE_LANES / 2 && (shape.inputs == 1 || shape.outputs == 1);
  for (int a = 0; a < 3; ++a)
    fits =
        fits && shape.kernel[a] == PLANE_TAPS && shape.stride[a] == 1 && shape.pad[a] < PLANE_TAPS;
  return fits;
}

/** Keeps the compiler from loading a value anew, across two cache lines, for each of its uses. */
inline Positions keepInRegister(Positions value) {
#if defined(__AVX512F__)
  asm("" : "+v"(value));
#endif
  return value;
}

/** Where a tile reads and writes, in floats; `rows` and `positions` of it exist. */
struct PlaneTile {
  const float* in;
  int64_t inRow, inChannel, inPlane, inputs;
  const float* filter;  // [tap z][input][tap x][tap y][output]
  const float* bias;    // or null
  float* out;
  int64_t outRow, rows, positions;
};

/** ROWS rows of BLOCKS registers of positions, for all OUTPUTS channels. */
template <int OUTPUTS, int ROWS, int BLOCKS>
void planeTile(const PlaneTile& tile) {
  constexpr int L = PLANE_LANES;
  Positions sum[ROWS][BLOCKS][OUTPUTS];
  BLURCYCLE_UNROLL
  for (int o = 0; o < OUTPUTS; ++o) {
    const Positions start = Positions{} + (tile.bias != nullptr ? tile.bias[o] : 0);
    BLURCYCLE_UNROLL
    for (int i = 0; i < ROWS * BLOCKS; ++i) sum[i / BLOCKS][i % BLOCKS][o] = start;
  }
  const float* weight = tile.filter;
  for (int64_t plane = 0; plane < PLANE_TAPS * tile.inputs; ++plane) {
    const float* start =
        tile.in + plane / tile.inputs * tile.inPlane + plane % tile.inputs * tile.inChannel;
    for (int x = 0; x < PLANE_TAPS; ++x) {
      const float* from = start + x;
      // Each row of input meets up to three rows of output.
      BLURCYCLE_UNROLL
      for (int row = 0; row < ROWS + PLANE_TAPS - 1; ++row) {
        Positions values[BLOCKS];
        BLURCYCLE_UNROLL
        for (int b = 0; b < BLOCKS; ++b) values[b] = keepInRegister(load<L>(from + b * L));
        BLURCYCLE_UNROLL
        for (int tap = 0; tap < PLANE_TAPS; ++tap) {
          if (row - tap < 0 || row - tap >= ROWS) continue;
          BLURCYCLE_UNROLL
          for (int o = 0; o < OUTPUTS; ++o) {
            const float factor = weight[tap * OUTPUTS + o];
            BLURCYCLE_UNROLL
            for (int b = 0; b < BLOCKS; ++b) sum[row - tap][b][o] += factor * values[b];
          }
        }
        from += tile.inRow;
      }
      weight += PLANE_TAPS * OUTPUTS;
    }
  }
  BLURCYCLE_UNROLL
  for (int row = 0; row < ROWS; ++row) {
    if (row >= tile.rows) return;
    BLURCYCLE_UNROLL
    for (int b = 0; b < BLOCKS; ++b) {
      float* to = tile.out + row * tile.outRow + b * L * OUTPUTS;
      const int64_t valid = smaller(L, tile.positions - b * L);
      if constexpr (OUTPUTS > 1) joinChannels(sum[row][b]);
      if (valid == L) {
        BLURCYCLE_UNROLL
        for (int i = 0; i < OUTPUTS; ++i) store<L>(to + i * L, sum[row][b][i]);
      } else {
        float parts[L * OUTPUTS];
        BLURCYCLE_UNROLL
        for (int i = 0; i < OUTPUTS; ++i) store<L>(parts + i * L, sum[row][b][i]);
        for (int64_t i = 0; i < valid * OUTPUTS; ++i) to[i] = parts[i];
      }
    }
  }
}

template <int OUTPUTS, int ROWS>
void convolvePlaneRows(const PlaneProblem& problem, const Padded& padded, const float* filter,
                       const float* bias, float* output) {
  const int64_t strips = ceilDivide(problem.out[1], STRIP_ROWS);
  const int64_t blocks = ceilDivide(problem.out[2], PLANE_LANES);
  const int64_t outRow = problem.out[2] * OUTPUTS;
  parallelFor(problem.batch * problem.out[0] * strips, [&](int64_t task) {
    const int64_t z = task / strips % problem.out[0];
    const int64_t n = task / strips / problem.out[0];
    const int64_t end = smaller(problem.out[1], (task % strips + 1) * STRIP_ROWS);
    for (int64_t y = task % strips * STRIP_ROWS; y < end; y += ROWS) {
      PlaneTile tile;
      tile.in = padded.data + n * padded.batch + z * padded.plane + y * padded.row;
      tile.inRow = padded.row;
      tile.inChannel = padded.plane / problem.inputs;
      tile.inPlane = padded.plane;
      tile.inputs = problem.inputs;
      tile.filter = filter;
      tile.bias = bias;
      tile.out = output + ((n * problem.out[0] + z) * problem.out[1] + y) * outRow;
      tile.outRow = outRow;
      tile.rows = end - y;
      for (int64_t block = 0; block < blocks;) {
        // Four as two and two: a register of its own has too few sums to hide the latency of an
        // addition.
        const int64_t left = blocks - block;
        const int64_t size = left == 4 ? 2 : smaller(3, left);
        tile.positions = problem.out[2] - block * PLANE_LANES;
        (size == 3   ? planeTile<OUTPUTS, ROWS, 3>
         : size == 2 ? planeTile<OUTPUTS, ROWS, 2>
                     : planeTile<OUTPUTS, ROWS, 1>)(tile);
        tile.in += size * PLANE_LANES;
        tile.out += size * PLANE_LANES * OUTPUTS;
        block += size;
      }
    }
  });
}

/** Solves the problem; `view` and `taps` tell the filter's order, as for `solve`. */
void convolvePlanes(const PlaneProblem& problem, const float* input, const FilterView& view,
                    const Taps& taps, const float* bias, float* output) {
  float* packed =
      scratch(SCRATCH_CONV_FILTER, PLANE_TAPS * PLANE_TAPS * PLANE_TAPS * PLANE_CHANNELS);
  float* to = packed;
  for (int64_t z = 0; z < PLANE_TAPS; ++z) {
    for (int64_t d = 0; d < view.depth; ++d) {
      for (int64_t xy = 0; xy < PLANE_TAPS * PLANE_TAPS; ++xy) {
        const int64_t row = taps.at(0, z) * PLANE_TAPS + taps.at(1, xy % PLANE_TAPS);
        const float* from = view.source +
                            (row * PLANE_TAPS + taps.at(2, xy / PLANE_TAPS)) * view.tapSize +
                            d * view.depthStride;
        for (int64_t c = 0; c < view.channels; ++c) *to++ = from[c * view.channelStride];
      }
    }
  }
  // Whole tiles can be read; what they compute beyond the output is not stored. Rows start at
  // multiples of a register.
  const int64_t strips = ceilDivide(problem.out[1], STRIP_ROWS);
  const int64_t registers = ceilDivide(problem.out[2], PLANE_LANES) + 1;
  const int64_t side[3] = {problem.out[0] + PLANE_TAPS - 1, strips * STRIP_ROWS + PLANE_TAPS - 1,
                           registers * PLANE_LANES};
  Border border;
  for (int a = 0; a < 3; ++a) {
    border.before[a] = problem.before[a];
    border.after[a] = larger(0, side[a] - problem.before[a] - problem.in[a]);
  }
  if (problem.inputs == 1) {
    const Padded padded = padVolume(input, problem.batch, problem.in, 1, border);
    convolvePlaneRows<PLANE_CHANNELS, 1>(problem, padded, packed, bias, output);
  } else {
    const Padded padded = padPlanes(input, problem.batch, problem.in, border);
    convolvePlaneRows<1, STRIP_ROWS>(problem, padded, packed, bias, output);
  }
}

void forwardPlanes(const ConvShape& shape, const float* input, const float* filter,
                   const float* bias, float* output) {
  PlaneProblem problem = {shape.batch, {}, {}, {}, shape.inputs, shape.outputs};
  for (int a = 0; a < 3; ++a) {
    problem.in[a] = shape.in[a];
    problem.out[a] = shape.out[a];
    problem.before[a] = shape.pad[a];
  }
  const FilterView view = {filter, PLANE_CHANNELS, shape.inputs, shape.outputs, shape.outputs, 1};
  convolvePlanes(problem, input, view, {{3, 3, 3}, {0, 0, 0}, {1, 1, 1}}, bias, output);
}

void inputGradientPlanes(const ConvShape& shape, const float* outputGradient, const float* filter,
                         float* gradient) {
  PlaneProblem problem = {shape.batch, {}, {}, {}, shape.outputs, shape.inputs};
  for (int a = 0; a < 3; ++a) {
    problem.in[a] = shape.out[a];
    problem.out[a] = shape.in[a];
    problem.before[a] = PLANE_TAPS - 1 - shape.pad[a];
  }
  const FilterView view = {filter, PLANE_CHANNELS, shape.outputs, 1, shape.inputs, shape.outputs};
  convolvePlanes(problem, outputGradient, view, {{3, 3, 3}, {2, 2, 2}, {-1, -1, -1}}, nullptr,
                 gradient);
}

}  // namespace
}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
