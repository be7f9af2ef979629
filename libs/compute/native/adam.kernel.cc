/**
 * One step of Adam: every parameter is read and written once, small arrays share a piece of work.
 */
#include "adam.h"

#include "chunks.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

BLURCYCLE_INLINE void updateRange(const AdamArrays& arrays, int64_t begin, int64_t end,
                                  const AdamSettings& s) {
  float* __restrict p = arrays.parameter;
  const float* __restrict g = arrays.gradient;
  float* __restrict m = arrays.mean;
  float* __restrict v = arrays.square;
  const float rate = s.rate * s.meanScale, rest1 = 1 - s.beta1, rest2 = 1 - s.beta2;
  const float beta1 = s.beta1, beta2 = s.beta2, squareScale = s.squareScale, epsilon = s.epsilon;
  for (int64_t i = begin; i < end; ++i) {
    m[i] = beta1 * m[i] + rest1 * g[i];
    v[i] = beta2 * v[i] + rest2 * g[i] * g[i];
    p[i] -= rate * m[i] / (__builtin_sqrtf(v[i] * squareScale) + epsilon);
  }
}

/**
 * Elements are independent, so any cut gives the same bits: here pieces of CHUNK of all arrays laid
 * end to end.
 */
void update(int64_t arrays, const AdamArrays* all, const AdamSettings& settings) {
  int64_t total = 0;
  for (int64_t a = 0; a < arrays; ++a) total += all[a].count;
  overChunks(total, [&](int64_t begin, int64_t end) {
    int64_t first = 0;
    for (int64_t a = 0; a < arrays && first < end; ++a) {
      const int64_t last = first + all[a].count;
      if (last > begin)
        updateRange(all[a], larger(begin, first) - first, smaller(end, last) - first, settings);
      first = last;
    }
  });
}

}  // namespace

extern const AdamKernels adamKernels = {update};

}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
