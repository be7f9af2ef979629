/** 3-D convolution and its gradients, reduced to row convolutions (convRows.h) and sums over positions (convFilterSums.h). */
#include "conv.h"

#include <cstddef>

#include "convFilterSums.h"
#include "convRows.h"
#include "scratchSlots.h"
#include "threads.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

constexpr int MOST_ROWS = 1024;  // taps along z and y together

// Filter gradient: positions per group of sums, and positions that a tile sums before it makes way for the next one.
constexpr int64_t LEAST_POSITIONS = 64;
constexpr int64_t FIRST_CACHE_FLOATS = 6144;
constexpr int64_t POSITIONS_PER_GROUP = 768;
constexpr int64_t LEAST_TASKS = 16;
constexpr int64_t MOST_PARTIAL_FLOATS = 1 << 20;

/** A volume with channels and a border of zeros, in scratch memory unless there is no border to add. */
struct Padded {
  const float* data;
  int64_t side[3];
  int64_t row, plane, batch;  // distances in floats
};

struct Border {
  int64_t before[3];
  int64_t after[3];
};

/** Copies `data` [batch, side, channels] into zeros. */
Padded padVolume(const float* data, int64_t batch, const int64_t side[3], int64_t channels, const Border& border) {
  Padded result;
  bool bordered = false;
  for (int axis = 0; axis < 3; ++axis) {
    result.side[axis] = border.before[axis] + side[axis] + border.after[axis];
    bordered = bordered || border.before[axis] > 0 || border.after[axis] > 0;
  }
  result.row = result.side[2] * channels;
  result.plane = result.side[1] * result.row;
  result.batch = result.side[0] * result.plane;
  result.data = data;
  if (!bordered) return result;

  float* copy = scratch(SCRATCH_CONV_INPUT, batch * result.batch);
  result.data = copy;
  const int64_t left = border.before[2] * channels;
  const int64_t middle = side[2] * channels;
  const int64_t right = border.after[2] * channels;
  const auto zero = [](float* to, int64_t count) { __builtin_memset(to, 0, static_cast<size_t>(count) * sizeof(float)); };
  parallelFor(batch * result.side[0], [&](int64_t task) {
    float* to = copy + task * result.plane;
    const int64_t z = task % result.side[0] - border.before[0];
    if (z < 0 || z >= side[0]) return zero(to, result.plane);
    const float* from = data + (task / result.side[0] * side[0] + z) * side[1] * middle;
    zero(to, border.before[1] * result.row);
    to += border.before[1] * result.row;
    for (int64_t y = 0; y < side[1]; ++y) {
      zero(to, left);
      __builtin_memcpy(to + left, from, static_cast<size_t>(middle) * sizeof(float));
      zero(to + left + middle, right);
      to += result.row;
      from += middle;
    }
    zero(to, border.after[1] * result.row);
  }, batch * result.batch);
  return result;
}

/** The border that a convolution's input needs. */
Border inputBorder(const ConvShape& shape) {
  Border border;
  for (int a = 0; a < 3; ++a) {
    border.before[a] = shape.pad[a];
    border.after[a] = larger(0, (shape.out[a] - 1) * shape.stride[a] + shape.kernel[a] - shape.pad[a] - shape.in[a]);
  }
  return border;
}

/** Taps in the order of the packed filter: their places in the original, one list per axis. */
struct Taps {
  int64_t count[3];
  int64_t first[3];
  int64_t stride[3];  // negative: flipped
  int64_t at(int axis, int64_t i) const { return first[axis] + i * stride[axis]; }
};

/** Where a filter's elements lie: source[tap * tapSize + d * depthStride + c * channelStride]. */
struct FilterView {
  const float* source;
  int64_t tapSize;
  int64_t depth, depthStride;
  int64_t channels, channelStride;
};

/** Packs a filter to [blocks][tap z][tap y][packedPlace((tap x, depth channel), channel)], zeros behind the last channel. */
template <class A>
void packFilter(const FilterView& view, const Taps& taps, const int64_t kernel[3], float* packed) {
  const int64_t blocks = ceilDivide(view.channels, A::WIDTH);
  const int64_t rows = taps.count[0] * taps.count[1];
  const int64_t depth = taps.count[2] * view.depth;
  parallelFor(blocks * rows, [&](int64_t task) {
    const int64_t block = task / rows;
    const int64_t tz = taps.at(0, task % rows / taps.count[1]);
    const int64_t ty = taps.at(1, task % taps.count[1]);
    const int64_t valid = smaller(A::WIDTH, view.channels - block * A::WIDTH);
    float* to = packed + task * depth * A::WIDTH;
    if (valid < A::WIDTH) {
      for (int64_t i = 0; i < depth * A::WIDTH; ++i) to[i] = 0;
    }
    for (int64_t x = 0; x < taps.count[2]; ++x) {
      const int64_t tap = (tz * kernel[1] + ty) * kernel[2] + taps.at(2, x);
      const float* from = view.source + tap * view.tapSize + block * A::WIDTH * view.channelStride;
      if (A::Q == 1 && view.channelStride != 1) {
        // The long axis of the source innermost.
        for (int64_t c = 0; c < valid; ++c) {
          for (int64_t d = 0; d < view.depth; ++d) {
            to[(x * view.depth + d) * A::WIDTH + c] = from[d * view.depthStride + c * view.channelStride];
          }
        }
        continue;
      }
      for (int64_t d = 0; d < view.depth; ++d) {
        for (int64_t c = 0; c < valid; ++c) {
          to[packedPlace<A>(x * view.depth + d, c)] = from[d * view.depthStride + c * view.channelStride];
        }
      }
    }
  }, blocks * rows * depth * A::WIDTH);
}

/** The bias, `repeats` times, followed by zeros up to a whole block; null stays null. */
const float* packBias(const float* bias, int64_t channels, int64_t repeats, int width, float* packed) {
  if (bias == nullptr) return nullptr;
  const int64_t total = ceilDivide(channels * repeats, width) * width;
  for (int64_t c = 0; c < total; ++c) packed[c] = c < channels * repeats ? bias[c % channels] : 0;
  return packed;
}

/** Packs filter and bias for the layout that suits the problem, and solves it. */
void solve(RowProblem problem, const FilterView& view, const Taps& taps, const int64_t kernel[3], const float* bias,
           int64_t biasRepeats) {
  withLayout(view.channels, problem.depth, [&](auto layout) {
    using A = decltype(layout);
    const int64_t size = ceilDivide(view.channels, A::WIDTH) * A::WIDTH;
    float* packed = scratch(SCRATCH_CONV_FILTER, size * (problem.rows * problem.depth + 1));
    if (problem.rows > 0) packFilter<A>(view, taps, kernel, packed);
    problem.filter = packed;
    problem.bias = packBias(bias, view.channels / biasRepeats, biasRepeats, A::WIDTH, packed + size * problem.rows * problem.depth);
    convolveRows<A>(problem);
  });
}

/** A kernel of one tap between one channel and one channel: the convolution only scales. */
bool isScaling(const ConvShape& shape) {
  bool result = shape.inputs == 1 && shape.outputs == 1;
  for (int a = 0; a < 3; ++a) {
    result = result && shape.kernel[a] == 1 && shape.stride[a] == 1 && shape.pad[a] == 0 && shape.in[a] == shape.out[a];
  }
  return result;
}

void scale(const ConvShape& shape, const float* input, float factor, float addend, float* output) {
  const int64_t plane = shape.in[1] * shape.in[2];
  parallelFor(shape.batch * shape.in[0], [&](int64_t task) {
    for (int64_t i = task * plane; i < (task + 1) * plane; ++i) output[i] = input[i] * factor + addend;
  });
}

/** Sum of products of two volumes of one channel: one partial sum per plane, then over planes. */
float sumProducts(const ConvShape& shape, const float* a, const float* b) {
  constexpr int CHAINS = 4;
  constexpr int LANES = CHAINS * MAX_LANES;
  const int64_t plane = shape.in[1] * shape.in[2];
  const int64_t planes = shape.batch * shape.in[0];
  float* partial = scratch(SCRATCH_CONV_SUMS, planes);
  parallelFor(planes, [&](int64_t task) {
    const int64_t end = (task + 1) * plane;
    int64_t i = task * plane;
    Vector<MAX_LANES> sums[CHAINS] = {};
    for (; i + LANES <= end; i += LANES) {
      BLURCYCLE_UNROLL
      for (int v = 0; v < CHAINS; ++v) sums[v] += load<MAX_LANES>(a + i + v * MAX_LANES) * load<MAX_LANES>(b + i + v * MAX_LANES);
    }
    float total = 0;
    for (int lane = 0; lane < LANES; ++lane) total += sums[lane / MAX_LANES][lane % MAX_LANES];
    for (; i < end; ++i) total += a[i] * b[i];
    partial[task] = total;
  });
  float total = 0;
  for (int64_t i = 0; i < planes; ++i) total += partial[i];
  return total;
}

void forward(const ConvShape& shape, const float* input, const float* filter, const float* bias, float* output) {
  if (isScaling(shape)) return scale(shape, input, *filter, bias != nullptr ? *bias : 0, output);
  const Padded padded = padVolume(input, shape.batch, shape.in, shape.inputs, inputBorder(shape));
  const Taps taps = {{shape.kernel[0], shape.kernel[1], shape.kernel[2]}, {0, 0, 0}, {1, 1, 1}};
  const int64_t rows = shape.kernel[0] * shape.kernel[1];
  const int64_t depth = shape.kernel[2] * shape.inputs;
  int64_t offsets[MOST_ROWS];
  for (int64_t r = 0; r < rows; ++r) offsets[r] = r / shape.kernel[1] * padded.plane + r % shape.kernel[1] * padded.row;

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
  solve(problem, {filter, shape.inputs * shape.outputs, shape.inputs, shape.outputs, shape.outputs, 1}, taps, shape.kernel, bias, 1);
}

/**
 * One axis of the input gradient, for the inputs i = stride * q + phase: gradient(i) = sum over t < count of
 * filter[first + stride * t] * outputGradient[q + shift - t].
 */
struct Phase {
  int64_t first, count, shift, inputs;
};

Phase phaseOf(const ConvShape& shape, int axis, int64_t phase) {
  const int64_t stride = shape.stride[axis];
  Phase result;
  result.first = (phase + shape.pad[axis]) % stride;
  result.shift = (phase + shape.pad[axis]) / stride;
  result.count = result.first < shape.kernel[axis] ? ceilDivide(shape.kernel[axis] - result.first, stride) : 0;
  result.inputs = shape.in[axis] > phase ? ceilDivide(shape.in[axis] - phase, stride) : 0;
  return result;
}

void inputGradient(const ConvShape& shape, const float* outputGradient, const float* filter, float* gradient) {
  if (isScaling(shape)) return scale(shape, outputGradient, *filter, 0, gradient);
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
    const int64_t at[3] = {phase / shape.stride[2] / shape.stride[1], phase / shape.stride[2] % shape.stride[1],
                           phase % shape.stride[2]};
    const Phase p[3] = {phaseOf(shape, 0, at[0]), phaseOf(shape, 1, at[1]), phaseOf(shape, 2, at[2])};
    Taps taps;
    int64_t start[3];
    for (int a = 0; a < 3; ++a) {
      taps.count[a] = p[a].count;
      taps.first[a] = p[a].first + shape.stride[a] * (p[a].count - 1);  // flipped: the last tap meets the first voxel
      taps.stride[a] = -shape.stride[a];
      start[a] = border.before[a] + p[a].shift - p[a].count + 1;
    }
    const bool empty = taps.count[0] * taps.count[1] * taps.count[2] == 0;
    const int64_t rows = empty ? 0 : taps.count[0] * taps.count[1];
    const int64_t depth = taps.count[2] * shape.outputs;
    int64_t offsets[MOST_ROWS];
    for (int64_t r = 0; r < rows; ++r) {
      offsets[r] = (start[0] + r / taps.count[1]) * padded.plane + (start[1] + r % taps.count[1]) * padded.row +
                   start[2] * shape.outputs;
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
    solve(problem, {filter, shape.inputs * shape.outputs, shape.outputs, 1, shape.inputs, shape.outputs}, taps, shape.kernel, nullptr, 1);
  }
}

/** Transposed convolution 2x2x2 stride 2: the two outputs along x of a position lie side by side, so they are one row problem. */
void upForward(const ConvShape& shape, const float* input, const float* filter, const float* bias, float* output) {
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
void sumPositions(const float* values, int64_t planes, int64_t perPlane, int64_t channels, float* sums) {
  constexpr int LANES = 64;
  float* partial = scratch(SCRATCH_CONV_SUMS, planes * channels);
  parallelFor(planes, [&](int64_t plane) {
    float* sum = partial + plane * channels;
    for (int64_t c = 0; c < channels; ++c) sum[c] = 0;
    const float* from = values + plane * perPlane * channels;
    const int64_t count = perPlane * channels;
    int64_t i = 0;
    if (LANES % channels == 0) {
      Vector<MAX_LANES> sums64[LANES / MAX_LANES] = {};
      for (; i + LANES <= count; i += LANES) {
        BLURCYCLE_UNROLL
        for (int v = 0; v < LANES / MAX_LANES; ++v) sums64[v] += load<MAX_LANES>(from + i + v * MAX_LANES);
      }
      for (int lane = 0; lane < LANES; ++lane) sum[lane % channels] += sums64[lane / MAX_LANES][lane % MAX_LANES];
    }
    for (; i < count; i += channels) {
      for (int64_t c = 0; c < channels; ++c) sum[c] += from[i + c];
    }
  }, planes * perPlane * channels);
  for (int64_t c = 0; c < channels; ++c) {
    float total = 0;
    for (int64_t plane = 0; plane < planes; ++plane) total += partial[plane * channels + c];
    sums[c] = total;
  }
}

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

extern const ConvKernels convKernels;
const ConvKernels convKernels = {forward, inputGradient, filterGradient, upForward, sumPositions};

}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
