/**
 * Cutting a length into tiles of the sizes that exist as unrolled kernels.
 *
 * Only for kernel files (see variants.h).
 */
#pragma once

#include "simd.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

/** Sizes of register tiles, largest first. */
constexpr int TILE_SIZES[] = {24, 16, 12, 8, 6, 4, 3, 2, 1};
constexpr int TILE_KINDS = sizeof(TILE_SIZES) / sizeof(TILE_SIZES[0]);

template <int... N>
struct Sequence {};
typedef Sequence<0, 1, 2, 3, 4, 5, 6, 7, 8> TileKinds;
static_assert(TILE_KINDS == 9, "TileKinds numbers the entries of TILE_SIZES");

/** A cut of a length: how many tiles of each kind. */
struct TileCut {
  int count[TILE_KINDS];
};

/**
 * The cheapest exact cut of `length` into tiles of at most `largest`, a tile of n costing n plus
 * `overhead` (loads and loop).
 *
 * Longer lengths than the table's are first reduced by tiles of the best rate.
 */
inline TileCut cutIntoTiles(int64_t length, int largest, double overhead) {
  constexpr int TABLE = 256;
  TileCut cut = {};
  int first = 0;
  while (TILE_SIZES[first] > largest) ++first;
  while (length >= TABLE) {
    cut.count[first] += 1;
    length -= TILE_SIZES[first];
  }
  double cost[TABLE];
  int choice[TABLE];
  cost[0] = 0;
  for (int n = 1; n <= length; ++n) {
    cost[n] = 1e30;
    choice[n] = TILE_KINDS - 1;
    for (int kind = first; kind < TILE_KINDS; ++kind) {
      const int size = TILE_SIZES[kind];
      if (size > n) continue;
      const double total = cost[n - size] + size + overhead;
      if (total < cost[n]) {
        cost[n] = total;
        choice[n] = kind;
      }
    }
  }
  for (int n = static_cast<int>(length); n > 0; n -= TILE_SIZES[choice[n]])
    cut.count[choice[n]] += 1;
  return cut;
}

/** Elements of one float32 each. */
struct FloatProducts {
  /** sum + repeated(from) * weight, lane by lane. */
  template <int L, int Q>
  static BLURCYCLE_INLINE Vector<L> add(Vector<L> sum, const float* from, Vector<L> weight) {
    return addProduct<L, Q>(sum, from, weight);
  }
  /** The L / Q elements at `from`, each Q times in a row. */
  template <int L, int Q>
  static BLURCYCLE_INLINE Vector<L> stretched(const float* from) {
    return loadStretched<L, Q>(from);
  }
};

/**
 * How channels lie in registers: V vectors of L lanes; each channel takes Q lanes, one for each of
 * Q neighboring taps-and-inputs.
 *
 * Q = 1 is the plain case of many channels. Few channels would leave lanes empty or ask for a
 * broadcast per operation; with Q > 1 the vector holds partial sums over k = 0, Q, 2Q..., over 1, Q
 * + 1, ... and so on, added at the end. `Products` tells what an element is and how two are
 * multiplied.
 */
template <int L_, int Q_, int V_, class Products_>
struct Layout {
  typedef Products_ Products;
  static constexpr int L = L_, Q = Q_, V = V_;
  static constexpr int CHANNELS = L / Q;      // of one vector
  static constexpr int WIDTH = CHANNELS * V;  // of one block
};

/**
 * Place of (k, channel) in a block packed for a layout: [depth / Q][V][channels of a vector][Q].
 */
template <class A>
inline int64_t packedPlace(int64_t k, int64_t channel) {
  return k / A::Q * (A::V * A::L) + channel / A::CHANNELS * A::L + channel % A::CHANNELS * A::Q +
         k % A::Q;
}

/**
 * Calls `use` with the layout for so many channels and a depth (taps along x times inputs) of the
 * summed or tiled axis.
 *
 * Chosen by measurement. Q must divide the depth: a kernel never multiplies what lies behind a row,
 * not even with zero.
 */
template <class Products, class Use>
inline void withLayout(int64_t channels, int64_t depth, const Use& use) {
  if (channels == 1) {
    if constexpr (MAX_LANES >= 16) {
      if (depth % 16 == 0) return use(Layout<16, 16, 1, Products>());
    }
    if constexpr (MAX_LANES >= 8) {
      if (depth % 8 == 0) return use(Layout<8, 8, 1, Products>());
    }
    if (depth % 4 == 0) return use(Layout<4, 4, 1, Products>());
  }
  if (channels <= 4) {
    if constexpr (MAX_LANES == 16) {
      if (depth % 4 == 0) return use(Layout<16, 4, 1, Products>());
    }
    if constexpr (MAX_LANES >= 8) {
      if (depth % 4 == 0) return use(Layout<8, 4, 2, Products>());
      if (depth % 2 == 0) return use(Layout<8, 2, 1, Products>());
    }
    return use(Layout<4, 1, 1, Products>());
  }
  if constexpr (MAX_LANES == 4) return use(Layout<4, 1, 2, Products>());
  if constexpr (MAX_LANES >= 8) {
    if (channels <= 8) {
      if (depth % 2 != 0) return use(Layout<8, 1, 1, Products>());
      if constexpr (MAX_LANES == 16) return use(Layout<16, 2, 1, Products>());
      return use(Layout<8, 2, 2, Products>());
    }
    if constexpr (MAX_LANES == 8) return use(Layout<8, 1, 2, Products>());
  }
  if constexpr (MAX_LANES == 16) {
    if (channels % 32 == 0) return use(Layout<16, 1, 2, Products>());
    return use(Layout<16, 1, 1, Products>());
  }
}

}  // namespace
}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
