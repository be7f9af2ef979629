/**
 * Kernels of networks for JavaScript, by addresses in the module's memory: what the functions of
 * the same names in conv.cc, instanceNorm.cc, pooling.cc, elementwise.cc, losses.cc and adam.cc do.
 *
 * Shapes are the arrays of layouts.h. Who calls has checked the sizes.
 */
#include "../adam.h"
#include "../conv.h"
#include "../convSlabs.h"
#include "../elementwise.h"
#include "../instanceNorm.h"
#include "../layouts.h"
#include "../losses.h"
#include "../pooling.h"
#include "../variants.h"
#include "host.h"

BLURCYCLE_TABLES(ConvKernels, convKernels)
BLURCYCLE_TABLES(ConvKernels, roundedConvKernels)
BLURCYCLE_TABLES(InstanceNormKernels, instanceNormKernels)
BLURCYCLE_TABLES(PoolingKernels, poolingKernels)
BLURCYCLE_TABLES(ElementwiseKernels, elementwiseKernels)
BLURCYCLE_TABLES(LossesKernels, lossesKernels)
BLURCYCLE_TABLES(AdamKernels, adamKernels)

namespace blurcycle {
namespace {

const ConvKernels& kernelsOf(int32_t precision) {
  return precision == static_cast<int32_t>(Precision::bfloat16)
             ? BLURCYCLE_SELECT(roundedConvKernels)
             : BLURCYCLE_SELECT(convKernels);
}

ConvShape readShape(const int32_t* values) {
  using field = layouts::convShape;
  ConvShape shape;
  shape.batch = values[field::batch];
  for (int axis = 0; axis < 3; ++axis) {
    shape.in[axis] = values[field::input + axis];
    shape.out[axis] = values[field::output + axis];
    shape.kernel[axis] = values[field::kernel + axis];
    shape.stride[axis] = values[field::stride + axis];
    shape.pad[axis] = values[field::padBefore + axis];
  }
  shape.inputs = values[field::inputs];
  shape.outputs = values[field::outputs];
  return shape;
}

/**
 * The convolution of which a transposed convolution of kernel 2 and stride 2 is the input gradient.
 */
ConvShape readUpShape(const int32_t* values) {
  using field = layouts::upConvShape;
  ConvShape shape;
  shape.batch = values[field::batch];
  for (int axis = 0; axis < 3; ++axis) {
    shape.out[axis] = values[field::input + axis];
    shape.in[axis] = 2 * shape.out[axis];
    shape.kernel[axis] = shape.stride[axis] = 2;
    shape.pad[axis] = 0;
  }
  shape.outputs = values[field::inputs];
  shape.inputs = values[field::outputs];
  return shape;
}

NormShape readNormShape(const int32_t* values) {
  using field = layouts::normShape;
  return {values[field::batch], values[field::voxels], values[field::channels]};
}

PoolShape readPoolShape(const int32_t* values) {
  using field = layouts::poolShape;
  const int32_t* sides = values + field::input;
  return {values[field::batch], sides[0], sides[1], sides[2], values[field::channels]};
}

Operand readOperand(const float* values, const int32_t* strides) {
  return {values, strides[0], strides[1], strides[2]};
}

}  // namespace

EXPORT(convForward)
void convForward(const int32_t* shape, const float* input, const float* filter, const float* bias,
                 float* output, int32_t precision) {
  slabForward(kernelsOf(precision), readShape(shape), input, filter, bias, output);
}

EXPORT(convInputGradient)
void convInputGradient(const int32_t* shape, const float* outputGradient, const float* filter,
                       float* inputGradient, int32_t precision) {
  slabInputGradient(kernelsOf(precision), readShape(shape), outputGradient, filter, inputGradient);
}

EXPORT(convFilterGradient)
void convFilterGradient(const int32_t* shape, const float* input, const float* outputGradient,
                        float* filterGradient, float* biasGradient, int32_t precision) {
  slabFilterGradient(kernelsOf(precision), readShape(shape), input, outputGradient, filterGradient,
                     biasGradient);
}

/** Sets the limit of convSlabs.h where `floats` is positive; returns it. */
EXPORT(convScratchLimit) double convScratchLimit(double floats) {
  if (floats > 0) setConvSlabLimit(static_cast<int64_t>(floats));
  return static_cast<double>(convSlabLimit());
}

EXPORT(upConvForward)
void upConvForward(const int32_t* shape, const float* input, const float* filter, const float* bias,
                   float* output, int32_t precision) {
  slabUpForward(kernelsOf(precision), readUpShape(shape), input, filter, bias, output);
}

EXPORT(upConvInputGradient)
void upConvInputGradient(const int32_t* shape, const float* outputGradient, const float* filter,
                         float* inputGradient, int32_t precision) {
  slabForward(kernelsOf(precision), readUpShape(shape), outputGradient, filter, nullptr,
              inputGradient);
}

EXPORT(upConvFilterGradient)
void upConvFilterGradient(const int32_t* numbers, const float* input, const float* outputGradient,
                          float* filterGradient, float* biasGradient, int32_t precision) {
  const ConvShape shape = readUpShape(numbers);
  const ConvKernels& kernels = kernelsOf(precision);
  slabFilterGradient(kernels, shape, outputGradient, input, filterGradient, nullptr);
  if (biasGradient != nullptr) {
    kernels.sumPositions(outputGradient, shape.batch * shape.in[0], shape.in[1] * shape.in[2],
                         shape.inputs, biasGradient);
  }
}

EXPORT(instanceNormForward)
void instanceNormForward(const int32_t* shape, const float* x, double epsilon, double slope,
                         float* y, float* statistics) {
  BLURCYCLE_SELECT(instanceNormKernels)
      .forward(readNormShape(shape), x, static_cast<float>(epsilon), static_cast<float>(slope), y,
               statistics);
}

EXPORT(instanceNormGradient)
void instanceNormGradient(const int32_t* shape, const float* x, const float* statistics,
                          const float* dy, double slope, float* dx) {
  BLURCYCLE_SELECT(instanceNormKernels)
      .gradient(readNormShape(shape), x, statistics, dy, static_cast<float>(slope), dx);
}

EXPORT(maxPoolForward) void maxPoolForward(const int32_t* shape, const float* x, float* y) {
  BLURCYCLE_SELECT(poolingKernels).maximum(readPoolShape(shape), x, y);
}

EXPORT(maxPoolGradient)
void maxPoolGradient(const int32_t* shape, const float* x, const float* dy, float* dx) {
  BLURCYCLE_SELECT(poolingKernels).maximumGradient(readPoolShape(shape), x, dy, dx);
}

EXPORT(elementwiseBinary)
void elementwiseBinary(const int32_t* shape, const float* a, const float* b, float* result) {
  using field = layouts::binaryShape;
  const int32_t* extent = shape + field::extent;
  BLURCYCLE_SELECT(elementwiseKernels)
      .binary(static_cast<BinaryOperation>(shape[field::operation]), extent[0], extent[1],
              extent[2], readOperand(a, shape + field::aStrides),
              readOperand(b, shape + field::bStrides), result);
}

EXPORT(elementwiseUnary)
void elementwiseUnary(int32_t operation, double count, const float* x, double parameter,
                      float* result) {
  BLURCYCLE_SELECT(elementwiseKernels)
      .unary(static_cast<UnaryOperation>(operation), static_cast<int64_t>(count), x,
             static_cast<float>(parameter), result);
}

EXPORT(leakyReluGradient)
void leakyReluGradient(double count, const float* x, const float* dy, double slope, float* result) {
  BLURCYCLE_SELECT(elementwiseKernels)
      .leakyReluGradient(static_cast<int64_t>(count), x, dy, static_cast<float>(slope), result);
}

EXPORT(sumRows)
void sumRows(const int32_t* shape, const float* x, double factor, float* result) {
  using field = layouts::sumShape;
  BLURCYCLE_SELECT(elementwiseKernels)
      .sumRows(shape[field::batches], shape[field::rows], shape[field::channels], x,
               static_cast<float>(factor), result);
}

EXPORT(lossMean)
double lossMean(int32_t loss, double count, const float* a, const float* b, int32_t bMoves) {
  const LossesKernels& kernels = BLURCYCLE_SELECT(lossesKernels);
  const bool absolute = static_cast<Loss>(loss) == Loss::absolute;
  return (absolute ? kernels.meanAbsolute : kernels.meanSquare)(static_cast<int64_t>(count), a, b,
                                                                bMoves != 0);
}

EXPORT(lossGradient)
void lossGradient(int32_t loss, double count, const float* a, const float* b, int32_t bMoves,
                  double factor, float* result) {
  const LossesKernels& kernels = BLURCYCLE_SELECT(lossesKernels);
  const bool absolute = static_cast<Loss>(loss) == Loss::absolute;
  (absolute ? kernels.absoluteGradient : kernels.squareGradient)(
      static_cast<int64_t>(count), a, b, bMoves != 0, static_cast<float>(factor), result);
}

/** One array of parameters; `settings` is the layout adamSettings. */
EXPORT(adamUpdate)
void adamUpdate(double count, float* parameter, const float* gradient, float* mean, float* square,
                const double* settings) {
  using field = layouts::adamSettings;
  const AdamArrays arrays = {static_cast<int64_t>(count), parameter, gradient, mean, square};
  const AdamSettings numbers = {static_cast<float>(settings[field::learningRate]),
                                static_cast<float>(settings[field::beta1]),
                                static_cast<float>(settings[field::beta2]),
                                static_cast<float>(settings[field::epsilon]),
                                static_cast<float>(settings[field::meanScale]),
                                static_cast<float>(settings[field::squareScale])};
  BLURCYCLE_SELECT(adamKernels).update(1, &arrays, numbers);
}

}  // namespace blurcycle
