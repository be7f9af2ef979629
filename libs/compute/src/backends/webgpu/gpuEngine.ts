import type { ConvolutionEngine } from '../../fft/convolutionEngines.ts';
import { createGpuUpdates } from './gpuUpdates.ts';
import type { WebgpuBackend } from './webgpuBackend.ts';

/** An engine whose updates of Richardson and Lucy run on a GPU; the rest runs in another one. */
export function gpuConvolutionEngine(
  gpu: WebgpuBackend,
  host: ConvolutionEngine,
): ConvolutionEngine {
  return {
    prepare(grid, kernel, kernelShape, origin) {
      return {
        ...host.prepare(grid, kernel, kernelShape, origin),
        updatesOnDevice: (start, shape, windowShape, windowOrigin) =>
          createGpuUpdates(gpu, { grid, kernel, shape: kernelShape, origin }, start, shape, {
            origin: windowOrigin,
            shape: windowShape,
          }),
      };
    },
  };
}
