/**
 * Work cut into pieces that depend on the problem alone, so sums do not depend on the number of
 * threads.
 */
#pragma once

#include "simd.h"
#include "threads.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

/**
 * Floats of one piece: large against the cost of handing it out, small against the first-level
 * cache.
 */
constexpr int64_t CHUNK = 8192;

/** body(begin, end) for pieces of [0, count). */
template <class Body>
void overChunks(int64_t count, const Body& body) {
  parallelFor(ceilDivide(count, CHUNK),
              [&](int64_t i) { body(i * CHUNK, smaller(count, (i + 1) * CHUNK)); });
}

/** Rows of `channels` floats that make one piece. */
inline int64_t rowsPerChunk(int64_t channels) { return larger(1, CHUNK / channels); }

/**
 * Sum over pieces of `part(begin, end)`, added in rising order in double precision. `slot`: scratch
 * for the parts.
 */
template <class Part>
double sumOverChunks(int slot, int64_t count, const Part& part) {
  const int64_t chunks = ceilDivide(count, CHUNK);
  double* sums = reinterpret_cast<double*>(scratch(slot, 2 * chunks));
  overChunks(count, [&](int64_t begin, int64_t end) { sums[begin / CHUNK] = part(begin, end); });
  double total = 0;
  for (int64_t i = 0; i < chunks; ++i) total += sums[i];
  return total;
}

/**
 * Sum of f(i) over [begin, end): one float sum per lane, so it vectorizes; the lanes are added in
 * double precision.
 */
template <class Term>
BLURCYCLE_INLINE double sumTerms(int64_t begin, int64_t end, const Term& term) {
  constexpr int WIDTH = 4 * MAX_LANES;
  float lanes[WIDTH] = {};
  int64_t i = begin;
  for (; i + WIDTH <= end; i += WIDTH) {
    for (int j = 0; j < WIDTH; ++j) lanes[j] += term(i + j);
  }
  double sum = 0;
  for (; i < end; ++i) sum += term(i);
  for (int j = 0; j < WIDTH; ++j) sum += lanes[j];
  return sum;
}

/**
 * Values per channel repeated to a whole number of vectors: rows of few channels are then treated
 * as long rows.
 *
 * The length is a multiple of `channels` and of the lanes; 4 or 8 vectors where that divides, which
 * compiles to registers.
 */
inline int64_t patternLength(int64_t channels) {
  if (4 * MAX_LANES % channels == 0) return 4 * MAX_LANES;
  if (8 * MAX_LANES % channels == 0) return 8 * MAX_LANES;
  int64_t length = channels;
  while (length % MAX_LANES != 0) length += channels;
  return length;
}

/**
 * Calls body(std-like constant or run-time length): body.template run<4 lanes>(), <8 lanes>() or
 * <0>().
 */
template <class Task>
void withPattern(int64_t pattern, const Task& task) {
  if (pattern == 4 * MAX_LANES) {
    task.template run<4 * MAX_LANES>();
  } else if (pattern == 8 * MAX_LANES) {
    task.template run<8 * MAX_LANES>();
  } else {
    task.template run<0>();
  }
}

}  // namespace
}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
