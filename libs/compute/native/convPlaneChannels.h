/**
 * Volumes of eight channels, channels last, to and from a plane per channel: registers of 16
 * neighboring positions along x, of one channel each. Only for kernel files (see variants.h).
 */
#pragma once

#include "convPadding.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

constexpr int PLANE_LANES = 16;
constexpr int PLANE_CHANNELS = 8;  // of the side with more than one
typedef Vector<PLANE_LANES> Positions;

/**
 * Turns 8 registers of one channel each into 16 positions of 8 channels: three perfect shuffles of
 * the 128 numbers.
 */
inline void joinChannels(Positions (&v)[PLANE_CHANNELS]) {
  for (int round = 0; round < 3; ++round) {
    Positions next[PLANE_CHANNELS];
    BLURCYCLE_UNROLL
    for (int i = 0; i < 4; ++i) {
      next[2 * i] = BLURCYCLE_PICK(Lanes16, v[i], v[i + 4], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5,
                                   21, 6, 22, 7, 23);
      next[2 * i + 1] = BLURCYCLE_PICK(Lanes16, v[i], v[i + 4], 8, 24, 9, 25, 10, 26, 11, 27, 12,
                                       28, 13, 29, 14, 30, 15, 31);
    }
    BLURCYCLE_UNROLL
    for (int i = 0; i < 8; ++i) v[i] = next[i];
  }
}

/** The inverse of joinChannels. */
inline void splitChannels(Positions (&v)[PLANE_CHANNELS]) {
  for (int round = 0; round < 3; ++round) {
    Positions next[PLANE_CHANNELS];
    BLURCYCLE_UNROLL
    for (int i = 0; i < 4; ++i) {
      next[i] = BLURCYCLE_PICK(Lanes16, v[2 * i], v[2 * i + 1], 0, 2, 4, 6, 8, 10, 12, 14, 16, 18,
                               20, 22, 24, 26, 28, 30);
      next[i + 4] = BLURCYCLE_PICK(Lanes16, v[2 * i], v[2 * i + 1], 1, 3, 5, 7, 9, 11, 13, 15, 17,
                                   19, 21, 23, 25, 27, 29, 31);
    }
    BLURCYCLE_UNROLL
    for (int i = 0; i < 8; ++i) v[i] = next[i];
  }
}

/** One row of positions of 8 channels to 8 rows, `toChannel` apart. */
inline void splitRow(const float* from, int64_t positions, float* to, int64_t toChannel) {
  int64_t x = 0;
  for (; x + PLANE_LANES <= positions; x += PLANE_LANES) {
    Positions v[PLANE_CHANNELS];
    BLURCYCLE_UNROLL
    for (int i = 0; i < PLANE_CHANNELS; ++i)
      v[i] = load<PLANE_LANES>(from + x * PLANE_CHANNELS + i * PLANE_LANES);
    splitChannels(v);
    BLURCYCLE_UNROLL
    for (int c = 0; c < PLANE_CHANNELS; ++c) store<PLANE_LANES>(to + c * toChannel + x, v[c]);
  }
  for (; x < positions; ++x) {
    for (int c = 0; c < PLANE_CHANNELS; ++c) to[c * toChannel + x] = from[x * PLANE_CHANNELS + c];
  }
}

/**
 * padVolume with a plane per channel, [batch, z, channel, y, x]; `plane` is the distance along z.
 */
Padded padPlanes(const float* data, int64_t batch, const int64_t side[3], const Border& border) {
  Padded result;
  for (int axis = 0; axis < 3; ++axis)
    result.side[axis] = border.before[axis] + side[axis] + border.after[axis];
  result.row = result.side[2];
  const int64_t channel = result.side[1] * result.row;
  result.plane = PLANE_CHANNELS * channel;
  result.batch = result.side[0] * result.plane;
  float* copy = scratch(SCRATCH_CONV_INPUT, batch * result.batch);
  result.data = copy;
  parallelFor(
      batch * result.side[0],
      [&](int64_t task) {
        float* to = copy + task * result.plane;
        const int64_t z = task % result.side[0] - border.before[0];
        if (z < 0 || z >= side[0]) return zeroFloats(to, result.plane);
        const float* from =
            data + (task / result.side[0] * side[0] + z) * side[1] * side[2] * PLANE_CHANNELS;
        for (int64_t y = -border.before[1]; y < side[1] + border.after[1]; ++y) {
          const bool inside = y >= 0 && y < side[1];
          for (int64_t c = 0; c < PLANE_CHANNELS; ++c) {
            if (!inside) {
              zeroFloats(to + c * channel, result.row);
            } else {
              zeroFloats(to + c * channel, border.before[2]);
              zeroFloats(to + c * channel + border.before[2] + side[2], border.after[2]);
            }
          }
          if (inside)
            splitRow(from + y * side[2] * PLANE_CHANNELS, side[2], to + border.before[2], channel);
          to += result.row;
        }
      },
      batch * result.batch);
  return result;
}

}  // namespace
}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
