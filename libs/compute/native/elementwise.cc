/**
 * Element-wise operations for JavaScript: argument checks and the choice of the instruction set.
 */
#include "elementwise.h"

#include "napiHelpers.h"
#include "variants.h"

BLURCYCLE_TABLES(ElementwiseKernels, elementwiseKernels)

namespace blurcycle {
namespace {

/** Operand number `index` with the strides at `strides`; the array must hold the last element. */
Operand readOperand(Arguments& arguments, int index, const int32_t* strides, int64_t batches,
                    int64_t rows, int64_t channels) {
  const int64_t last =
      (batches - 1) * strides[0] + (rows - 1) * strides[1] + (channels - 1) * strides[2];
  return {arguments.floats(index, last + 1), strides[0], strides[1], strides[2]};
}

/**
 * elementwiseBinary([operation, batches, rows, channels, strides of a 3, strides of b 3], a, b,
 * result)
 */
napi_value elementwiseBinary(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const int32_t* shape = arguments.integers(0, 10);
  if (shape == nullptr) return nullptr;
  const int64_t batches = shape[1], rows = shape[2], channels = shape[3];
  const Operand a = readOperand(arguments, 1, shape + 4, batches, rows, channels);
  const Operand b = readOperand(arguments, 2, shape + 7, batches, rows, channels);
  float* result = arguments.floats(3, batches * rows * channels);
  if (shape[0] < 0 || shape[0] >= BINARY_OPERATIONS) arguments.fail("a known operation", 0);
  if (arguments.ok()) {
    BLURCYCLE_SELECT(elementwiseKernels)
        .binary(static_cast<BinaryOperation>(shape[0]), batches, rows, channels, a, b, result);
  }
  return nullptr;
}

/** elementwiseUnary(operation, count, x, parameter, result) */
napi_value elementwiseUnary(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const int64_t operation = arguments.integer(0);
  const int64_t count = arguments.integer(1);
  const float* x = arguments.floats(2, count);
  const float parameter = static_cast<float>(arguments.number(3));
  float* result = arguments.floats(4, count);
  if (operation < 0 || operation >= UNARY_OPERATIONS) arguments.fail("a known operation", 0);
  if (arguments.ok()) {
    BLURCYCLE_SELECT(elementwiseKernels)
        .unary(static_cast<UnaryOperation>(operation), count, x, parameter, result);
  }
  return nullptr;
}

/** leakyReluGradient(count, x, dy, slope, result) */
napi_value leakyReluGradient(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const int64_t count = arguments.integer(0);
  const float* x = arguments.floats(1, count);
  const float* dy = arguments.floats(2, count);
  const float slope = static_cast<float>(arguments.number(3));
  float* result = arguments.floats(4, count);
  if (arguments.ok())
    BLURCYCLE_SELECT(elementwiseKernels).leakyReluGradient(count, x, dy, slope, result);
  return nullptr;
}

/** sumRows([batches, rows, channels], x, factor, result) */
napi_value sumRows(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const int32_t* shape = arguments.integers(0, 3);
  if (shape == nullptr) return nullptr;
  const int64_t batches = shape[0], rows = shape[1], channels = shape[2];
  const float* x = arguments.floats(1, batches * rows * channels);
  const float factor = static_cast<float>(arguments.number(2));
  float* result = arguments.floats(3, batches * channels);
  if (channels < 1) arguments.fail("a shape with channels", 0);
  if (arguments.ok())
    BLURCYCLE_SELECT(elementwiseKernels).sumRows(batches, rows, channels, x, factor, result);
  return nullptr;
}

/**
 * copyChannels([rows, channels, stride of from, first of from, stride of to, first of to], from,
 * to)
 */
napi_value copyChannels(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const int32_t* shape = arguments.integers(0, 6);
  if (shape == nullptr) return nullptr;
  const int64_t rows = shape[0], channels = shape[1];
  const float* from = arguments.floats(1, (rows - 1) * shape[2] + shape[3] + channels);
  float* to = arguments.floats(2, (rows - 1) * shape[4] + shape[5] + channels);
  if (channels < 1 || shape[3] < 0 || shape[5] < 0) arguments.fail("a range of channels", 0);
  if (arguments.ok()) {
    BLURCYCLE_SELECT(elementwiseKernels)
        .copyChannels(rows, channels, from + shape[3], shape[2], to + shape[5], shape[4]);
  }
  return nullptr;
}

}  // namespace

void registerElementwise(napi_env env, napi_value exports) {
  exportFunction(env, exports, "elementwiseBinary", elementwiseBinary);
  exportFunction(env, exports, "elementwiseUnary", elementwiseUnary);
  exportFunction(env, exports, "leakyReluGradient", leakyReluGradient);
  exportFunction(env, exports, "sumRows", sumRows);
  exportFunction(env, exports, "copyChannels", copyChannels);
}

}  // namespace blurcycle
