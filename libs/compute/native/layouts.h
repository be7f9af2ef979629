/**
 * The codes and arrays of numbers by which JavaScript tells kernels what to do, named once.
 *
 * `layouts.ts` holds the same tables for TypeScript; a test compares them with what `layouts()` of
 * the add-on returns (layouts.cc).
 */
#pragma once

/** Operations of one function, by their codes 0, 1, ... */
#define BLURCYCLE_BINARY_OPERATIONS(CODE) CODE(add) CODE(subtract) CODE(multiply) CODE(divide)
#define BLURCYCLE_UNARY_OPERATIONS(CODE) \
  CODE(sigmoid)                          \
  CODE(leakyRelu)                        \
  CODE(square)                           \
  CODE(absolute)                         \
  CODE(negate)                           \
  CODE(squareRoot)                       \
  CODE(inverseSquareRoot)                \
  CODE(sign)
#define BLURCYCLE_LOSSES(CODE) CODE(square) CODE(absolute)
/** Of the factors of a convolution; sums are float32. */
#define BLURCYCLE_PRECISIONS(CODE) CODE(float32) CODE(bfloat16)

#define BLURCYCLE_CODES(TABLE)                                \
  TABLE(BinaryOperation, binary, BLURCYCLE_BINARY_OPERATIONS) \
  TABLE(UnaryOperation, unary, BLURCYCLE_UNARY_OPERATIONS)    \
  TABLE(Loss, loss, BLURCYCLE_LOSSES)                         \
  TABLE(Precision, precision, BLURCYCLE_PRECISIONS)

/** Fields of the arrays in order, each with how many numbers it takes; axes are z, y, x. */
#define BLURCYCLE_CONV_SHAPE(FIELD) \
  FIELD(batch, 1)                   \
  FIELD(input, 3)                   \
  FIELD(output, 3)                  \
  FIELD(kernel, 3)                  \
  FIELD(stride, 3)                  \
  FIELD(padBefore, 3)               \
  FIELD(inputs, 1)                  \
  FIELD(outputs, 1)
#define BLURCYCLE_UP_CONV_SHAPE(FIELD) \
  FIELD(batch, 1) FIELD(input, 3) FIELD(inputs, 1) FIELD(outputs, 1)
#define BLURCYCLE_NORM_SHAPE(FIELD) FIELD(batch, 1) FIELD(voxels, 1) FIELD(channels, 1)
#define BLURCYCLE_POOL_SHAPE(FIELD) FIELD(batch, 1) FIELD(input, 3) FIELD(channels, 1)
#define BLURCYCLE_BINARY_SHAPE(FIELD) \
  FIELD(operation, 1) FIELD(extent, 3) FIELD(aStrides, 3) FIELD(bStrides, 3)
#define BLURCYCLE_SUM_SHAPE(FIELD) FIELD(batches, 1) FIELD(rows, 1) FIELD(channels, 1)
#define BLURCYCLE_COPY_SHAPE(FIELD) \
  FIELD(rows, 1)                    \
  FIELD(channels, 1)                \
  FIELD(fromStride, 1)              \
  FIELD(fromFirst, 1)               \
  FIELD(toStride, 1)                \
  FIELD(toFirst, 1)
#define BLURCYCLE_FFT_GRID(FIELD) FIELD(sides, 3)
#define BLURCYCLE_FFT_BOX(FIELD) FIELD(sides, 3) FIELD(begin, 3) FIELD(extent, 3) FIELD(origin, 3)
#define BLURCYCLE_SPECTRUM_GEOMETRY(FIELD) FIELD(grid, 3) FIELD(box, 12) FIELD(alongZ, 1)
#define BLURCYCLE_CONVOLVE_GEOMETRY(FIELD) \
  FIELD(grid, 3)                           \
  FIELD(from, 12)                          \
  FIELD(to, 12)                            \
  FIELD(volumes, 1)                        \
  FIELD(conjugate, 1)                      \
  FIELD(kernelPlanes, 1)                   \
  FIELD(kernelOrigin, 1)
#define BLURCYCLE_CORRELATE_GEOMETRY(FIELD) \
  FIELD(grid, 3) FIELD(from, 12) FIELD(to, 12) FIELD(volumes, 1)
#define BLURCYCLE_UPDATE_GEOMETRY(FIELD) \
  FIELD(grid, 3)                         \
  FIELD(object, 12)                      \
  FIELD(image, 12)                       \
  FIELD(kernelPlanes, 1)                 \
  FIELD(kernelOrigin, 1)                 \
  FIELD(isUniform, 1)
#define BLURCYCLE_UPDATE_SETTINGS(FIELD) \
  FIELD(background, 1) FIELD(floor, 1) FIELD(factor, 1) FIELD(leastResidual, 1)
#define BLURCYCLE_ADAM_SETTINGS(FIELD) \
  FIELD(learningRate, 1)               \
  FIELD(beta1, 1)                      \
  FIELD(beta2, 1)                      \
  FIELD(epsilon, 1)                    \
  FIELD(meanScale, 1)                  \
  FIELD(squareScale, 1)

#define BLURCYCLE_LAYOUTS(LAYOUT)                         \
  LAYOUT(convShape, BLURCYCLE_CONV_SHAPE)                 \
  LAYOUT(upConvShape, BLURCYCLE_UP_CONV_SHAPE)            \
  LAYOUT(normShape, BLURCYCLE_NORM_SHAPE)                 \
  LAYOUT(poolShape, BLURCYCLE_POOL_SHAPE)                 \
  LAYOUT(binaryShape, BLURCYCLE_BINARY_SHAPE)             \
  LAYOUT(sumShape, BLURCYCLE_SUM_SHAPE)                   \
  LAYOUT(copyShape, BLURCYCLE_COPY_SHAPE)                 \
  LAYOUT(fftGrid, BLURCYCLE_FFT_GRID)                     \
  LAYOUT(fftBox, BLURCYCLE_FFT_BOX)                       \
  LAYOUT(spectrumGeometry, BLURCYCLE_SPECTRUM_GEOMETRY)   \
  LAYOUT(convolveGeometry, BLURCYCLE_CONVOLVE_GEOMETRY)   \
  LAYOUT(correlateGeometry, BLURCYCLE_CORRELATE_GEOMETRY) \
  LAYOUT(updateGeometry, BLURCYCLE_UPDATE_GEOMETRY)       \
  LAYOUT(updateSettings, BLURCYCLE_UPDATE_SETTINGS)       \
  LAYOUT(adamSettings, BLURCYCLE_ADAM_SETTINGS)

namespace blurcycle {

/** BinaryOperation::add, ..., and COUNT behind the last. */
#define BLURCYCLE_CODE(name) name,
#define BLURCYCLE_ENUM(Type, table, CODES) enum class Type { CODES(BLURCYCLE_CODE) COUNT };
BLURCYCLE_CODES(BLURCYCLE_ENUM)
#undef BLURCYCLE_ENUM
#undef BLURCYCLE_CODE

/** layouts::convShape::input is the place of the field's first number, LENGTH that of the array. */
namespace layouts {
#define BLURCYCLE_FIELD(name, count) name, name##Last = name + count - 1,
#define BLURCYCLE_STRUCT(layout, FIELDS)     \
  struct layout {                            \
    enum { FIELDS(BLURCYCLE_FIELD) LENGTH }; \
  };
BLURCYCLE_LAYOUTS(BLURCYCLE_STRUCT)
#undef BLURCYCLE_STRUCT
#undef BLURCYCLE_FIELD
}  // namespace layouts

}  // namespace blurcycle
