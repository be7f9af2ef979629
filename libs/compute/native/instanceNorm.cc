/** Instance normalization for JavaScript: argument checks and the choice of the instruction set. */
#include "instanceNorm.h"

#include "layouts.h"
#include "napiHelpers.h"
#include "variants.h"

BLURCYCLE_TABLES(InstanceNormKernels, instanceNormKernels)

namespace blurcycle {
namespace {

bool readShape(Arguments& arguments, NormShape& shape) {
  using field = layouts::normShape;
  const int32_t* values = arguments.integers(0, field::LENGTH);
  if (values == nullptr) return false;
  shape = {values[field::batch], values[field::voxels], values[field::channels]};
  if (shape.batch < 1 || shape.voxels < 1 || shape.channels < 1) {
    arguments.fail("[batch, voxels, channels], all positive", 0);
    return false;
  }
  return true;
}

/** instanceNormForward(normShape, x, epsilon, slope, y, statistics) */
napi_value instanceNormForward(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  NormShape shape;
  if (!readShape(arguments, shape)) return nullptr;
  const int64_t size = shape.batch * shape.voxels * shape.channels;
  const float* x = arguments.floats(1, size);
  const float epsilon = static_cast<float>(arguments.number(2));
  const float slope = static_cast<float>(arguments.number(3));
  float* y = arguments.floats(4, size);
  float* statistics = arguments.floats(5, 2 * shape.batch * shape.channels);
  if (arguments.ok())
    BLURCYCLE_SELECT(instanceNormKernels).forward(shape, x, epsilon, slope, y, statistics);
  return nullptr;
}

/** instanceNormGradient(normShape, x, statistics, dy, slope, dx) */
napi_value instanceNormGradient(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  NormShape shape;
  if (!readShape(arguments, shape)) return nullptr;
  const int64_t size = shape.batch * shape.voxels * shape.channels;
  const float* x = arguments.floats(1, size);
  const float* statistics = arguments.floats(2, 2 * shape.batch * shape.channels);
  const float* dy = arguments.floats(3, size);
  const float slope = static_cast<float>(arguments.number(4));
  float* dx = arguments.floats(5, size);
  if (arguments.ok())
    BLURCYCLE_SELECT(instanceNormKernels).gradient(shape, x, statistics, dy, slope, dx);
  return nullptr;
}

}  // namespace

void registerInstanceNorm(napi_env env, napi_value exports) {
  exportFunction(env, exports, "instanceNormForward", instanceNormForward);
  exportFunction(env, exports, "instanceNormGradient", instanceNormGradient);
}

}  // namespace blurcycle
