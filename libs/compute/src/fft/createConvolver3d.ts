import type { Shape3 } from '@blurcycle/core';
import { native } from '../../native/addon.ts';
import { type ConvolutionEngine, nativeConvolutionEngine } from './convolutionEngines.ts';
import { type Convolver, type ConvolverOptions, createConvolverOn } from './convolver.ts';
import { engineWithoutAddon } from './engineWithoutAddon.ts';

let engine: ConvolutionEngine | undefined;

/** Replaces the engine of convolutions from now on. */
export function changeEngine(change: (engine: ConvolutionEngine) => ConvolutionEngine): void {
  engine = change(engine ?? fastestEngine());
}

/**
 * `createConvolverOn` the fastest engine of this process: the C++ add-on, or WebAssembly without
 * it.
 */
export function createConvolver3d(
  shape: Shape3,
  kernel: Float32Array,
  kernelShape: Shape3,
  options: ConvolverOptions = {},
): Convolver {
  engine ??= fastestEngine();
  return createConvolverOn(engine, shape, kernel, kernelShape, options);
}

function fastestEngine(): ConvolutionEngine {
  return native === null ? engineWithoutAddon() : nativeConvolutionEngine(native);
}
