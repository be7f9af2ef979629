import type { Shape3 } from '@blurcycle/core';
import { javascriptConvolutionEngine } from './convolutionEngines.ts';
import { type Convolver, type ConvolverOptions, createConvolverOn } from './convolver.ts';

/** `createConvolverOn` the fastest engine of this page. */
export function createConvolver3d(
  shape: Shape3,
  kernel: Float32Array,
  kernelShape: Shape3,
  options: ConvolverOptions = {},
): Convolver {
  return createConvolverOn(javascriptConvolutionEngine, shape, kernel, kernelShape, options);
}
