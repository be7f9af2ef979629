/**
 * Filters repacked for the row convolution, and its solution with the layout that suits. Only for
 * kernel files (see variants.h).
 */
#pragma once

#include "convRows.h"
#include "scratchSlots.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

constexpr int MOST_ROWS = 1024;  // taps along z and y together

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

/**
 * Packs a filter to [blocks][tap z][tap y][packedPlace((tap x, depth channel), channel)], zeros
 * behind the last channel.
 */
template <int L, int Q, int V>
void packFilter(Layout<L, Q, V, FloatProducts>, const FilterView& view, const Taps& taps,
                const int64_t kernel[3], float* packed) {
  typedef Layout<L, Q, V, FloatProducts> A;
  const int64_t blocks = ceilDivide(view.channels, A::WIDTH);
  const int64_t rows = taps.count[0] * taps.count[1];
  const int64_t depth = taps.count[2] * view.depth;
  parallelFor(
      blocks * rows,
      [&](int64_t task) {
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
          const float* from =
              view.source + tap * view.tapSize + block * A::WIDTH * view.channelStride;
          if (A::Q == 1 && view.channelStride != 1) {
            // The long axis of the source innermost.
            for (int64_t c = 0; c < valid; ++c) {
              for (int64_t d = 0; d < view.depth; ++d) {
                to[(x * view.depth + d) * A::WIDTH + c] =
                    from[d * view.depthStride + c * view.channelStride];
              }
            }
            continue;
          }
          for (int64_t d = 0; d < view.depth; ++d) {
            for (int64_t c = 0; c < valid; ++c) {
              to[packedPlace<A>(x * view.depth + d, c)] =
                  from[d * view.depthStride + c * view.channelStride];
            }
          }
        }
      },
      blocks * rows * depth * A::WIDTH);
}

/** The bias, `repeats` times, followed by zeros up to a whole block; null stays null. */
const float* packBias(const float* bias, int64_t channels, int64_t repeats, int width,
                      float* packed) {
  if (bias == nullptr) return nullptr;
  const int64_t total = ceilDivide(channels * repeats, width) * width;
  for (int64_t c = 0; c < total; ++c) packed[c] = c < channels * repeats ? bias[c % channels] : 0;
  return packed;
}

/**
 * Packs filter and bias for the layout that suits the problem, and solves it. `view` counts
 * numbers, the problem elements.
 */
template <class Products>
void solve(RowProblem problem, const FilterView& view, const Taps& taps, const int64_t kernel[3],
           const float* bias, int64_t biasRepeats) {
  withLayout<Products>(view.channels, problem.depth, [&](auto layout) {
    using A = decltype(layout);
    const int64_t size = ceilDivide(view.channels, A::WIDTH) * A::WIDTH;
    float* packed = scratch(SCRATCH_CONV_FILTER, size * (problem.rows * problem.depth + 1));
    if (problem.rows > 0) packFilter(layout, view, taps, kernel, packed);
    problem.filter = packed;
    problem.bias = packBias(bias, view.channels / biasRepeats, biasRepeats, A::WIDTH,
                            packed + size * problem.rows * problem.depth);
    convolveRows<A>(problem);
  });
}

}  // namespace
}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
