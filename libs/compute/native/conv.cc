/**
 * Convolutions for JavaScript: argument checks and the choice of the instruction set; the
 * arithmetic is in conv.kernel.cc.
 */
#include "conv.h"

#include "bfloat16.h"
#include "convSlabs.h"
#include "layouts.h"
#include "napiHelpers.h"
#include "variants.h"

BLURCYCLE_TABLES(ConvKernels, convKernels)
BLURCYCLE_TABLES(ConvKernels, roundedConvKernels)

namespace blurcycle {

#ifdef BLURCYCLE_HAS_AVX512BF16
namespace avx512bf16 {
extern const ConvKernels pairConvKernels;
}
#endif
#ifdef BLURCYCLE_HAS_AMX
namespace amx {
extern const ConvKernels tileConvKernels;
extern const ConvKernels emulatedConvKernels;
}  // namespace amx
#endif

namespace {

/** The kernels of a precision, the argument at `index`: one of its codes, or absent for float32. */
const ConvKernels& kernelsOf(Arguments& arguments, int index) {
  const int64_t code = arguments.absent(index) ? 0 : arguments.integer(index);
  if (code < 0 || code >= static_cast<int64_t>(Precision::COUNT))
    arguments.fail("a code of a precision", index);
  if (code == static_cast<int64_t>(Precision::float32)) return BLURCYCLE_SELECT(convKernels);
#ifdef BLURCYCLE_HAS_AVX512BF16
  if (currentBfloat16() == Bfloat16Unit::avx512bf16) return avx512bf16::pairConvKernels;
#endif
#ifdef BLURCYCLE_HAS_AMX
  if (currentBfloat16() == Bfloat16Unit::amx) return amx::tileConvKernels;
  if (currentBfloat16() == Bfloat16Unit::emulated) return amx::emulatedConvKernels;
#endif
  return BLURCYCLE_SELECT(roundedConvKernels);
}

int64_t volume(const int64_t side[3]) { return side[0] * side[1] * side[2]; }

/** Reads the layout convShape; an impossible one throws. */
bool readShape(Arguments& arguments, ConvShape& shape) {
  using field = layouts::convShape;
  const int32_t* values = arguments.integers(0, field::LENGTH);
  if (values == nullptr) return false;
  shape.batch = values[field::batch];
  bool sound = shape.batch > 0 && values[field::inputs] > 0 && values[field::outputs] > 0;
  for (int axis = 0; axis < 3; ++axis) {
    shape.in[axis] = values[field::input + axis];
    shape.out[axis] = values[field::output + axis];
    shape.kernel[axis] = values[field::kernel + axis];
    shape.stride[axis] = values[field::stride + axis];
    shape.pad[axis] = values[field::padBefore + axis];
    sound = sound && shape.in[axis] > 0 && shape.out[axis] > 0 && shape.kernel[axis] > 0 &&
            shape.stride[axis] > 0 && shape.pad[axis] >= 0;
  }
  shape.inputs = values[field::inputs];
  shape.outputs = values[field::outputs];
  sound = sound && shape.kernel[0] * shape.kernel[1] <= 1024;
  if (!sound)
    arguments.fail("a convolution shape with positive sides (kernel z times y at most 1024)", 0);
  return sound;
}

/**
 * The convolution of which a transposed convolution of kernel 2 and stride 2 is the input gradient.
 */
bool readUpShape(Arguments& arguments, ConvShape& shape) {
  using field = layouts::upConvShape;
  const int32_t* values = arguments.integers(0, field::LENGTH);
  if (values == nullptr) return false;
  shape.batch = values[field::batch];
  bool sound = shape.batch > 0 && values[field::inputs] > 0 && values[field::outputs] > 0;
  for (int axis = 0; axis < 3; ++axis) {
    shape.out[axis] = values[field::input + axis];
    shape.in[axis] = 2 * shape.out[axis];
    shape.kernel[axis] = shape.stride[axis] = 2;
    shape.pad[axis] = 0;
    sound = sound && shape.out[axis] > 0;
  }
  shape.outputs = values[field::inputs];
  shape.inputs = values[field::outputs];
  if (!sound) arguments.fail("[n, z, y, x, inputs, outputs], all positive", 0);
  return sound;
}

int64_t inputSize(const ConvShape& shape) { return shape.batch * volume(shape.in) * shape.inputs; }
int64_t outputSize(const ConvShape& shape) {
  return shape.batch * volume(shape.out) * shape.outputs;
}
int64_t filterSize(const ConvShape& shape) {
  return volume(shape.kernel) * shape.inputs * shape.outputs;
}

/**
 * Reads the shape with READ, then lets `call` read the arrays and run; a wrong argument throws in
 * JavaScript.
 */
template <bool (*READ)(Arguments&, ConvShape&), class Call>
napi_value withShape(napi_env env, napi_callback_info info, const Call& call) {
  Arguments arguments(env, info);
  ConvShape shape;
  if (READ(arguments, shape)) call(arguments, shape);
  return nullptr;
}

napi_value convForward(napi_env env, napi_callback_info info) {
  return withShape<readShape>(env, info, [](Arguments& arguments, const ConvShape& shape) {
    const float* input = arguments.floats(1, inputSize(shape));
    const float* filter = arguments.floats(2, filterSize(shape));
    const float* bias = arguments.optionalFloats(3, shape.outputs);
    float* output = arguments.floats(4, outputSize(shape));
    const ConvKernels& kernels = kernelsOf(arguments, 5);
    if (arguments.ok()) slabForward(kernels, shape, input, filter, bias, output);
  });
}

napi_value convInputGradient(napi_env env, napi_callback_info info) {
  return withShape<readShape>(env, info, [](Arguments& arguments, const ConvShape& shape) {
    const float* outputGradient = arguments.floats(1, outputSize(shape));
    const float* filter = arguments.floats(2, filterSize(shape));
    float* inputGradient = arguments.floats(3, inputSize(shape));
    const ConvKernels& kernels = kernelsOf(arguments, 4);
    if (arguments.ok()) slabInputGradient(kernels, shape, outputGradient, filter, inputGradient);
  });
}

napi_value convFilterGradient(napi_env env, napi_callback_info info) {
  return withShape<readShape>(env, info, [](Arguments& arguments, const ConvShape& shape) {
    const float* input = arguments.floats(1, inputSize(shape));
    const float* outputGradient = arguments.floats(2, outputSize(shape));
    float* filterGradient = arguments.floats(3, filterSize(shape));
    float* biasGradient = arguments.optionalFloats(4, shape.outputs);
    const ConvKernels& kernels = kernelsOf(arguments, 5);
    if (arguments.ok())
      slabFilterGradient(kernels, shape, input, outputGradient, filterGradient, biasGradient);
  });
}

napi_value upConvForward(napi_env env, napi_callback_info info) {
  return withShape<readUpShape>(env, info, [](Arguments& arguments, const ConvShape& shape) {
    const float* input = arguments.floats(1, outputSize(shape));
    const float* filter = arguments.floats(2, filterSize(shape));
    const float* bias = arguments.optionalFloats(3, shape.inputs);
    float* output = arguments.floats(4, inputSize(shape));
    const ConvKernels& kernels = kernelsOf(arguments, 5);
    if (arguments.ok()) slabUpForward(kernels, shape, input, filter, bias, output);
  });
}

napi_value upConvInputGradient(napi_env env, napi_callback_info info) {
  return withShape<readUpShape>(env, info, [](Arguments& arguments, const ConvShape& shape) {
    const float* outputGradient = arguments.floats(1, inputSize(shape));
    const float* filter = arguments.floats(2, filterSize(shape));
    float* inputGradient = arguments.floats(3, outputSize(shape));
    const ConvKernels& kernels = kernelsOf(arguments, 4);
    if (arguments.ok()) slabForward(kernels, shape, outputGradient, filter, nullptr, inputGradient);
  });
}

napi_value upConvFilterGradient(napi_env env, napi_callback_info info) {
  return withShape<readUpShape>(env, info, [](Arguments& arguments, const ConvShape& shape) {
    const float* input = arguments.floats(1, outputSize(shape));
    const float* outputGradient = arguments.floats(2, inputSize(shape));
    float* filterGradient = arguments.floats(3, filterSize(shape));
    float* biasGradient = arguments.optionalFloats(4, shape.inputs);
    const ConvKernels& kernels = kernelsOf(arguments, 5);
    if (arguments.ok()) {
      slabFilterGradient(kernels, shape, outputGradient, input, filterGradient, nullptr);
      if (biasGradient != nullptr) {
        kernels.sumPositions(outputGradient, shape.batch * shape.in[0], shape.in[1] * shape.in[2],
                             shape.inputs, biasGradient);
      }
    }
  });
}

/**
 * Reads and, given a number, sets the limit of convSlabs.h: small in tests, so that small volumes
 * are cut too.
 */
napi_value convScratchLimit(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  if (!arguments.absent(0)) {
    const int64_t floats = arguments.integer(0);
    if (arguments.ok()) setConvSlabLimit(floats);
  }
  return makeNumber(env, static_cast<double>(convSlabLimit()));
}

}  // namespace

void registerConv(napi_env env, napi_value exports) {
  exportFunction(env, exports, "convForward", convForward);
  exportFunction(env, exports, "convInputGradient", convInputGradient);
  exportFunction(env, exports, "convFilterGradient", convFilterGradient);
  exportFunction(env, exports, "convScratchLimit", convScratchLimit);
  exportFunction(env, exports, "upConvForward", upConvForward);
  exportFunction(env, exports, "upConvInputGradient", upConvInputGradient);
  exportFunction(env, exports, "upConvFilterGradient", upConvFilterGradient);
}

}  // namespace blurcycle
