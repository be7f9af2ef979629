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

inline void zeroFloats(float* to, int64_t count) {
  __builtin_memset(to, 0, static_cast<size_t>(count) * sizeof(float));
}

/**
 * Copies `data` [batch, side, channels] into zeros in scratch memory, row by row with
 * `copyRow(from, count, to)`; a position is `wide` floats in the copy.
 */
template <typename CopyRow>
Padded padRows(const float* data, int64_t batch, const int64_t side[3], int64_t channels,
               int64_t wide, const Border& border, CopyRow copyRow) {
  Padded result;
  for (int axis = 0; axis < 3; ++axis)
    result.side[axis] = border.before[axis] + side[axis] + border.after[axis];
  result.row = result.side[2] * wide;
  result.plane = result.side[1] * result.row;
  result.batch = result.side[0] * result.plane;
  float* copy = scratch(SCRATCH_CONV_INPUT, batch * result.batch);
  result.data = copy;
  const int64_t left = border.before[2] * wide;
  const int64_t middle = side[2] * channels;
  const int64_t right = border.after[2] * wide;
  parallelFor(
      batch * result.side[0],
      [&](int64_t task) {
        float* to = copy + task * result.plane;
        const int64_t z = task % result.side[0] - border.before[0];
        if (z < 0 || z >= side[0]) return zeroFloats(to, result.plane);
        const float* from = data + (task / result.side[0] * side[0] + z) * side[1] * middle;
        zeroFloats(to, border.before[1] * result.row);
        to += border.before[1] * result.row;
        for (int64_t y = 0; y < side[1]; ++y) {
          zeroFloats(to, left);
          copyRow(from, middle, to + left);
          zeroFloats(to + left + side[2] * wide, right);
          to += result.row;
          from += middle;
        }
        zeroFloats(to, border.after[1] * result.row);
      },
      batch * result.batch);
  return result;
}

/** `data` [batch, side, channels] between zeros; itself where there is no border. */
Padded padVolume(const float* data, int64_t batch, const int64_t side[3], int64_t channels,
                 const Border& border) {
  bool bordered = false;
  for (int axis = 0; axis < 3; ++axis)
    bordered = bordered || border.before[axis] > 0 || border.after[axis] > 0;
  if (bordered) {
    return padRows(data, batch, side, channels, channels, border,
                   [](const float* from, int64_t count, float* to) {
                     __builtin_memcpy(to, from, static_cast<size_t>(count) * sizeof(float));
                   });
  }
  const int64_t row = side[2] * channels;
  return {data, {side[0], side[1], side[2]}, row, side[1] * row, side[0] * side[1] * row};
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
