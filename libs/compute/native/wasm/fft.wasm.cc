/**
 * Convolutions through the Fourier transform as a WebAssembly module, from the kernels of the
 * add-on, without any library: JavaScript gives memory, cosine and sine.
 *
 * Geometries are the arrays of layouts.h. Who calls has checked the sizes.
 */
#include "../fft.h"

#include "../fftPlan.h"
#include "../layouts.h"
#include "../scratchSlots.h"
#include "../threads.h"
#include "../variants.h"

#define EXPORT(name) extern "C" __attribute__((export_name(#name), visibility("default")))
#define IMPORT(name) extern "C" __attribute__((import_module("host"), import_name(#name)))

IMPORT(cos) double hostCos(double);
IMPORT(sin) double hostSin(double);
/** So many bytes, aligned to 64, and 1 KiB to spare behind them. */
IMPORT(allocate) void* hostAllocate(uint32_t bytes);
IMPORT(release) void hostRelease(void* data);

// What the compiler calls for its built-in functions.
extern "C" double cos(double angle) { return hostCos(angle); }
extern "C" double sin(double angle) { return hostSin(angle); }

BLURCYCLE_TABLES(FftKernels, fftKernels)

namespace blurcycle {

int threads() { return 1; }
int threadIndex() { return 0; }

void detail::parallelRun(int64_t count, void (*body)(void*, int64_t), void* context) {
  for (int64_t i = 0; i < count; ++i) body(context, i);
}

void adviseHugePages(void*, int64_t) {}

float* scratch(int slot, int64_t floats) {
  static struct {
    float* data;
    int64_t floats;
  } blocks[32];
  auto& block = blocks[slot];
  if (block.floats < floats) {
    if (block.data != nullptr) hostRelease(block.data);
    block.data = static_cast<float*>(hostAllocate(static_cast<uint32_t>(floats * sizeof(float))));
    block.floats = floats;
  }
  return block.data;
}

namespace {

float* allocateFloats(int64_t floats) {
  return static_cast<float*>(hostAllocate(static_cast<uint32_t>(floats * sizeof(float))));
}

/** The plan of a length; the first sixty-four lengths are kept. */
const FftPlan* planOf(int length) {
  static FftPlan* plans[64];
  static int count = 0;
  for (int i = 0; i < count; ++i) {
    if (plans[i]->length == length) return plans[i];
  }
  FftPlan* plan = static_cast<FftPlan*>(hostAllocate(sizeof(FftPlan)));
  if (!makePlan(length, *plan, allocateFloats)) return nullptr;
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
  BLURCYCLE_SELECT(fftKernels).spectrum(grid, readBox(geometry + field::box), data, spectrum);
}

EXPORT(fftConvolve)
void fftConvolve(const int32_t* geometry, const float* data, const float* transfer, float* result) {
  using field = layouts::convolveGeometry;
  FftGrid grid;
  if (!readGrid(geometry + field::grid, grid)) return;
  BLURCYCLE_SELECT(fftKernels)
      .convolve(grid, readBox(geometry + field::from), data, transfer,
                geometry[field::conjugate] != 0, readBox(geometry + field::to), result);
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
  update.transfer = transfer;
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
