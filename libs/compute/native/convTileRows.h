/**
 * Row convolutions of bfloat16 factors by tiles: 16 positions times up to 16 pairs of taps and
 * channels, which lie side by side in memory, times 16 output channels. Only for kernel files with
 * AMX.
 */
#pragma once

#include "convPairs.h"
#include "convTileUnit.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

constexpr int TILE_SUMS = 4;
constexpr int FIRST_A = 4, FIRST_B = 6;

template <int N>
struct Constant {
  static constexpr int value = N;
};

/** body(Constant<0>), ..., body(Constant<N - 1>). */
template <int N, class Body>
BLURCYCLE_INLINE void eachConstant(const Body& body) {
  if constexpr (N > 0) {
    eachConstant<N - 1>(body);
    body(Constant<N - 1>());
  }
}

/** Pairs of one multiplication: the depth in equal parts, so that no tile reaches beyond a row. */
inline int64_t pairsAtOnce(int64_t depth) {
  for (int64_t pairs = smaller(depth, TILE_ROWS); pairs > 1; --pairs) {
    if (depth % pairs == 0) return pairs;
  }
  return 1;
}

/** What all tiles of a row problem share; `chunk` pairs are multiplied at once. */
struct TileRun {
  const RowProblem* problem;
  int64_t chunk;
  int64_t positions;  // of one tile
};

/**
 * P tiles of positions times B blocks of 16 channels of one row; the tiles of positions begin at
 * `starts`, the last of `valid` channels exist.
 */
template <class Tiles, int P, int B>
void multiplyRow(const TileRun& run, const float* in, const int64_t* starts, const float* filter,
                 const float* bias, float* out, int64_t valid) {
  static_assert(P * B <= TILE_SUMS, "each product has a tile of sums");
  const RowProblem& problem = *run.problem;
  const int64_t blockSize = problem.rows * problem.depth * TILE_ROWS;
  constexpr int64_t FLOAT = sizeof(float);
  eachConstant<P * B>([&](auto sum) {
    constexpr int SUM = decltype(sum)::value;
    // The same row for every position.
    if (bias != nullptr)
      Tiles::template load<SUM>(bias + SUM % B * TILE_ROWS, 0);
    else
      Tiles::template zero<SUM>();
  });
  for (int64_t row = 0; row < problem.rows; ++row) {
    for (int64_t k = 0; k < problem.depth; k += run.chunk) {
      eachConstant<B>([&](auto block) {
        constexpr int BLOCK = decltype(block)::value;
        Tiles::template load<FIRST_B + BLOCK>(
            filter + BLOCK * blockSize + (row * problem.depth + k) * TILE_ROWS, TILE_BYTES);
      });
      eachConstant<P>([&](auto place) {
        constexpr int PLACE = decltype(place)::value;
        constexpr int A = FIRST_A + PLACE % 2;
        Tiles::template load<A>(in + problem.offsets[row] + k + starts[PLACE] * problem.step,
                                problem.step * FLOAT);
        eachConstant<B>([&](auto block) {
          constexpr int BLOCK = decltype(block)::value;
          Tiles::template multiply<PLACE * B + BLOCK, A, FIRST_B + BLOCK>();
        });
      });
    }
  }
  eachConstant<P * B>([&](auto sum) {
    constexpr int SUM = decltype(sum)::value;
    const int64_t channels = smaller(TILE_ROWS, valid - SUM % B * TILE_ROWS);
    float* to = out + starts[SUM / B] * problem.outStep + SUM % B * TILE_ROWS;
    if (channels == TILE_ROWS) {
      Tiles::template store<SUM>(to, problem.outStep * FLOAT);
      return;
    }
    alignas(64) float parts[TILE_ROWS * TILE_ROWS];
    Tiles::template store<SUM>(parts, TILE_BYTES);
    for (int64_t p = 0; p < run.positions; ++p) {
      for (int64_t c = 0; c < channels; ++c) to[p * problem.outStep + c] = parts[p * TILE_ROWS + c];
    }
  });
}

/** One row of output for B blocks of channels. */
template <class Tiles, int B>
void multiplyWholeRow(const TileRun& run, const float* in, const float* filter, const float* bias,
                      float* out, int64_t valid) {
  constexpr int MOST = TILE_SUMS / B;
  const int64_t total = run.problem->positions;
  const int64_t tiles = ceilDivide(total, run.positions);
  for (int64_t first = 0; first < tiles; first += MOST) {
    int64_t starts[MOST];
    const int64_t count = smaller(MOST, tiles - first);
    // The last tile of a row begins early enough to be whole: some sums are made twice, alike.
    for (int64_t i = 0; i < count; ++i)
      starts[i] = smaller((first + i) * run.positions, total - run.positions);
    switch (count) {
      case 1:
        multiplyRow<Tiles, 1, B>(run, in, starts, filter, bias, out, valid);
        break;
      case 2:
        multiplyRow<Tiles, 2, B>(run, in, starts, filter, bias, out, valid);
        break;
      default:
        if constexpr (MOST > 2) {
          if (count == 3)
            multiplyRow<Tiles, 3, B>(run, in, starts, filter, bias, out, valid);
          else
            multiplyRow<Tiles, 4, B>(run, in, starts, filter, bias, out, valid);
        }
    }
  }
}

template <class Tiles>
void convolveTiles(const RowProblem& problem) {
  const int64_t outputs =
      problem.batch * problem.planes * problem.rowsOut * problem.positions * problem.channels;
  if (outputs == 0) return;
  TileRun run;
  run.problem = &problem;
  run.chunk = pairsAtOnce(problem.depth);
  run.positions = smaller(TILE_ROWS, problem.positions);
  TileConfig config;
  for (int sum = 0; sum < TILE_SUMS; ++sum) config.set(sum, run.positions, TILE_ROWS);
  for (const int a : {FIRST_A, FIRST_A + 1}) config.set(a, run.positions, run.chunk);
  for (const int b : {FIRST_B, FIRST_B + 1}) config.set(b, run.chunk, TILE_ROWS);
  constexpr int64_t WIDE = 2 * TILE_ROWS;
  const int64_t blocks = ceilDivide(problem.channels, WIDE);
  int64_t rowsPerTask = 8;
  const auto tasksWith = [&](int64_t rows) {
    return problem.batch * problem.planes * blocks * ceilDivide(problem.rowsOut, rows);
  };
  while (rowsPerTask > 1 && tasksWith(rowsPerTask) < 32) rowsPerTask /= 2;
  const int64_t strips = ceilDivide(problem.rowsOut, rowsPerTask);
  parallelFor(
      tasksWith(rowsPerTask),
      [&](int64_t task) {
        const int64_t strip = task % strips;
        const int64_t plane = task / strips % problem.planes;
        const int64_t block = task / strips / problem.planes % blocks;
        const int64_t n = task / strips / problem.planes / blocks;
        const float* filter = problem.filter + block * problem.rows * problem.depth * WIDE;
        const float* bias = problem.bias != nullptr ? problem.bias + block * WIDE : nullptr;
        const int64_t valid = problem.channels - block * WIDE;
        const int64_t end = smaller(problem.rowsOut, (strip + 1) * rowsPerTask);
        Tiles::configure(config);
        for (int64_t y = strip * rowsPerTask; y < end; ++y) {
          const float* in =
              problem.in + n * problem.inBatch + plane * problem.inPlane + y * problem.inRow;
          float* out = problem.out + n * problem.outBatch + plane * problem.outPlane +
                       y * problem.outRow + block * WIDE;
          if (valid > TILE_ROWS)
            multiplyWholeRow<Tiles, 2>(run, in, filter, bias, out, valid);
          else
            multiplyWholeRow<Tiles, 1>(run, in, filter, bias, out, valid);
        }
        Tiles::release();
      },
      outputs * problem.rows * problem.depth / 64);
}

/** Rows by tiles for convProblems.h; the summed side must have an even number of channels. */
template <class Tiles>
struct TileRows {
  static constexpr int64_t NUMBERS = PAIR;
  static Padded pad(const float* data, int64_t batch, const int64_t side[3], int64_t channels,
                    const Border& border) {
    return padPairs(data, batch, side, channels, border);
  }
  static void solve(RowProblem problem, const FilterView& view, const Taps& taps,
                    const int64_t kernel[3], const float* bias, int64_t biasRepeats) {
    const Layout<TILE_ROWS, 1, 1, PairProducts> layout;
    const int64_t size = ceilDivide(view.channels, TILE_ROWS) * TILE_ROWS;
    float* packed = scratch(SCRATCH_CONV_FILTER, size * (problem.rows * problem.depth + 1));
    if (problem.rows > 0) packFilter(layout, view, taps, kernel, packed);
    problem.filter = packed;
    problem.bias = packBias(bias, view.channels / biasRepeats, biasRepeats, TILE_ROWS,
                            packed + size * problem.rows * problem.depth);
    convolveTiles<Tiles>(problem);
  }
};

}  // namespace
}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
