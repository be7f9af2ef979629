/**
 * 3-D convolution and its gradient for the input, reduced to row convolutions; that for the filter
 * is in convFilterGradient.h.
 */
#include "conv.h"

#include "convFilterGradient.h"
#include "convPacking.h"
#include "convPadding.h"
#include "convPlanes.h"
#include "convScaling.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

void forward(const ConvShape& shape, const float* input, const float* filter, const float* bias,
             float* output) {
  if (isScaling(shape)) return scale(shape, input, *filter, bias != nullptr ? *bias : 0, output);
  if (fitsPlanes(shape, shape.out)) return forwardPlanes(shape, input, filter, bias, output);
  const Padded padded = padVolume(input, shape.batch, shape.in, shape.inputs, inputBorder(shape));
  const Taps taps = {{shape.kernel[0], shape.kernel[1], shape.kernel[2]}, {0, 0, 0}, {1, 1, 1}};
  const int64_t rows = shape.kernel[0] * shape.kernel[1];
  const int64_t depth = shape.kernel[2] * shape.inputs;
  int64_t offsets[MOST_ROWS];
  for (int64_t r = 0; r < rows; ++r)
    offsets[r] = r / shape.kernel[1] * padded.plane + r % shape.kernel[1] * padded.row;

  RowProblem problem;
  problem.in = padded.data;
  problem.inBatch = padded.batch;
  problem.inPlane = shape.stride[0] * padded.plane;
  problem.inRow = shape.stride[1] * padded.row;
  problem.step = shape.stride[2] * shape.inputs;
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
  solve(problem,
        {filter, shape.inputs * shape.outputs, shape.inputs, shape.outputs, shape.outputs, 1}, taps,
        shape.kernel, bias, 1);
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

void inputGradient(const ConvShape& shape, const float* outputGradient, const float* filter,
                   float* gradient) {
  if (isScaling(shape)) return scale(shape, outputGradient, *filter, 0, gradient);
  if (fitsPlanes(shape, shape.in))
    return inputGradientPlanes(shape, outputGradient, filter, gradient);
  Border border = {{0, 0, 0}, {0, 0, 0}};
  for (int a = 0; a < 3; ++a) {
    for (int64_t phase = 0; phase < shape.stride[a]; ++phase) {
      const Phase p = phaseOf(shape, a, phase);
      if (p.count == 0) continue;
      border.before[a] = larger(border.before[a], p.count - 1 - p.shift);
      border.after[a] = larger(border.after[a], p.inputs + p.shift - shape.out[a]);
    }
  }
  const Padded padded = padVolume(outputGradient, shape.batch, shape.out, shape.outputs, border);
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
    const int64_t depth = taps.count[2] * shape.outputs;
    int64_t offsets[MOST_ROWS];
    for (int64_t r = 0; r < rows; ++r) {
      offsets[r] = (start[0] + r / taps.count[1]) * padded.plane +
                   (start[1] + r % taps.count[1]) * padded.row + start[2] * shape.outputs;
    }
    RowProblem problem;
    problem.in = padded.data;
    problem.inBatch = padded.batch;
    problem.inPlane = padded.plane;
    problem.inRow = padded.row;
    problem.step = shape.outputs;
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
    solve(problem,
          {filter, shape.inputs * shape.outputs, shape.outputs, 1, shape.inputs, shape.outputs},
          taps, shape.kernel, nullptr, 1);
  }
}

/**
 * Transposed convolution 2x2x2 stride 2: the two outputs along x of a position lie side by side, so
 * they are one row problem.
 */
void upForward(const ConvShape& shape, const float* input, const float* filter, const float* bias,
               float* output) {
  const int64_t small = shape.outputs;  // channels of the small side
  const int64_t wide = 2 * shape.inputs;
  const int64_t zero = 0;
  RowProblem problem;
  problem.in = input;
  problem.step = small;
  problem.inRow = shape.out[2] * small;
  problem.inPlane = shape.out[1] * problem.inRow;
  problem.inBatch = shape.out[0] * problem.inPlane;
  problem.rows = 1;
  problem.offsets = &zero;
  problem.depth = small;
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
    solve(problem, {filter + corner * wide * small, 0, small, 1, wide, small}, only, one, bias, 2);
  }
}

/** Sums of the bias gradient: one partial sum per plane, then over planes. */
void sumPositions(const float* values, int64_t planes, int64_t perPlane, int64_t channels,
                  float* sums) {
  constexpr int LANES = 64;
  float* partial = scratch(SCRATCH_CONV_SUMS, planes * channels);
  parallelFor(
      planes,
      [&](int64_t plane) {
        float* sum = partial + plane * channels;
        for (int64_t c = 0; c < channels; ++c) sum[c] = 0;
        const float* from = values + plane * perPlane * channels;
        const int64_t count = perPlane * channels;
        int64_t i = 0;
        if (LANES % channels == 0) {
          Vector<MAX_LANES> sums64[LANES / MAX_LANES] = {};
          for (; i + LANES <= count; i += LANES) {
            BLURCYCLE_UNROLL
            for (int v = 0; v < LANES / MAX_LANES; ++v)
              sums64[v] += load<MAX_LANES>(from + i + v * MAX_LANES);
          }
          for (int lane = 0; lane < LANES; ++lane)
            sum[lane % channels] += sums64[lane / MAX_LANES][lane % MAX_LANES];
        }
        for (; i < count; i += channels) {
          for (int64_t c = 0; c < channels; ++c) sum[c] += from[i + c];
        }
      },
      planes * perPlane * channels);
  for (int64_t c = 0; c < channels; ++c) {
    float total = 0;
    for (int64_t plane = 0; plane < planes; ++plane) total += partial[plane * channels + c];
    sums[c] = total;
  }
}

}  // namespace

extern const ConvKernels convKernels;
const ConvKernels convKernels = {forward, inputGradient, filterGradient, upForward, sumPositions};

}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
