#include "convSlabs.h"

#include "scratchSlots.h"
#include "threads.h"

namespace blurcycle {
namespace {

int64_t slabLimit = 1 << 22;

int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }

int64_t inputPlane(const ConvShape& shape) { return shape.in[1] * shape.in[2] * shape.inputs; }
int64_t outputPlane(const ConvShape& shape) { return shape.out[1] * shape.out[2] * shape.outputs; }

/** Planes of the other side that a slab of so many planes can have. */
int64_t planesPerSlab(int64_t floatsPerPlane, int64_t planesPerStep, int64_t halo) {
  return most(1, (slabLimit / most(1, floatsPerPlane) - halo) / planesPerStep);
}

/**
 * The convolution that makes the output planes from `first` on, and the input plane at which its
 * input starts.
 */
ConvShape outputSlab(const ConvShape& shape, int64_t first, int64_t count, int64_t& inputStart) {
  ConvShape slab = shape;
  const int64_t start = first * shape.stride[0] - shape.pad[0];
  const int64_t end = start + (count - 1) * shape.stride[0] + shape.kernel[0];
  inputStart = least(most(start, 0), shape.in[0]);
  slab.batch = 1;
  slab.out[0] = count;
  slab.in[0] = most(0, least(end, shape.in[0]) - inputStart);
  slab.pad[0] = inputStart - start;
  if (slab.pad[0] < 0) slab.pad[0] = 0;
  return slab;
}

/**
 * The convolution whose input gradient is that of the input planes from `first` on, and the first
 * output plane that it meets.
 */
ConvShape inputSlab(const ConvShape& shape, int64_t first, int64_t count, int64_t& outputStart) {
  ConvShape slab = shape;
  const int64_t lowest = first + shape.pad[0] - shape.kernel[0] + 1;
  const int64_t end = (first + count - 1 + shape.pad[0]) / shape.stride[0] + 1;
  outputStart = least(lowest > 0 ? lowest / shape.stride[0] : 0, shape.out[0]);
  slab.batch = 1;
  slab.in[0] = count;
  slab.out[0] = most(0, least(end, shape.out[0]) - outputStart);
  slab.pad[0] = shape.pad[0] + first - outputStart * shape.stride[0];
  return slab;
}

/** Planes of output per slab; 0 when the whole batch fits at once. */
int64_t outputPlanesPerSlab(const ConvShape& shape) {
  const int64_t window[3] = {(shape.out[0] - 1) * shape.stride[0] + shape.kernel[0],
                             (shape.out[1] - 1) * shape.stride[1] + shape.kernel[1],
                             (shape.out[2] - 1) * shape.stride[2] + shape.kernel[2]};
  const int64_t plane = window[1] * window[2] * shape.inputs;
  if (shape.batch * window[0] * plane <= slabLimit) return 0;
  return least(shape.out[0], planesPerSlab(plane, shape.stride[0], shape.kernel[0]));
}

}  // namespace

int64_t convSlabLimit() { return slabLimit; }
void setConvSlabLimit(int64_t floats) { slabLimit = floats; }

void slabForward(const ConvKernels& kernels, const ConvShape& shape, const float* input,
                 const float* filter, const float* bias, float* output) {
  const int64_t planes = outputPlanesPerSlab(shape);
  if (planes == 0) return kernels.forward(shape, input, filter, bias, output);
  for (int64_t n = 0; n < shape.batch; ++n) {
    for (int64_t first = 0; first < shape.out[0]; first += planes) {
      int64_t start = 0;
      const ConvShape slab = outputSlab(shape, first, least(planes, shape.out[0] - first), start);
      kernels.forward(slab, input + (n * shape.in[0] + start) * inputPlane(shape), filter, bias,
                      output + (n * shape.out[0] + first) * outputPlane(shape));
    }
  }
}

void slabInputGradient(const ConvKernels& kernels, const ConvShape& shape,
                       const float* outputGradient, const float* filter, float* inputGradient) {
  const int64_t plane =
      (shape.out[1] + shape.kernel[1]) * (shape.out[2] + shape.kernel[2]) * shape.outputs;
  const int64_t stride = shape.stride[0];
  if (shape.batch * (shape.out[0] + shape.kernel[0]) * plane <= slabLimit) {
    return kernels.inputGradient(shape, outputGradient, filter, inputGradient);
  }
  // Whole strides, so that each slab starts at the first phase.
  const int64_t planes = stride * planesPerSlab(plane, 1, shape.kernel[0]);
  for (int64_t n = 0; n < shape.batch; ++n) {
    for (int64_t first = 0; first < shape.in[0]; first += planes) {
      int64_t start = 0;
      const ConvShape slab = inputSlab(shape, first, least(planes, shape.in[0] - first), start);
      kernels.inputGradient(slab, outputGradient + (n * shape.out[0] + start) * outputPlane(shape),
                            filter, inputGradient + (n * shape.in[0] + first) * inputPlane(shape));
    }
  }
}

void slabUpForward(const ConvKernels& kernels, const ConvShape& shape, const float* input,
                   const float* filter, const float* bias, float* output) {
  const int64_t small = outputPlane(shape);
  if (shape.batch * shape.out[0] * small <= slabLimit)
    return kernels.upForward(shape, input, filter, bias, output);
  ConvShape slab = shape;
  slab.batch = 1;
  const int64_t planes = planesPerSlab(small, 1, 0);
  for (int64_t n = 0; n < shape.batch; ++n) {
    for (int64_t first = 0; first < shape.out[0]; first += planes) {
      slab.out[0] = least(planes, shape.out[0] - first);
      slab.in[0] = 2 * slab.out[0];
      kernels.upForward(slab, input + (n * shape.out[0] + first) * small, filter, bias,
                        output + (n * shape.in[0] + 2 * first) * inputPlane(shape));
    }
  }
}

void slabFilterGradient(const ConvKernels& kernels, const ConvShape& shape, const float* input,
                        const float* outputGradient, float* filterGradient, float* biasGradient) {
  const int64_t planes = outputPlanesPerSlab(shape);
  if (biasGradient != nullptr) {
    kernels.sumPositions(outputGradient, shape.batch * shape.out[0], shape.out[1] * shape.out[2],
                         shape.outputs, biasGradient);
  }
  if (planes == 0) return kernels.filterGradient(shape, input, outputGradient, filterGradient);
  const int64_t size =
      shape.kernel[0] * shape.kernel[1] * shape.kernel[2] * shape.inputs * shape.outputs;
  float* part = scratch(SCRATCH_CONV_SLAB, size);
  for (int64_t i = 0; i < size; ++i) filterGradient[i] = 0;
  for (int64_t n = 0; n < shape.batch; ++n) {
    for (int64_t first = 0; first < shape.out[0]; first += planes) {
      int64_t start = 0;
      const ConvShape slab = outputSlab(shape, first, least(planes, shape.out[0] - first), start);
      kernels.filterGradient(slab, input + (n * shape.in[0] + start) * inputPlane(shape),
                             outputGradient + (n * shape.out[0] + first) * outputPlane(shape),
                             part);
      for (int64_t i = 0; i < size; ++i) filterGradient[i] += part[i];
    }
  }
}

}  // namespace blurcycle
