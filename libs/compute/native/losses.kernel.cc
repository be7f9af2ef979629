/** Mean differences: one pass for the value, one for the gradient. */
#include "losses.h"

#include <cmath>

#include "chunks.h"
#include "scratchSlots.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

struct Squared {
  BLURCYCLE_INLINE static float value(float difference) { return difference * difference; }
  BLURCYCLE_INLINE static float slope(float difference) { return difference; }
};

struct Absolute {
  BLURCYCLE_INLINE static float value(float difference) { return std::fabs(difference); }
  BLURCYCLE_INLINE static float slope(float difference) {
    return difference > 0 ? 1.0f : difference < 0 ? -1.0f : 0.0f;
  }
};

template <class Loss>
double mean(int64_t count, const float* a, const float* b, bool bMoves) {
  const double sum = sumOverChunks(SCRATCH_LOSS_PARTS, count, [&](int64_t begin, int64_t end) {
    if (bMoves) return sumTerms(begin, end, [&](int64_t i) { return Loss::value(a[i] - b[i]); });
    const float fixed = *b;
    return sumTerms(begin, end, [&](int64_t i) { return Loss::value(a[i] - fixed); });
  });
  return sum / static_cast<double>(count);
}

template <class Loss>
void gradient(int64_t count, const float* a, const float* b, bool bMoves, float factor,
              float* result) {
  overChunks(count, [&](int64_t begin, int64_t end) {
    float* __restrict to = result;
    if (bMoves) {
      for (int64_t i = begin; i < end; ++i) to[i] = factor * Loss::slope(a[i] - b[i]);
    } else {
      const float fixed = *b;
      for (int64_t i = begin; i < end; ++i) to[i] = factor * Loss::slope(a[i] - fixed);
    }
  });
}

}  // namespace

extern const LossesKernels lossesKernels = {mean<Squared>, mean<Absolute>, gradient<Squared>,
                                            gradient<Absolute>};

}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
