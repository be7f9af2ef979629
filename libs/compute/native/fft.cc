/**
 * Convolutions through the Fourier transform for JavaScript: plans, argument checks, choice of the
 * instruction set.
 */
#include "fft.h"

#include <cstring>
#include <map>
#include <memory>
#include <vector>

#include "fftPlan.h"
#include "layouts.h"
#include "napiHelpers.h"
#include "threads.h"
#include "variants.h"

BLURCYCLE_TABLES(FftKernels, fftKernels)

namespace blurcycle {
namespace {

struct OwnedPlan {
  FftPlan plan;
  std::vector<std::vector<float>> twiddles;
};

/** The plan of a length, made once; nullptr where the length has a prime factor above 7. */
const FftPlan* planOf(int length) {
  static std::map<int, std::unique_ptr<OwnedPlan>> plans;
  const auto known = plans.find(length);
  if (known != plans.end()) return &known->second->plan;
  auto owned = std::make_unique<OwnedPlan>();
  const auto allocate = [&](int64_t floats) {
    owned->twiddles.emplace_back(static_cast<size_t>(floats));
    return owned->twiddles.back().data();
  };
  if (!makePlan(length, owned->plan, allocate)) return nullptr;
  return &plans.emplace(length, std::move(owned)).first->second->plan;
}

bool readGrid(Arguments& arguments, const int32_t* sides, FftGrid& grid) {
  for (int axis = 0; axis < 3; ++axis) {
    grid.plans[axis] = planOf(sides[axis]);
    if (grid.plans[axis] == nullptr) {
      arguments.fail("a grid whose sides have no prime factor above 7", 0);
      return false;
    }
  }
  setWidth(grid);
  return true;
}

/** Reads the layout fftBox; the box must lie inside the volume and fit onto the grid. */
bool readBox(Arguments& arguments, const int32_t* values, const FftGrid& grid, FftBox& box) {
  using field = layouts::fftBox;
  bool sound = true;
  for (int axis = 0; axis < 3; ++axis) {
    box.sides[axis] = values[field::sides + axis];
    box.begin[axis] = values[field::begin + axis];
    box.extent[axis] = values[field::extent + axis];
    box.origin[axis] = values[field::origin + axis];
    sound = sound && box.begin[axis] >= 0 && box.extent[axis] > 0 &&
            box.begin[axis] + box.extent[axis] <= box.sides[axis] &&
            box.extent[axis] <= grid.side(axis) && box.origin[axis] >= 0 &&
            box.origin[axis] < grid.side(axis);
  }
  if (!sound) arguments.fail("boxes that lie in their volumes and fit onto the grid", 0);
  return sound;
}

/** How the kernel's spectrum is stored; the floats of it are read next. */
bool readTransfer(Arguments& arguments, int32_t planes, int32_t origin, const FftGrid& grid,
                  FftTransfer& transfer) {
  transfer = {nullptr, planes, origin};
  const bool sound = planes >= 0 && planes <= grid.side(0) && origin >= 0 && origin < grid.side(0);
  if (!sound) arguments.fail("a kernel whose planes fit onto the grid", 0);
  return sound;
}

int64_t voxels(const FftBox& box) { return box.sides[0] * box.sides[1] * box.sides[2]; }

/** fftSpectrumLength(fftGrid): floats of a spectrum. */
napi_value fftSpectrumLength(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const int32_t* sides = arguments.integers(0, layouts::fftGrid::LENGTH);
  FftGrid grid;
  if (sides == nullptr || !readGrid(arguments, sides, grid)) return nullptr;
  return makeNumber(env, static_cast<double>(grid.block()));
}

/** fftSpectrum(spectrumGeometry, data, spectrum) */
napi_value fftSpectrum(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  using field = layouts::spectrumGeometry;
  const int32_t* values = arguments.integers(0, field::LENGTH);
  FftGrid grid;
  FftBox box;
  if (values == nullptr || !readGrid(arguments, values + field::grid, grid) ||
      !readBox(arguments, values + field::box, grid, box))
    return nullptr;
  const float* data = arguments.floats(1, voxels(box));
  const bool alongZ = values[field::alongZ] != 0;
  const int64_t length = alongZ ? grid.block() : box.extent[0] * grid.plane();
  float* result = arguments.floats(2, length);
  if (!arguments.ok()) return nullptr;
  adviseHugePages(result, length * static_cast<int64_t>(sizeof(float)));
  BLURCYCLE_SELECT(fftKernels).spectrum(grid, box, alongZ, data, result);
  return nullptr;
}

/** fftConvolve(convolveGeometry, data, transfer, result) */
napi_value fftConvolve(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  using field = layouts::convolveGeometry;
  const int32_t* values = arguments.integers(0, field::LENGTH);
  FftGrid grid;
  FftBox from;
  FftBox to;
  FftTransfer transfer;
  if (values == nullptr || !readGrid(arguments, values + field::grid, grid) ||
      !readBox(arguments, values + field::from, grid, from) ||
      !readBox(arguments, values + field::to, grid, to) ||
      !readTransfer(arguments, values[field::kernelPlanes], values[field::kernelOrigin], grid,
                    transfer)) {
    return nullptr;
  }
  const int64_t volumes = values[field::volumes];
  const bool conjugate = values[field::conjugate] != 0;
  const float* data = arguments.floats(1, volumes * voxels(from));
  transfer.spectrum = arguments.floats(2, transfer.floats(grid));
  float* result = arguments.floats(3, volumes * voxels(to));
  if (!arguments.ok()) return nullptr;
  for (int64_t n = 0; n < volumes; ++n) {
    BLURCYCLE_SELECT(fftKernels)
        .convolve(grid, from, data + n * voxels(from), transfer, conjugate, to,
                  result + n * voxels(to));
  }
  return nullptr;
}

/**
 * fftCorrelate(correlateGeometry, x, dy, result); voxels of the result outside of its box become
 * zero.
 */
napi_value fftCorrelate(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  using field = layouts::correlateGeometry;
  const int32_t* values = arguments.integers(0, field::LENGTH);
  FftGrid grid;
  FftBox from;
  FftBox to;
  if (values == nullptr || !readGrid(arguments, values + field::grid, grid) ||
      !readBox(arguments, values + field::from, grid, from) ||
      !readBox(arguments, values + field::to, grid, to)) {
    return nullptr;
  }
  const int64_t volumes = values[field::volumes];
  const float* x = arguments.floats(1, volumes * voxels(from));
  const float* dy = arguments.floats(2, volumes * voxels(from));
  float* result = arguments.floats(3, voxels(to));
  if (!arguments.ok()) return nullptr;
  std::memset(result, 0, static_cast<size_t>(voxels(to)) * sizeof(float));
  BLURCYCLE_SELECT(fftKernels).correlate(grid, volumes, from, x, dy, to, result);
  return nullptr;
}

/**
 * fftUpdate(updateGeometry, updateSettings, transfer, observed, weights, penalty, estimate, before,
 * step, sums); true unless the residual stopped it.
 */
napi_value fftUpdate(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  using field = layouts::updateGeometry;
  using setting = layouts::updateSettings;
  const int32_t* values = arguments.integers(0, field::LENGTH);
  const double* settings = arguments.doubles(1, setting::LENGTH);
  FftGrid grid;
  PoissonUpdate update;
  if (values == nullptr || settings == nullptr ||
      !readGrid(arguments, values + field::grid, grid) ||
      !readBox(arguments, values + field::object, grid, update.object) ||
      !readBox(arguments, values + field::image, grid, update.image) ||
      !readTransfer(arguments, values[field::kernelPlanes], values[field::kernelOrigin], grid,
                    update.transfer)) {
    return nullptr;
  }
  for (const FftBox* box : {&update.object, &update.image}) {
    for (int axis = 0; axis < 3; ++axis) {
      if (box->extent[axis] != box->sides[axis]) arguments.fail("boxes of whole volumes", 0);
    }
  }
  update.transfer.spectrum = arguments.floats(2, update.transfer.floats(grid));
  update.observed = arguments.floats(3, voxels(update.image));
  update.isUniform = values[field::isUniform] != 0;
  update.weights = arguments.floats(4, update.isUniform ? 1 : voxels(update.object));
  update.penalty = arguments.optionalFloats(5, voxels(update.object));
  update.estimate = arguments.floats(6, voxels(update.object));
  update.before = arguments.optionalFloats(7, voxels(update.object));
  update.step = arguments.optionalFloats(8, voxels(update.object));
  double* sums = arguments.doubles(9, UPDATE_SUMS);
  if (!arguments.ok()) return nullptr;
  update.background = static_cast<float>(settings[setting::background]);
  update.floor = static_cast<float>(settings[setting::floor]);
  update.factor = static_cast<float>(settings[setting::factor]);
  update.leastResidual = settings[setting::leastResidual];
  return makeBoolean(env, BLURCYCLE_SELECT(fftKernels).updateEstimate(grid, update, sums));
}

}  // namespace

void registerFft(napi_env env, napi_value exports) {
  exportFunction(env, exports, "fftSpectrumLength", fftSpectrumLength);
  exportFunction(env, exports, "fftSpectrum", fftSpectrum);
  exportFunction(env, exports, "fftConvolve", fftConvolve);
  exportFunction(env, exports, "fftCorrelate", fftCorrelate);
  exportFunction(env, exports, "fftUpdate", fftUpdate);
}

}  // namespace blurcycle
