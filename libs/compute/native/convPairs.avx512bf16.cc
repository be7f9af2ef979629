/** Convolutions of bfloat16 factors by dot products of pairs (AVX512-BF16). */
#include "convPairSums.h"

namespace blurcycle {

namespace avx512 {
extern const ConvKernels roundedConvKernels;
}

namespace BLURCYCLE_VARIANT {
namespace {

const ConvKernels& rounded() { return avx512::roundedConvKernels; }

/** Pairs of neighboring positions of the output gradient; zeros behind the last channel. */
const float* pairPositions(const ConvShape& shape, const float* gradient, int64_t channels) {
  const int64_t pairs = ceilDivide(shape.out[2], PAIR);
  const int64_t planes = shape.batch * shape.out[0];
  float* copy = scratch(SCRATCH_CONV_FILTER, planes * shape.out[1] * pairs * channels);
  parallelFor(
      planes,
      [&](int64_t plane) {
        const float* from = gradient + plane * shape.out[1] * shape.out[2] * shape.outputs;
        float* to = copy + plane * shape.out[1] * pairs * channels;
        for (int64_t y = 0; y < shape.out[1]; ++y) {
          for (int64_t x = 0; x < shape.out[2]; x += PAIR) {
            const float* second = x + 1 < shape.out[2] ? from + shape.outputs : nullptr;
            pairRows(from, second, shape.outputs, to);
            for (int64_t c = shape.outputs; c < channels; ++c) to[c] = 0;
            from += second == nullptr ? shape.outputs : PAIR * shape.outputs;
            to += channels;
          }
        }
      },
      planes * shape.out[1] * shape.out[2] * shape.outputs);
  return copy;
}

void filterGradientOfPairs(const ConvShape& shape, const float* input, const float* outputGradient,
                           float* result) {
  ConvShape paired = shape;
  paired.out[2] = ceilDivide(shape.out[2], PAIR);
  const Padded padded = padNeighbors(shape, input, paired.out[2]);
  paired.stride[2] = PAIR * shape.stride[2];
  withLayout<PairProducts>(shape.outputs, shape.kernel[2] * shape.inputs, [&](auto layout) {
    using A = decltype(layout);
    const int64_t channels = ceilDivide(shape.outputs, A::WIDTH) * A::WIDTH;
    const float* gradient = pairPositions(shape, outputGradient, channels);
    sumFilterGradient<A>(paired, padded, gradient, channels, result);
  });
}

void forward(const ConvShape& shape, const float* input, const float* filter, const float* bias,
             float* output) {
  if (shape.inputs % PAIR != 0) return rounded().forward(shape, input, filter, bias, output);
  forwardRows<PairRows>(shape, input, filter, bias, output);
}

void inputGradient(const ConvShape& shape, const float* outputGradient, const float* filter,
                   float* gradient) {
  if (shape.outputs % PAIR != 0)
    return rounded().inputGradient(shape, outputGradient, filter, gradient);
  inputGradientRows<PairRows>(shape, outputGradient, filter, gradient);
}

void filterGradient(const ConvShape& shape, const float* input, const float* outputGradient,
                    float* gradient) {
  const bool hasOneTap = shape.kernel[0] * shape.kernel[1] * shape.kernel[2] == 1;
  if (hasOneTap && (shape.inputs == 1 || shape.outputs == 1))
    return rounded().filterGradient(shape, input, outputGradient, gradient);
  filterGradientOfPairs(shape, input, outputGradient, gradient);
}

void upForward(const ConvShape& shape, const float* input, const float* filter, const float* bias,
               float* output) {
  if (shape.outputs % PAIR != 0) return rounded().upForward(shape, input, filter, bias, output);
  upForwardRows<PairRows>(shape, input, filter, bias, output);
}

void sumPositions(const float* values, int64_t planes, int64_t perPlane, int64_t channels,
                  float* sums) {
  rounded().sumPositions(values, planes, perPlane, channels, sums);
}

}  // namespace

extern const ConvKernels pairConvKernels;
const ConvKernels pairConvKernels = {forward, inputGradient, filterGradient, upForward,
                                     sumPositions};

}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
