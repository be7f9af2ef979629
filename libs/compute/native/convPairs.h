/**
 * Convolutions of bfloat16 factors: an element is a pair of neighbors, 32 bits, and a product of
 * two elements is the sum of two products. With that the kernels of float32 serve as they are;
 * pairs lie in arrays of floats as bits that nothing but a dot product reads. Only for kernel files
 * with AVX512-BF16.
 */
#pragma once

#include "convProblems.h"
#include "convRounding.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

/** One element, repeated. Adding it to zero, as simd.h does, would change bits. */
template <int L>
BLURCYCLE_INLINE Vector<L> repeatedPair(const float* from) {
  int32_t bits;
  __builtin_memcpy(&bits, from, sizeof bits);
  const __m128i one = _mm_cvtsi32_si128(bits);
  if constexpr (L == 16) return (Vector<L>)_mm512_broadcastd_epi32(one);
  if constexpr (L == 8) return (Vector<L>)_mm256_broadcastd_epi32(one);
  if constexpr (L == 4) return (Vector<L>)_mm_broadcastd_epi32(one);
}

/** Elements of two bfloat16 each. */
struct PairProducts {
  template <int L, int Q>
  static BLURCYCLE_INLINE Vector<L> add(Vector<L> sum, const float* from, Vector<L> weight) {
    Vector<L> factor;
    if constexpr (Q == 1)
      factor = repeatedPair<L>(from);
    else
      factor = loadRepeated<L, Q>(from);
    if constexpr (L == 16)
      return (Vector<L>)_mm512_dpbf16_ps((__m512)sum, (__m512bh)factor, (__m512bh)weight);
    if constexpr (L == 8)
      return (Vector<L>)_mm256_dpbf16_ps((__m256)sum, (__m256bh)factor, (__m256bh)weight);
    if constexpr (L == 4)
      return (Vector<L>)_mm_dpbf16_ps((__m128)sum, (__m128bh)factor, (__m128bh)weight);
  }
  template <int L, int Q>
  static BLURCYCLE_INLINE Vector<L> stretched(const float* from) {
    if constexpr (Q == L)
      return repeatedPair<L>(from);
    else
      return loadStretched<L, Q>(from);
  }
};

constexpr int64_t PAIR = 2;

/** Floats that hold so many bfloat16. */
inline int64_t pairsOf(int64_t numbers) { return numbers / PAIR; }

/** to[i] = from[i] as bfloat16; `count` of them. */
inline void roundRow(const float* from, int64_t count, uint16_t* to) {
  int64_t i = 0;
  for (; i + 32 <= count; i += 32) {
    const __m512bh both =
        _mm512_cvtne2ps_pbh(_mm512_loadu_ps(from + i + 16), _mm512_loadu_ps(from + i));
    _mm512_storeu_si512(to + i, (__m512i)both);
  }
  for (; i < count; i += 16) {
    const __mmask16 here =
        static_cast<__mmask16>(count - i >= 16 ? 0xffff : (1u << (count - i)) - 1);
    const __m256bh one = _mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(here, from + i));
    _mm256_mask_storeu_epi16(to + i, here, (__m256i)one);
  }
}

/**
 * A volume with an even number of channels and a border of zeros as bfloat16, in scratch memory;
 * distances in pairs.
 */
Padded padPairs(const float* data, int64_t batch, const int64_t side[3], int64_t channels,
                const Border& border) {
  return padRows(data, batch, side, channels, pairsOf(channels), border,
                 [](const float* from, int64_t count, float* to) {
                   roundRow(from, count, reinterpret_cast<uint16_t*>(to));
                 });
}

/** A pair of rounded numbers as the bits of a float; the first lies in the lower half. */
BLURCYCLE_INLINE uint32_t pairBits(float first, float second) {
  uint32_t low, high;
  __builtin_memcpy(&low, &first, sizeof low);
  __builtin_memcpy(&high, &second, sizeof high);
  return roundBits(low) >> 16 | roundBits(high);
}

/** As packFilter for floats; a pair are two neighboring channels of the summed side. */
template <int L, int Q, int V>
void packFilter(Layout<L, Q, V, PairProducts>, const FilterView& view, const Taps& taps,
                const int64_t kernel[3], float* packed) {
  typedef Layout<L, Q, V, PairProducts> A;
  const int64_t blocks = ceilDivide(view.channels, A::WIDTH);
  const int64_t rows = taps.count[0] * taps.count[1];
  const int64_t pairs = pairsOf(view.depth);
  const int64_t depth = taps.count[2] * pairs;
  parallelFor(
      blocks * rows,
      [&](int64_t task) {
        const int64_t block = task / rows;
        const int64_t tz = taps.at(0, task % rows / taps.count[1]);
        const int64_t ty = taps.at(1, task % taps.count[1]);
        const int64_t valid = smaller(A::WIDTH, view.channels - block * A::WIDTH);
        auto* to = reinterpret_cast<unsigned __attribute__((may_alias))*>(packed +
                                                                          task * depth * A::WIDTH);
        if (valid < A::WIDTH) {
          for (int64_t i = 0; i < depth * A::WIDTH; ++i) to[i] = 0;
        }
        for (int64_t x = 0; x < taps.count[2]; ++x) {
          const int64_t tap = (tz * kernel[1] + ty) * kernel[2] + taps.at(2, x);
          const float* from =
              view.source + tap * view.tapSize + block * A::WIDTH * view.channelStride;
          for (int64_t d = 0; d < pairs; ++d) {
            const float* first = from + d * PAIR * view.depthStride;
            const float* second = first + view.depthStride;
            for (int64_t c = 0; c < valid; ++c) {
              const int64_t at = c * view.channelStride;
              to[packedPlace<A>(x * pairs + d, c)] = pairBits(first[at], second[at]);
            }
          }
        }
      },
      blocks * rows * depth * A::WIDTH);
}

/** Rows of pairs for convProblems.h; the summed side must have an even number of channels. */
struct PairRows {
  static constexpr int64_t NUMBERS = PAIR;
  static Padded pad(const float* data, int64_t batch, const int64_t side[3], int64_t channels,
                    const Border& border) {
    return padPairs(data, batch, side, channels, border);
  }
  static void solve(const RowProblem& problem, const FilterView& view, const Taps& taps,
                    const int64_t kernel[3], const float* bias, int64_t biasRepeats) {
    blurcycle::BLURCYCLE_VARIANT::solve<PairProducts>(problem, view, taps, kernel, bias,
                                                      biasRepeats);
  }
};

}  // namespace
}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
