/**
 * A volume with the border of zeros that a convolution reads beyond its sides. Only for kernel
 * files (see variants.h).
 */
#pragma once

#include <cstddef>

#include "conv.h"
#include "scratchSlots.h"
#include "simd.h"
#include "threads.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

/**
 * A volume with channels and a border of zeros, in scratch memory unless there is no border to add.
 */
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
Padded padVolume(const float* data, int64_t batch, const int64_t side[3], int64_t channels,
                 const Border& border) {
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
  const auto zero = [](float* to, int64_t count) {
    __builtin_memset(to, 0, static_cast<size_t>(count) * sizeof(float));
  };
  parallelFor(
      batch * result.side[0],
      [&](int64_t task) {
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
      },
      batch * result.batch);
  return result;
}

/** The border that a convolution's input needs. */
Border inputBorder(const ConvShape& shape) {
  Border border;
  for (int a = 0; a < 3; ++a) {
    border.before[a] = shape.pad[a];
    border.after[a] = larger(
        0, (shape.out[a] - 1) * shape.stride[a] + shape.kernel[a] - shape.pad[a] - shape.in[a]);
  }
  return border;
}

}  // namespace
}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
