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

/** elementwiseBinary(binaryShape, a, b, result) */
napi_value elementwiseBinary(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  using field = layouts::binaryShape;
  const int32_t* shape = arguments.integers(0, field::LENGTH);
  if (shape == nullptr) return nullptr;
  const int operation = shape[field::operation];
  const int32_t* extent = shape + field::extent;
  const int64_t batches = extent[0], rows = extent[1], channels = extent[2];
  const Operand a = readOperand(arguments, 1, shape + field::aStrides, batches, rows, channels);
  const Operand b = readOperand(arguments, 2, shape + field::bStrides, batches, rows, channels);
  float* result = arguments.floats(3, batches * rows * channels);
  if (operation < 0 || operation >= static_cast<int>(BinaryOperation::COUNT))
    arguments.fail("a known operation", 0);
  if (arguments.ok()) {
    BLURCYCLE_SELECT(elementwiseKernels)
        .binary(static_cast<BinaryOperation>(operation), batches, rows, channels, a, b, result);
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
  if (operation < 0 || operation >= static_cast<int>(UnaryOperation::COUNT))
    arguments.fail("a known operation", 0);
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

/** sumRows(sumShape, x, factor, result) */
napi_value sumRows(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  using field = layouts::sumShape;
  const int32_t* shape = arguments.integers(0, field::LENGTH);
  if (shape == nullptr) return nullptr;
  const int64_t batches = shape[field::batches];
  const int64_t rows = shape[field::rows];
  const int64_t channels = shape[field::channels];
  const float* x = arguments.floats(1, batches * rows * channels);
  const float factor = static_cast<float>(arguments.number(2));
  float* result = arguments.floats(3, batches * channels);
  if (channels < 1) arguments.fail("a shape with channels", 0);
  if (arguments.ok())
    BLURCYCLE_SELECT(elementwiseKernels).sumRows(batches, rows, channels, x, factor, result);
  return nullptr;
}

/** copyChannels(copyShape, from, to) */
napi_value copyChannels(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  using field = layouts::copyShape;
  const int32_t* shape = arguments.integers(0, field::LENGTH);
  if (shape == nullptr) return nullptr;
  const int64_t rows = shape[field::rows], channels = shape[field::channels];
  const int64_t fromStride = shape[field::fromStride], fromFirst = shape[field::fromFirst];
  const int64_t toStride = shape[field::toStride], toFirst = shape[field::toFirst];
  const float* from = arguments.floats(1, (rows - 1) * fromStride + fromFirst + channels);
  float* to = arguments.floats(2, (rows - 1) * toStride + toFirst + channels);
  if (channels < 1 || fromFirst < 0 || toFirst < 0) arguments.fail("a range of channels", 0);
  if (arguments.ok()) {
    BLURCYCLE_SELECT(elementwiseKernels)
        .copyChannels(rows, channels, from + fromFirst, fromStride, to + toFirst, toStride);
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
