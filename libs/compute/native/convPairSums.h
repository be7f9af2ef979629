/**
 * Filter gradient of bfloat16 factors: a pair are two neighboring positions along x. Only for
 * kernel files with AVX512-BF16.
 */
#pragma once

#include "convFilterSums.h"
#include "convPairs.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

/** to[i] = (first[i], second[i]) for i < count; with `second` null its half is zero. */
inline void pairRows(const float* first, const float* second, int64_t count, float* to) {
  // Word 2i of the result is word i of the lower half, word 2i + 1 word i of the upper.
  const __m512i order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24,
                                         8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  for (int64_t i = 0; i < count; i += 16) {
    const __mmask16 here =
        static_cast<__mmask16>(count - i >= 16 ? 0xffff : (1u << (count - i)) - 1);
    const __m512 low = _mm512_maskz_loadu_ps(here, first + i);
    const __m512 high =
        second == nullptr ? _mm512_setzero_ps() : _mm512_maskz_loadu_ps(here, second + i);
    const __m512i pairs = _mm512_permutexvar_epi16(order, (__m512i)_mm512_cvtne2ps_pbh(high, low));
    _mm512_mask_storeu_epi32(to + i, here, pairs);
  }
}

/**
 * The input with its border of zeros, every voxel as the pair of itself and the voxel a stride
 * further along x: what two neighboring positions read through one tap. Rows are as long as `pairs`
 * of positions reach; what lies beyond the last position meets a zero of the output gradient.
 */
Padded padNeighbors(const ConvShape& shape, const float* input, int64_t pairs) {
  const Border border = inputBorder(shape);
  const int64_t stride = shape.stride[2] * shape.inputs;
  Padded result;
  for (int axis = 0; axis < 3; ++axis)
    result.side[axis] = border.before[axis] + shape.in[axis] + border.after[axis];
  result.side[2] = PAIR * (pairs - 1) * shape.stride[2] + shape.kernel[2];
  result.row = result.side[2] * shape.inputs;
  result.plane = result.side[1] * result.row;
  result.batch = result.side[0] * result.plane;
  float* copy = scratch(SCRATCH_CONV_INPUT, shape.batch * result.batch);
  result.data = copy;
  const int64_t left = border.before[2] * shape.inputs;
  const int64_t length = result.row + stride;
  const int64_t middle = smaller(shape.in[2] * shape.inputs, larger(0, length - left));
  const auto zero = [](float* to, int64_t count) {
    __builtin_memset(to, 0, static_cast<size_t>(count) * sizeof(float));
  };
  parallelFor(
      shape.batch * result.side[0],
      [&](int64_t task) {
        float* to = copy + task * result.plane;
        const int64_t z = task % result.side[0] - border.before[0];
        if (z < 0 || z >= shape.in[0]) return zero(to, result.plane);
        const float* from = input + (task / result.side[0] * shape.in[0] + z) * shape.in[1] *
                                        shape.in[2] * shape.inputs;
        float* row = scratch(SCRATCH_CONV_PAIRED, length);
        zero(row, length);
        zero(to, border.before[1] * result.row);
        to += border.before[1] * result.row;
        for (int64_t y = 0; y < shape.in[1]; ++y) {
          __builtin_memcpy(row + left, from, static_cast<size_t>(middle) * sizeof(float));
          pairRows(row, row + stride, result.row, to);
          to += result.row;
          from += shape.in[2] * shape.inputs;
        }
        zero(to, border.after[1] * result.row);
      },
      shape.batch * result.batch);
  return result;
}

}  // namespace
}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
