/**
 * 3-D convolution and its gradients: what the row convolutions of convProblems.h do, and the shapes
 * that others do faster.
 */
#include "conv.h"

#include "convFilterGradient.h"
#include "convPlanes.h"
#include "convProblems.h"
#include "convScaling.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

void forward(const ConvShape& shape, const float* input, const float* filter, const float* bias,
             float* output) {
  if (isScaling(shape)) return scale(shape, input, *filter, bias != nullptr ? *bias : 0, output);
  if (fitsPlanes(shape, shape.out)) return forwardPlanes(shape, input, filter, bias, output);
  forwardRows<FloatRows>(shape, input, filter, bias, output);
}

void inputGradient(const ConvShape& shape, const float* outputGradient, const float* filter,
                   float* gradient) {
  if (isScaling(shape)) return scale(shape, outputGradient, *filter, 0, gradient);
  if (fitsPlanes(shape, shape.in))
    return inputGradientPlanes(shape, outputGradient, filter, gradient);
  inputGradientRows<FloatRows>(shape, outputGradient, filter, gradient);
}

/** Sums of the bias gradient: one partial sum per plane, then over planes. */
void sumPositions(const float* values, int64_t planes, int64_t perPlane, int64_t channels,
                  float* sums) {
  constexpr int LANES = 64;
  float* partial = scratch(SCRATCH_CONV_SUMS, planes * channels);
  parallelFor(
      planes,
      [&](int64_t plane) {
        float* sum = partial + plane * channels;
        for (int64_t c = 0; c < channels; ++c) sum[c] = 0;
        const float* from = values + plane * perPlane * channels;
        const int64_t count = perPlane * channels;
        int64_t i = 0;
        if (LANES % channels == 0) {
          Vector<MAX_LANES> sums64[LANES / MAX_LANES] = {};
          for (; i + LANES <= count; i += LANES) {
            BLURCYCLE_UNROLL
            for (int v = 0; v < LANES / MAX_LANES; ++v)
              sums64[v] += load<MAX_LANES>(from + i + v * MAX_LANES);
          }
          for (int lane = 0; lane < LANES; ++lane)
            sum[lane % channels] += sums64[lane / MAX_LANES][lane % MAX_LANES];
        }
        for (; i < count; i += channels) {
          for (int64_t c = 0; c < channels; ++c) sum[c] += from[i + c];
        }
      },
      planes * perPlane * channels);
  for (int64_t c = 0; c < channels; ++c) {
    float total = 0;
    for (int64_t plane = 0; plane < planes; ++plane) total += partial[plane * channels + c];
    sums[c] = total;
  }
}

}  // namespace

extern const ConvKernels convKernels;
const ConvKernels convKernels = {forward, inputGradient, filterGradient, upForwardRows<FloatRows>,
                                 sumPositions};

}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
