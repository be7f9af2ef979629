/**
 * Convolutions of volumes of any size in slabs along z, so that the scratch copy with the zero
 * border stays small.
 */
#pragma once

#include "conv.h"

namespace blurcycle {

/**
 * Most floats of a padded copy; a larger volume is taken slab by slab. The cut depends on the shape
 * alone, never on threads.
 */
int64_t convSlabLimit();
void setConvSlabLimit(int64_t floats);

void slabForward(const ConvKernels& kernels, const ConvShape& shape, const float* input,
                 const float* filter, const float* bias, float* output);
void slabInputGradient(const ConvKernels& kernels, const ConvShape& shape,
                       const float* outputGradient, const float* filter, float* inputGradient);
/** Transposed convolution; `shape` as for ConvKernels::upForward. */
void slabUpForward(const ConvKernels& kernels, const ConvShape& shape, const float* input,
                   const float* filter, const float* bias, float* output);
void slabFilterGradient(const ConvKernels& kernels, const ConvShape& shape, const float* input,
                        const float* outputGradient, float* filterGradient, float* biasGradient);

}  // namespace blurcycle
