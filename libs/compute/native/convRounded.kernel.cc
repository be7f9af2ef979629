/**
 * Convolutions with bfloat16 factors for every processor: both factors are rounded into scratch
 * memory, then the kernels of float32 multiply and sum them.
 */
#include "conv.h"
#include "convRounding.h"
#include "scratchSlots.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {

extern const ConvKernels convKernels;

namespace {

int64_t inputSize(const ConvShape& shape) {
  return shape.batch * shape.in[0] * shape.in[1] * shape.in[2] * shape.inputs;
}
int64_t outputSize(const ConvShape& shape) {
  return shape.batch * shape.out[0] * shape.out[1] * shape.out[2] * shape.outputs;
}
int64_t filterSize(const ConvShape& shape) {
  return shape.kernel[0] * shape.kernel[1] * shape.kernel[2] * shape.inputs * shape.outputs;
}

const float* rounded(ScratchSlot slot, const float* from, int64_t count) {
  float* copy = scratch(slot, count);
  roundFloats(from, count, copy);
  return copy;
}

const float* firstOf(const float* from, int64_t count) {
  return rounded(SCRATCH_CONV_ROUNDED, from, count);
}
const float* secondOf(const float* from, int64_t count) {
  return rounded(SCRATCH_CONV_ROUNDED_OTHER, from, count);
}

void forward(const ConvShape& shape, const float* input, const float* filter, const float* bias,
             float* output) {
  convKernels.forward(shape, firstOf(input, inputSize(shape)), secondOf(filter, filterSize(shape)),
                      bias, output);
}

void inputGradient(const ConvShape& shape, const float* outputGradient, const float* filter,
                   float* gradient) {
  convKernels.inputGradient(shape, firstOf(outputGradient, outputSize(shape)),
                            secondOf(filter, filterSize(shape)), gradient);
}

void filterGradient(const ConvShape& shape, const float* input, const float* outputGradient,
                    float* gradient) {
  convKernels.filterGradient(shape, firstOf(input, inputSize(shape)),
                             secondOf(outputGradient, outputSize(shape)), gradient);
}

void upForward(const ConvShape& shape, const float* input, const float* filter, const float* bias,
               float* output) {
  convKernels.upForward(shape, firstOf(input, outputSize(shape)),
                        secondOf(filter, filterSize(shape)), bias, output);
}

void sumPositions(const float* values, int64_t planes, int64_t perPlane, int64_t channels,
                  float* sums) {
  convKernels.sumPositions(values, planes, perPlane, channels, sums);
}

}  // namespace

extern const ConvKernels roundedConvKernels;
const ConvKernels roundedConvKernels = {forward, inputGradient, filterGradient, upForward,
                                        sumPositions};

}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
