/**
 * 3-D convolution, its gradient for the input and the transposed convolution as row convolutions.
 * Only for kernel files (see variants.h).
 */
#pragma once

#include "convPacking.h"
#include "convPadding.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

/** Rows of float32; others say how they are padded and solved likewise. */
struct FloatRows {
  static constexpr int64_t NUMBERS = 1;  // of one element, neighboring channels
  static Padded pad(const float* data, int64_t batch, const int64_t side[3], int64_t channels,
                    const Border& border) {
    return padVolume(data, batch, side, channels, border);
  }
  static void solve(const RowProblem& problem, const FilterView& view, const Taps& taps,
                    const int64_t kernel[3], const float* bias, int64_t biasRepeats) {
    blurcycle::BLURCYCLE_VARIANT::solve<FloatProducts>(problem, view, taps, kernel, bias,
                                                       biasRepeats);
  }
};

/** The convolution as one row problem for each output row. */
template <class Rows>
void forwardRows(const ConvShape& shape, const float* input, const float* filter, const float* bias,
                 float* output) {
  const Padded padded = Rows::pad(input, shape.batch, shape.in, shape.inputs, inputBorder(shape));
  const Taps taps = {{shape.kernel[0], shape.kernel[1], shape.kernel[2]}, {0, 0, 0}, {1, 1, 1}};
  const int64_t rows = shape.kernel[0] * shape.kernel[1];
  const int64_t depth = shape.kernel[2] * shape.inputs / Rows::NUMBERS;
  int64_t offsets[MOST_ROWS];
  for (int64_t r = 0; r < rows; ++r)
    offsets[r] = r / shape.kernel[1] * padded.plane + r % shape.kernel[1] * padded.row;

  RowProblem problem;
  problem.in = padded.data;
  problem.inBatch = padded.batch;
  problem.inPlane = shape.stride[0] * padded.plane;
  problem.inRow = shape.stride[1] * padded.row;
  problem.step = shape.stride[2] * shape.inputs / Rows::NUMBERS;
  problem.rows = rows;
  problem.offsets = offsets;
  problem.depth = depth;
  problem.out = output;
  problem.outStep = shape.outputs;
  problem.outRow = shape.out[2] * problem.outStep;
  problem.outPlane = shape.out[1] * problem.outRow;
  problem.outBatch = shape.out[0] * problem.outPlane;
  problem.batch = shape.batch;
  problem.planes = shape.out[0];
  problem.rowsOut = shape.out[1];
  problem.positions = shape.out[2];
  problem.channels = shape.outputs;
  Rows::solve(problem,
              {filter, shape.inputs * shape.outputs, shape.inputs, shape.outputs, shape.outputs, 1},
              taps, shape.kernel, bias, 1);
}

/**
 * One axis of the input gradient, for the inputs i = stride * q + phase: gradient(i) = sum over t <
 * count of filter[first + stride * t] * outputGradient[q + shift - t].
 */
struct Phase {
  int64_t first, count, shift, inputs;
};

Phase phaseOf(const ConvShape& shape, int axis, int64_t phase) {
  const int64_t stride = shape.stride[axis];
  Phase result;
  result.first = (phase + shape.pad[axis]) % stride;
  result.shift = (phase + shape.pad[axis]) / stride;
  result.count =
      result.first < shape.kernel[axis] ? ceilDivide(shape.kernel[axis] - result.first, stride) : 0;
  result.inputs = shape.in[axis] > phase ? ceilDivide(shape.in[axis] - phase, stride) : 0;
  return result;
}

/** The input gradient as row problems, one set for each phase of the stride. */
template <class Rows>
void inputGradientRows(const ConvShape& shape, const float* outputGradient, const float* filter,
                       float* gradient) {
  Border border = {{0, 0, 0}, {0, 0, 0}};
  for (int a = 0; a < 3; ++a) {
    for (int64_t phase = 0; phase < shape.stride[a]; ++phase) {
      const Phase p = phaseOf(shape, a, phase);
      if (p.count == 0) continue;
      border.before[a] = larger(border.before[a], p.count - 1 - p.shift);
      border.after[a] = larger(border.after[a], p.inputs + p.shift - shape.out[a]);
    }
  }
  const Padded padded = Rows::pad(outputGradient, shape.batch, shape.out, shape.outputs, border);
  const int64_t step = shape.inputs;
  const int64_t row = shape.in[2] * step;
  const int64_t plane = shape.in[1] * row;
  for (int64_t phase = 0; phase < shape.stride[0] * shape.stride[1] * shape.stride[2]; ++phase) {
    const int64_t at[3] = {phase / shape.stride[2] / shape.stride[1],
                           phase / shape.stride[2] % shape.stride[1], phase % shape.stride[2]};
    const Phase p[3] = {phaseOf(shape, 0, at[0]), phaseOf(shape, 1, at[1]),
                        phaseOf(shape, 2, at[2])};
    Taps taps;
    int64_t start[3];
    for (int a = 0; a < 3; ++a) {
      taps.count[a] = p[a].count;
      taps.first[a] =
          p[a].first +
          shape.stride[a] * (p[a].count - 1);  // flipped: the last tap meets the first voxel
      taps.stride[a] = -shape.stride[a];
      start[a] = border.before[a] + p[a].shift - p[a].count + 1;
    }
    const bool empty = taps.count[0] * taps.count[1] * taps.count[2] == 0;
    const int64_t rows = empty ? 0 : taps.count[0] * taps.count[1];
    const int64_t depth = taps.count[2] * shape.outputs / Rows::NUMBERS;
    int64_t offsets[MOST_ROWS];
    for (int64_t r = 0; r < rows; ++r) {
      offsets[r] = (start[0] + r / taps.count[1]) * padded.plane +
                   (start[1] + r % taps.count[1]) * padded.row +
                   start[2] * shape.outputs / Rows::NUMBERS;
    }
    RowProblem problem;
    problem.in = padded.data;
    problem.inBatch = padded.batch;
    problem.inPlane = padded.plane;
    problem.inRow = padded.row;
    problem.step = shape.outputs / Rows::NUMBERS;
    problem.rows = rows;
    problem.offsets = offsets;
    problem.depth = depth;
    problem.out = gradient + at[0] * plane + at[1] * row + at[2] * step;
    problem.outStep = shape.stride[2] * step;
    problem.outRow = shape.stride[1] * row;
    problem.outPlane = shape.stride[0] * plane;
    problem.outBatch = shape.in[0] * plane;
    problem.batch = shape.batch;
    problem.planes = p[0].inputs;
    problem.rowsOut = p[1].inputs;
    problem.positions = p[2].inputs;
    problem.channels = shape.inputs;
    Rows::solve(
        problem,
        {filter, shape.inputs * shape.outputs, shape.outputs, 1, shape.inputs, shape.outputs}, taps,
        shape.kernel, nullptr, 1);
  }
}

/**
 * Transposed convolution 2x2x2 stride 2: the two outputs along x of a position lie side by side, so
 * they are one row problem.
 */
template <class Rows>
void upForwardRows(const ConvShape& shape, const float* input, const float* filter,
                   const float* bias, float* output) {
  const int64_t small = shape.outputs;  // channels of the small side
  const int64_t wide = 2 * shape.inputs;
  const int64_t zero = 0;
  const Padded padded = Rows::pad(input, shape.batch, shape.out, small, {{0, 0, 0}, {0, 0, 0}});
  RowProblem problem;
  problem.in = padded.data;
  problem.step = small / Rows::NUMBERS;
  problem.inRow = padded.row;
  problem.inPlane = padded.plane;
  problem.inBatch = padded.batch;
  problem.rows = 1;
  problem.offsets = &zero;
  problem.depth = small / Rows::NUMBERS;
  problem.outStep = wide;
  const int64_t row = shape.in[2] * shape.inputs;
  problem.outRow = 2 * row;
  problem.outPlane = 2 * shape.in[1] * row;
  problem.outBatch = shape.in[0] * shape.in[1] * row;
  problem.batch = shape.batch;
  problem.planes = shape.out[0];
  problem.rowsOut = shape.out[1];
  problem.positions = shape.out[2];
  problem.channels = wide;
  const int64_t one[3] = {1, 1, 1};
  const Taps only = {{1, 1, 1}, {0, 0, 0}, {1, 1, 1}};
  for (int64_t corner = 0; corner < 4; ++corner) {
    problem.out = output + (corner / 2 * shape.in[1] + corner % 2) * row;
    Rows::solve(problem, {filter + corner * wide * small, 0, small, 1, wide, small}, only, one,
                bias, 2);
  }
}

}  // namespace
}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
