/** Pooling for JavaScript: argument checks and the choice of the instruction set. */
#include "pooling.h"

#include "layouts.h"
#include "napiHelpers.h"
#include "variants.h"

BLURCYCLE_TABLES(PoolingKernels, poolingKernels)

namespace blurcycle {
namespace {

bool readShape(Arguments& arguments, PoolShape& shape) {
  using field = layouts::poolShape;
  const int32_t* values = arguments.integers(0, field::LENGTH);
  if (values == nullptr) return false;
  const int32_t* sides = values + field::input;
  shape = {values[field::batch], sides[0], sides[1], sides[2], values[field::channels]};
  if (shape.batch < 1 || shape.depth < 2 || shape.height < 2 || shape.width < 2 ||
      shape.channels < 1) {
    arguments.fail("[batch, depth, height, width, channels] with sides of at least 2", 0);
    return false;
  }
  return true;
}

int64_t inputSize(const PoolShape& s) {
  return s.batch * s.depth * s.height * s.width * s.channels;
}
int64_t outputSize(const PoolShape& s) {
  return s.batch * (s.depth / 2) * (s.height / 2) * (s.width / 2) * s.channels;
}

/** maxPoolForward(poolShape, x, y) */
napi_value maxPoolForward(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  PoolShape shape;
  if (!readShape(arguments, shape)) return nullptr;
  const float* x = arguments.floats(1, inputSize(shape));
  float* y = arguments.floats(2, outputSize(shape));
  if (arguments.ok()) BLURCYCLE_SELECT(poolingKernels).maximum(shape, x, y);
  return nullptr;
}

/** maxPoolGradient(poolShape, x, dy, dx) */
napi_value maxPoolGradient(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  PoolShape shape;
  if (!readShape(arguments, shape)) return nullptr;
  const float* x = arguments.floats(1, inputSize(shape));
  const float* dy = arguments.floats(2, outputSize(shape));
  float* dx = arguments.floats(3, inputSize(shape));
  if (arguments.ok()) BLURCYCLE_SELECT(poolingKernels).maximumGradient(shape, x, dy, dx);
  return nullptr;
}

}  // namespace

void registerPooling(napi_env env, napi_value exports) {
  exportFunction(env, exports, "maxPoolForward", maxPoolForward);
  exportFunction(env, exports, "maxPoolGradient", maxPoolGradient);
}

}  // namespace blurcycle
