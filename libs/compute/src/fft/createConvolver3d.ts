import type { Shape3 } from '@blurcycle/core';
import { native } from '../../native/addon.ts';
import { javascriptConvolutionEngine, nativeConvolutionEngine } from './convolutionEngines.ts';
import { type Convolver, type ConvolverOptions, createConvolverOn } from './convolver.ts';

/**
 * `createConvolverOn` the fastest engine of this process: the C++ add-on, or JavaScript without it.
 */
export function createConvolver3d(
  shape: Shape3,
  kernel: Float32Array,
  kernelShape: Shape3,
  options: ConvolverOptions = {},
): Convolver {
  const engine = native === null ? javascriptConvolutionEngine : nativeConvolutionEngine(native);
  return createConvolverOn(engine, shape, kernel, kernelShape, options);
}
