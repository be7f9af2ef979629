import type { Shape3 } from '@blurcycle/core';
import { createRealFft3d, type Spectrum } from './realFft3d.ts';

/** Runs the transforms of a convolution on a periodic grid. */
export interface ConvolutionEngine {
  /**
   * Takes the kernel's spectrum (the kernel lies on the grid from `origin` on, wrapping) and
   * returns the convolution: lays `data` of `shape` on the grid from `from` on, cuts `cutShape`
   * voxels out of the result from `cutFrom` on, and writes them to `cut`.
   */
  prepare(
    grid: Shape3,
    kernel: Float32Array,
    kernelShape: Shape3,
    origin: Shape3,
  ): (
    data: Float32Array,
    shape: Shape3,
    from: Shape3,
    cut: Float32Array,
    cutShape: Shape3,
    cutFrom: Shape3,
    conjugate: boolean,
  ) => void;
}

/** The engine in JavaScript. */
export const javascriptConvolutionEngine: ConvolutionEngine = {
  prepare(grid, kernel, kernelShape, origin) {
    const fft = createRealFft3d(grid);
    const transfer = fft.forward(kernel, kernelShape, origin);
    return (data, shape, from, cut, cutShape, cutFrom, conjugate) => {
      const spectrum = fft.forward(data, shape, from);
      multiplySpectrum(spectrum, transfer, conjugate);
      cut.set(fft.inverse(spectrum, cutShape, cutFrom));
    };
  },
};

/** spectrum <- spectrum x factor, or x the conjugate of factor. */
export function multiplySpectrum(spectrum: Spectrum, factor: Spectrum, conjugate: boolean): void {
  const { real, imaginary } = spectrum;
  const sign = conjugate ? -1 : 1;
  for (let i = 0; i < real.length; i++) {
    const a = real[i];
    const b = imaginary[i];
    const c = factor.real[i];
    const d = sign * factor.imaginary[i];
    real[i] = a * c - b * d;
    imaginary[i] = a * d + b * c;
  }
}

/** sum <- sum + a x the conjugate of b. */
export function addProduct(sum: Spectrum, a: Spectrum, b: Spectrum): void {
  for (let i = 0; i < sum.real.length; i++) {
    sum.real[i] += a.real[i] * b.real[i] + a.imaginary[i] * b.imaginary[i];
    sum.imaginary[i] += a.imaginary[i] * b.real[i] - a.real[i] * b.imaginary[i];
  }
}
