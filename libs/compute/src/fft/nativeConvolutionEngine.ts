import type { Shape3 } from '@blurcycle/core';
import type { NativeAddon } from '../../native/addon.ts';
import type { ConvolutionEngine } from './convolutionEngine.ts';

/** The engine in C++: single precision, several threads. */
export function nativeConvolutionEngine(addon: NativeAddon): ConvolutionEngine {
  const box = (sides: Shape3, place: Shape3): number[] => [...sides, 0, 0, 0, ...sides, ...place];
  return {
    prepare(grid, kernel, kernelShape, origin) {
      const transfer = new Float32Array(addon.fftSpectrumLength(Int32Array.from(grid)));
      addon.fftSpectrum(Int32Array.of(...grid, ...box(kernelShape, origin)), kernel, transfer);
      return (data, shape, from, cut, cutShape, cutFrom, conjugate) => {
        const geometry = [
          ...grid,
          ...box(shape, from),
          ...box(cutShape, cutFrom),
          1,
          conjugate ? 1 : 0,
        ];
        addon.fftConvolve(Int32Array.from(geometry), data, transfer, cut);
      };
    },
  };
}
