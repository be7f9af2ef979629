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

/** Sizes of register tiles, largest first; 0 ends the list. */
constexpr int TILE_SIZES[] = {24, 16, 13, 12, 11, 8, 6, 4, 3, 2, 1};
constexpr int TILE_KINDS = sizeof(TILE_SIZES) / sizeof(TILE_SIZES[0]);

/** A cut of a length: how many tiles of each kind. */
struct TileCut {
  int count[TILE_KINDS];
};

/**
 * The cheapest exact cut of `length` into tiles of at most `largest`, a tile of n costing n plus `overhead` (loads and loop).
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
  for (int n = static_cast<int>(length); n > 0; n -= TILE_SIZES[choice[n]]) cut.count[choice[n]] += 1;
  return cut;
}

}  // namespace
}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
