/**
 * Filter gradient of bfloat16 factors by tiles: up to 16 output channels times 32 positions, times
 * the same positions in pairs for up to 16 taps and channels of the input. Only for kernel files
 * with AMX.
 */
#pragma once

#include "convPairSums.h"
#include "convTileRows.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

/** Turns 16 registers of 16 elements into their transpose: four perfect shuffles. */
inline void transposeElements(Vector<16> (&v)[16]) {
  for (int round = 0; round < 4; ++round) {
    Vector<16> next[16];
    BLURCYCLE_UNROLL
    for (int i = 0; i < 8; ++i) {
      next[2 * i] = BLURCYCLE_PICK(Lanes16, v[i], v[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5,
                                   21, 6, 22, 7, 23);
      next[2 * i + 1] = BLURCYCLE_PICK(Lanes16, v[i], v[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12,
                                       28, 13, 29, 14, 30, 15, 31);
    }
    BLURCYCLE_UNROLL
    for (int i = 0; i < 16; ++i) v[i] = next[i];
  }
}

/**
 * The output gradient as rows of positions, one for each channel: [row][channel][pairs], zeros
 * behind the last position.
 */
const float* channelRows(const ConvShape& shape, const float* gradient, int64_t pairs) {
  const int64_t rows = shape.batch * shape.out[0] * shape.out[1];
  const int64_t channels = shape.outputs;
  float* copy = scratch(SCRATCH_CONV_FILTER, rows * channels * pairs);
  parallelFor(
      rows,
      [&](int64_t row) {
        const float* from = gradient + row * shape.out[2] * channels;
        float* to = copy + row * channels * pairs;
        for (int64_t c = 0; c < channels; c += 16) {
          const int64_t here = smaller(16, channels - c);
          for (int64_t first = 0; first < pairs; first += 16) {
            alignas(64) float elements[16][16] = {};
            for (int64_t i = 0; i < 16; ++i) {
              const int64_t x = (first + i) * PAIR;
              if (x >= shape.out[2]) break;
              const float* at = from + x * channels + c;
              pairRows(at, x + 1 < shape.out[2] ? at + channels : nullptr, here, elements[i]);
            }
            Vector<16> v[16];
            BLURCYCLE_UNROLL
            for (int i = 0; i < 16; ++i) v[i] = load<16>(elements[i]);
            transposeElements(v);
            const int64_t count = smaller(16, pairs - first);
            const __mmask16 mask = static_cast<__mmask16>((1u << count) - 1);
            BLURCYCLE_UNROLL
            for (int i = 0; i < 16; ++i) {
              if (i < here) _mm512_mask_storeu_ps(to + (c + i) * pairs + first, mask, (__m512)v[i]);
            }
          }
        }
      },
      rows * channels * shape.out[2]);
  return copy;
}

constexpr int64_t POSITIONS_PER_TILE_GROUP = 4096;

/** Where the sums of a filter gradient come from and go to; distances in elements. */
struct TileSums {
  const ConvShape* shape;
  const Padded* padded;
  const float* gradient;
  int64_t pairs, chunk;       // of a row; of one multiplication
  int64_t channels, columns;  // of one tile of sums: outputs, taps and inputs
  int64_t depth;
};

/**
 * Sums over the rows [from, to) for C tiles of output channels times K of taps and inputs, which
 * begin at `channelStarts` and `columnStarts`; `in` is the first tap's. Writes [channel][column].
 */
template <class Tiles, int C, int K>
void sumRows(const TileSums& sums, int64_t from, int64_t to, const float* in,
             const int64_t* channelStarts, const int64_t* columnStarts, float* result) {
  static_assert(C * K <= TILE_SUMS && C <= 2, "each product has a tile of sums");
  const ConvShape& shape = *sums.shape;
  const int64_t step = PAIR * shape.stride[2] * shape.inputs;
  constexpr int64_t FLOAT = sizeof(float);
  eachConstant<C * K>([&](auto sum) { Tiles::template zero<decltype(sum)::value>(); });
  for (int64_t row = from; row < to; ++row) {
    const int64_t y = row % shape.out[1];
    const int64_t z = row / shape.out[1] % shape.out[0];
    const int64_t n = row / shape.out[1] / shape.out[0];
    const float* taps = in + n * sums.padded->batch + z * shape.stride[0] * sums.padded->plane +
                        y * shape.stride[1] * sums.padded->row;
    const float* values = sums.gradient + row * shape.outputs * sums.pairs;
    for (int64_t pair = 0; pair < sums.pairs; pair += sums.chunk) {
      eachConstant<C>([&](auto channel) {
        constexpr int CHANNEL = decltype(channel)::value;
        Tiles::template load<FIRST_A + CHANNEL>(values + channelStarts[CHANNEL] * sums.pairs + pair,
                                                sums.pairs * FLOAT);
      });
      eachConstant<K>([&](auto column) {
        constexpr int COLUMN = decltype(column)::value;
        constexpr int TILE = FIRST_B + COLUMN % 2;
        Tiles::template load<TILE>(taps + pair * step + columnStarts[COLUMN], step * FLOAT);
        eachConstant<C>([&](auto channel) {
          constexpr int CHANNEL = decltype(channel)::value;
          Tiles::template multiply<CHANNEL * K + COLUMN, FIRST_A + CHANNEL, TILE>();
        });
      });
    }
  }
  eachConstant<C * K>([&](auto sum) {
    constexpr int SUM = decltype(sum)::value;
    Tiles::template store<SUM>(result + channelStarts[SUM / K] * sums.depth + columnStarts[SUM % K],
                               sums.depth * FLOAT);
  });
}

/** Starts of the tiles that cover `total` in tiles of `side`: the last begins early, to be whole.
 */
inline void tileStarts(int64_t first, int64_t count, int64_t side, int64_t total, int64_t* starts) {
  for (int64_t i = 0; i < count; ++i) starts[i] = smaller((first + i) * side, total - side);
}

/** Sums of one kernel row over some rows of positions. */
template <class Tiles>
void sumAllTiles(const TileSums& sums, int64_t from, int64_t to, const float* in, float* result) {
  const int64_t outputs = sums.shape->outputs;
  const int64_t channelTiles = ceilDivide(outputs, sums.channels);
  const int64_t columnTiles = ceilDivide(sums.depth, sums.columns);
  for (int64_t c = 0; c < channelTiles; c += 2) {
    const int64_t C = smaller(2, channelTiles - c);
    const int64_t most = TILE_SUMS / C;
    int64_t channelStarts[2];
    tileStarts(c, C, sums.channels, outputs, channelStarts);
    for (int64_t k = 0; k < columnTiles; k += most) {
      const int64_t K = smaller(most, columnTiles - k);
      int64_t columnStarts[TILE_SUMS];
      tileStarts(k, K, sums.columns, sums.depth, columnStarts);
      const auto sum = C == 2   ? (K == 2 ? sumRows<Tiles, 2, 2> : sumRows<Tiles, 2, 1>)
                       : K == 1 ? sumRows<Tiles, 1, 1>
                       : K == 2 ? sumRows<Tiles, 1, 2>
                       : K == 3 ? sumRows<Tiles, 1, 3>
                                : sumRows<Tiles, 1, 4>;
      sum(sums, from, to, in, channelStarts, columnStarts, result);
    }
  }
}

template <class Tiles>
void filterGradientByTiles(const ConvShape& shape, const float* input, const float* outputGradient,
                           float* result) {
  TileSums sums;
  const int64_t rowPairs = ceilDivide(shape.out[2], PAIR);
  sums.shape = &shape;
  // A row in equal parts, the last filled up with zeros.
  const int64_t parts = ceilDivide(rowPairs, TILE_ROWS);
  sums.chunk = ceilDivide(rowPairs, parts);
  sums.pairs = parts * sums.chunk;
  sums.depth = shape.kernel[2] * shape.inputs;
  sums.channels = smaller(TILE_ROWS, shape.outputs);
  sums.columns = smaller(TILE_ROWS, sums.depth);
  const Padded padded = padNeighbors(shape, input, sums.pairs);
  sums.padded = &padded;
  sums.gradient = channelRows(shape, outputGradient, sums.pairs);
  TileConfig config;
  for (int sum = 0; sum < TILE_SUMS; ++sum) config.set(sum, sums.channels, sums.columns);
  for (const int a : {FIRST_A, FIRST_A + 1}) config.set(a, sums.channels, sums.chunk);
  for (const int b : {FIRST_B, FIRST_B + 1}) config.set(b, sums.chunk, sums.columns);

  // The number of groups depends on the shape alone, and their sums are added in a fixed order.
  const int64_t kernelRows = shape.kernel[0] * shape.kernel[1];
  const int64_t flatRows = shape.batch * shape.out[0] * shape.out[1];
  const int64_t size = shape.outputs * sums.depth;
  const int64_t wanted = larger(flatRows * shape.out[2] / POSITIONS_PER_TILE_GROUP,
                                ceilDivide(LEAST_TASKS, kernelRows));
  const int64_t groups =
      smaller(smaller(wanted, flatRows), larger(1, MOST_PARTIAL_FLOATS / (kernelRows * size)));
  float* partial = scratch(SCRATCH_CONV_PARTIAL, groups * kernelRows * size);
  parallelFor(groups * kernelRows, [&](int64_t task) {
    const int64_t group = task / kernelRows;
    const int64_t row = task % kernelRows;
    const float* in =
        padded.data + row / shape.kernel[1] * padded.plane + row % shape.kernel[1] * padded.row;
    Tiles::configure(config);
    sumAllTiles<Tiles>(sums, flatRows * group / groups, flatRows * (group + 1) / groups, in,
                       partial + task * size);
    Tiles::release();
  });
  parallelFor(
      kernelRows,
      [&](int64_t row) {
        float* total = partial + row * size;
        for (int64_t group = 1; group < groups; ++group) {
          const float* part = partial + (group * kernelRows + row) * size;
          for (int64_t i = 0; i < size; ++i) total[i] += part[i];
        }
        for (int64_t k = 0; k < sums.depth; ++k) {
          float* to = result + (row * sums.depth + k) * shape.outputs;
          for (int64_t c = 0; c < shape.outputs; ++c) to[c] = total[c * sums.depth + k];
        }
      },
      groups * kernelRows * size);
}

}  // namespace
}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
