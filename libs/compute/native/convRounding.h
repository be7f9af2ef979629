/** Rounding to bfloat16 with integer arithmetic. Only for kernel files (see variants.h). */
#pragma once

#include <cstdint>

#include "simd.h"
#include "threads.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

/**
 * The bits of the bfloat16 nearest to the float32 with these bits, ties to even, in the upper half;
 * NaN stays NaN, infinity stays infinity, and what is beyond the largest bfloat16 becomes infinity.
 */
BLURCYCLE_INLINE uint32_t roundBits(uint32_t bits) {
  const uint32_t nearest = bits + 0x7fff + (bits >> 16 & 1);
  const uint32_t quiet = bits | 0x400000;
  return ((bits & 0x7fffffff) > 0x7f800000 ? quiet : nearest) & 0xffff0000;
}

constexpr int64_t ROUNDED_AT_ONCE = 1 << 14;

/** to[i] = from[i] rounded to bfloat16. */
inline void roundFloats(const float* from, int64_t count, float* to) {
  parallelFor(
      ceilDivide(count, ROUNDED_AT_ONCE),
      [&](int64_t task) {
        const int64_t end = smaller(count, (task + 1) * ROUNDED_AT_ONCE);
        const auto* bits = reinterpret_cast<const unsigned __attribute__((may_alias))*>(from);
        auto* rounded = reinterpret_cast<unsigned __attribute__((may_alias))*>(to);
        for (int64_t i = task * ROUNDED_AT_ONCE; i < end; ++i) rounded[i] = roundBits(bits[i]);
      },
      count);
}

}  // namespace
}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
