/**
 * Convolutions through the Fourier transform for JavaScript, by addresses in the module's memory.
 *
 * Geometries are the arrays of layouts.h. Who calls has checked the sizes.
 */
#include "../fft.h"

#include "../fftPlan.h"
#include "../layouts.h"
#include "../variants.h"
#include "host.h"

BLURCYCLE_TABLES(FftKernels, fftKernels)

namespace blurcycle {
namespace {

/** The plan of a length; the first sixty-four lengths are kept. */
const FftPlan* planOf(int length) {
  static FftPlan* plans[64];
  static int count = 0;
  for (int i = 0; i < count; ++i) {
    if (plans[i]->length == length) return plans[i];
  }
  static_assert(alignof(FftPlan) <= 64, "what is kept is aligned to 64 bytes");
  FftPlan* plan = reinterpret_cast<FftPlan*>(keepFloats((sizeof(FftPlan) + 3) / sizeof(float)));
  if (!makePlan(length, *plan, keepFloats)) return nullptr;
  if (count < 64) plans[count++] = plan;
  return plan;
}

bool readGrid(const int32_t* sides, FftGrid& grid) {
  for (int axis = 0; axis < 3; ++axis) {
    grid.plans[axis] = planOf(sides[axis]);
    if (grid.plans[axis] == nullptr) return false;
  }
  setWidth(grid);
  return true;
}

FftBox readBox(const int32_t* values) {
  using field = layouts::fftBox;
  FftBox box;
  for (int axis = 0; axis < 3; ++axis) {
    box.sides[axis] = values[field::sides + axis];
    box.begin[axis] = values[field::begin + axis];
    box.extent[axis] = values[field::extent + axis];
    box.origin[axis] = values[field::origin + axis];
  }
  return box;
}

int64_t voxels(const FftBox& box) {
  return static_cast<int64_t>(box.sides[0]) * box.sides[1] * box.sides[2];
}

}  // namespace

/** Floats of a spectrum on the grid; 0 where the sides have a prime factor above 7. */
EXPORT(fftSpectrumLength) double fftSpectrumLength(const int32_t* sides) {
  FftGrid grid;
  return readGrid(sides, grid) ? static_cast<double>(grid.block()) : 0;
}

EXPORT(fftSpectrum)
void fftSpectrum(const int32_t* geometry, const float* data, float* spectrum) {
  using field = layouts::spectrumGeometry;
  FftGrid grid;
  if (!readGrid(geometry + field::grid, grid)) return;
  BLURCYCLE_SELECT(fftKernels)
      .spectrum(grid, readBox(geometry + field::box), geometry[field::alongZ] != 0, data, spectrum);
}

EXPORT(fftConvolve)
void fftConvolve(const int32_t* geometry, const float* data, const float* transfer, float* result) {
  using field = layouts::convolveGeometry;
  FftGrid grid;
  if (!readGrid(geometry + field::grid, grid)) return;
  const FftBox from = readBox(geometry + field::from);
  const FftBox to = readBox(geometry + field::to);
  const int32_t volumes = geometry[field::volumes];
  const FftTransfer kernel = {transfer, geometry[field::kernelPlanes],
                              geometry[field::kernelOrigin]};
  for (int32_t n = 0; n < volumes; ++n) {
    BLURCYCLE_SELECT(fftKernels)
        .convolve(grid, from, data + n * voxels(from), kernel, geometry[field::conjugate] != 0, to,
                  result + n * voxels(to));
  }
}

EXPORT(fftCorrelate)
void fftCorrelate(const int32_t* geometry, const float* x, const float* dy, float* result) {
  using field = layouts::correlateGeometry;
  FftGrid grid;
  if (!readGrid(geometry + field::grid, grid)) return;
  const FftBox to = readBox(geometry + field::to);
  for (int64_t i = 0; i < voxels(to); ++i) result[i] = 0;
  BLURCYCLE_SELECT(fftKernels)
      .correlate(grid, geometry[field::volumes], readBox(geometry + field::from), x, dy, to,
                 result);
}

/** Null pointers for what an update does not have. 1 unless the residual stopped it. */
EXPORT(fftUpdate)
int32_t fftUpdate(const int32_t* geometry, const double* settings, const float* transfer,
                  const float* observed, const float* weights, const float* penalty,
                  float* estimate, float* before, float* step, double* sums) {
  using field = layouts::updateGeometry;
  using setting = layouts::updateSettings;
  FftGrid grid;
  if (!readGrid(geometry + field::grid, grid)) return 0;
  PoissonUpdate update;
  update.object = readBox(geometry + field::object);
  update.image = readBox(geometry + field::image);
  update.transfer = {transfer, geometry[field::kernelPlanes], geometry[field::kernelOrigin]};
  update.isUniform = geometry[field::isUniform] != 0;
  update.observed = observed;
  update.weights = weights;
  update.penalty = penalty;
  update.estimate = estimate;
  update.before = before;
  update.step = step;
  update.background = static_cast<float>(settings[setting::background]);
  update.floor = static_cast<float>(settings[setting::floor]);
  update.factor = static_cast<float>(settings[setting::factor]);
  update.leastResidual = settings[setting::leastResidual];
  return BLURCYCLE_SELECT(fftKernels).updateEstimate(grid, update, sums) ? 1 : 0;
}

}  // namespace blurcycle
