/**
 * Values per channel repeated over whole vectors (see patternLength), in registers where the
 * compiler knows their number. Only for kernel files.
 */
#pragma once

#include "chunks.h"
#include "scratchSlots.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

/** Adds the lanes of a pattern up to one double per channel. */
BLURCYCLE_INLINE void foldPattern(const float* lanes, int64_t length, int64_t channels,
                                  double* sums) {
  for (int64_t c = 0; c < channels; ++c) sums[c] = 0;
  for (int64_t first = 0; first < length; first += channels) {
    for (int64_t c = 0; c < channels; ++c) sums[c] += lanes[first + c];
  }
}

BLURCYCLE_INLINE void repeatPattern(const float* values, int64_t channels, int64_t length,
                                    float* pattern) {
  for (int64_t first = 0; first < length; first += channels) {
    for (int64_t c = 0; c < channels; ++c) pattern[first + c] = values[c];
  }
}

constexpr int L = MAX_LANES;

/** Calls body(0), ..., body(count - 1); a count known to the compiler is unrolled. */
template <int K, class Body>
BLURCYCLE_INLINE void eachVector(int64_t count, const Body& body) {
  if constexpr (K > 0) {
    BLURCYCLE_UNROLL
    for (int k = 0; k < K; ++k) body(k);
  } else {
    for (int64_t k = 0; k < count; ++k) body(k);
  }
}

/**
 * Values per channel as the vectors of a pattern: in registers where their number K is known, else
 * in memory.
 */
template <int K>
struct Pattern {
  Vector<L> fixed[K > 0 ? K : 1];
  Vector<L>* memory;
  BLURCYCLE_INLINE Vector<L>& operator[](int64_t k) {
    if constexpr (K > 0) return fixed[k];
    return memory[k];
  }
  /** Pattern number `which` of a task; filled with the values of the channels, or with zeros. */
  BLURCYCLE_INLINE Pattern(int which, const float* values, int64_t channels, int64_t length) {
    float* floats = scratch(SCRATCH_NORM_LANES, 4 * length) + which * length;
    memory = reinterpret_cast<Vector<L>*>(floats);
    for (int64_t first = 0; first < length; first += channels) {
      for (int64_t c = 0; c < channels; ++c) floats[first + c] = values == nullptr ? 0 : values[c];
    }
    if constexpr (K > 0) {
      for (int k = 0; k < K; ++k) fixed[k] = memory[k];
    }
  }
  /** Adds the lanes up to one double per channel. */
  BLURCYCLE_INLINE void fold(int64_t channels, int64_t length, double* sums) {
    if constexpr (K > 0) {
      for (int k = 0; k < K; ++k) memory[k] = fixed[k];
    }
    foldPattern(reinterpret_cast<const float*>(memory), length, channels, sums);
  }
};

}  // namespace
}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
