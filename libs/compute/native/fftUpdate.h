/**
 * One update of Richardson and Lucy, its arithmetic in real space done between the transforms of a
 * plane, while it is in the cache; include in fft.kernel.cc only.
 */
#pragma once

#include "fftTasks.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

/** An extrapolation keeps at least this part of a voxel: one that reaches zero stays zero. */
constexpr float LEAST_PART = 0.1f;
/** Least 1 + penalty / sensitivity: keeps the sign of an update. */
constexpr float LEAST_DENOMINATOR = 0.1f;

constexpr int LANES = MAX_LANES;

/** Floats whose sums are made in single precision, a few dozen a lane. */
constexpr int64_t SHORT = 32 * LANES;

BLURCYCLE_INLINE Vector<LANES> most(Vector<LANES> a, Vector<LANES> b) { return a > b ? a : b; }

/** The vector at `from`, of which `wanted` lanes exist. */
BLURCYCLE_INLINE Vector<LANES> read(const float* from, int64_t wanted) {
  return wanted >= LANES ? load<LANES>(from) : loadPart<LANES>(from, wanted);
}

BLURCYCLE_INLINE void write(float* to, Vector<LANES> value, int64_t wanted) {
  if (wanted >= LANES)
    store<LANES>(to, value);
  else
    storePart<LANES>(to, value, wanted);
}

/**
 * visit(place, lanes that exist, sums) for the vectors of `count` voxels; adds up the N sums in
 * double precision.
 */
template <int N, class Visit>
BLURCYCLE_INLINE void overVectors(int64_t count, double* totals, const Visit& visit) {
  for (int64_t begin = 0; begin < count; begin += SHORT) {
    const int64_t end = smaller(count, begin + SHORT);
    Vector<LANES> sums[N] = {};
    for (int64_t i = begin; i < end; i += LANES) visit(i, end - i, sums);
    for (int n = 0; n < N; ++n) {
      for (int lane = 0; lane < LANES; ++lane) totals[n] += sums[n][lane];
    }
  }
}

/** What the update starts from, at voxel i. */
BLURCYCLE_INLINE Vector<LANES> startAt(const PoissonUpdate& update, int64_t i, int64_t wanted) {
  const Vector<LANES> x = read(update.estimate + i, wanted);
  if (update.before == nullptr) return x;
  return most(x + (x - read(update.before + i, wanted)) * update.factor, x * LEAST_PART);
}

int64_t voxelsOfPlane(const FftBox& box) { return box.sides[1] * box.sides[2]; }

/** The spectrum along x and y of what the update starts from. */
void transformStart(const FftGrid& grid, const PoissonUpdate& update, float* spectrum) {
  const int64_t voxels = voxelsOfPlane(update.object);
  overPlanes(grid, update.object, spectrum, [&](int64_t z, float* plane) {
    const float* start = update.estimate + z * voxels;
    if (update.before != nullptr) {
      float* ahead = scratch(SCRATCH_FFT_PLANE, voxels);
      overVectors<0>(voxels, nullptr, [&](int64_t i, int64_t wanted, Vector<LANES>*) {
        write(ahead + i, startAt(update, z * voxels + i, wanted), wanted);
      });
      start = ahead;
    }
    forwardPlane(grid, update.object, start, plane);
  });
}

/**
 * From the spectrum along x and y of the expected image to that of the data over it.
 *
 * @returns The sum of the squared differences of data and expected image.
 */
double divideData(const FftGrid& grid, const PoissonUpdate& update, float* spectrum) {
  const int64_t voxels = voxelsOfPlane(update.image);
  const int64_t planes = update.image.extent[0];
  double* squares = reinterpret_cast<double*>(scratch(SCRATCH_SUM_PARTS, 2 * planes));
  overPlanes(grid, update.image, spectrum, [&](int64_t z, float* plane) {
    float* image = scratch(SCRATCH_FFT_PLANE, voxels);
    inversePlane(grid, update.image, plane, image);
    squares[z] = 0;
    overVectors<1>(voxels, squares + z, [&](int64_t i, int64_t wanted, Vector<LANES>* sums) {
      const Vector<LANES> data = read(update.observed + z * voxels + i, wanted);
      const Vector<LANES> expected = read(image + i, wanted) + update.background;
      const Vector<LANES> difference = data - expected;
      sums[0] += wanted >= LANES ? difference * difference
                                 : firstLanes<LANES>(difference * difference, wanted);
      write(image + i, data / most(expected, Vector<LANES>{} + update.floor), wanted);
    });
    forwardPlane(grid, update.image, image, plane);
  });
  double sum = 0;
  for (int64_t z = 0; z < planes; ++z) sum += squares[z];
  return sum;
}

/** Multiplies the start by the correction whose spectrum along x and y is given. */
void correct(const FftGrid& grid, const PoissonUpdate& update, float* spectrum, double* totals) {
  constexpr int N = UPDATE_SUMS - 1;
  const int64_t voxels = voxelsOfPlane(update.object);
  const int64_t planes = update.object.extent[0];
  double* parts = reinterpret_cast<double*>(scratch(SCRATCH_SUM_PARTS, 2 * N * planes));
  float* const result = update.before == nullptr ? update.estimate : update.before;
  overPlanes(grid, update.object, spectrum, [&](int64_t z, float* plane) {
    float* correction = scratch(SCRATCH_FFT_PLANE, voxels);
    inversePlane(grid, update.object, plane, correction);
    double* part = parts + z * N;
    for (int n = 0; n < N; ++n) part[n] = 0;
    overVectors<N>(voxels, part, [&](int64_t i, int64_t wanted, Vector<LANES>* sums) {
      const int64_t at = z * voxels + i;
      const Vector<LANES> x = read(update.estimate + at, wanted);
      const Vector<LANES> start = startAt(update, at, wanted);
      const Vector<LANES> weight = update.isUniform ? Vector<LANES>{} + update.weights[0]
                                                    : read(update.weights + at, wanted);
      // Rounding of the transform can make the correction of a dark voxel slightly negative.
      Vector<LANES> next = start * most(read(correction + i, wanted), Vector<LANES>{}) * weight;
      if (update.penalty != nullptr) {
        // With s = H^T 1, x c / (s + p) is the plain update over 1 + p / s.
        const Vector<LANES> pull = read(update.penalty + at, wanted) * weight;
        next /= most(pull + 1.0f, Vector<LANES>{} + LEAST_DENOMINATOR);
      }
      sums[0] += most(next - x, x - next);
      sums[1] += x;
      if (update.step != nullptr) {
        const Vector<LANES> last = read(update.step + at, wanted);
        const Vector<LANES> step = next - start;
        sums[2] += step * last;
        sums[3] += last * last;
        write(update.step + at, step, wanted);
      }
      write(result + at, next, wanted);
    });
  });
  for (int n = 0; n < N; ++n) {
    totals[n] = 0;
    for (int64_t z = 0; z < planes; ++z) totals[n] += parts[z * N + n];
  }
}

bool updateEstimate(const FftGrid& grid, const PoissonUpdate& update, double* sums) {
  float* spectrum = scratch(SCRATCH_FFT_SPECTRA, grid.block());
  transformStart(grid, update, spectrum);
  convolveAlongZ(grid, update.object, update.image, spectrum, update.transfer, false);
  sums[0] = divideData(grid, update, spectrum);
  const int64_t voxels = update.image.extent[0] * voxelsOfPlane(update.image);
  if (sums[0] <= update.leastResidual * static_cast<double>(voxels)) return false;
  convolveAlongZ(grid, update.image, update.object, spectrum, update.transfer, true);
  correct(grid, update, spectrum, sums + 1);
  return true;
}

}  // namespace
}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
