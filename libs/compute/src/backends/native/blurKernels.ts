import { blurGeometry } from '../../fft/blurGeometry.ts';
import { BLUR_KERNEL_GRADIENT, BLUR_VOLUME } from '../../ops/kernelNames.ts';
import { defineKernel, sizeOf } from './defineKernel.ts';

/** The blur through the Fourier transform, and the gradient of its kernel. */
export const BLUR_KERNELS = [
  defineKernel(BLUR_VOLUME, (backend, { x, kernel }, { adjoint }) => {
    const { addon, pool } = backend;
    const { grid, volumeBox, kernelBox } = blurGeometry(x.shape, kernel.shape);
    const spectrum = pool.take(addon.fftSpectrumLength(Int32Array.from(grid)));
    addon.fftSpectrum(Int32Array.of(...grid, ...kernelBox), backend.floats(kernel), spectrum);
    const y = backend.allocate(x.shape, sizeOf(x.shape));
    addon.fftConvolve(
      Int32Array.of(...grid, ...volumeBox, ...volumeBox, x.shape[0], adjoint === true ? 1 : 0),
      backend.floats(x),
      spectrum,
      backend.floats(y),
    );
    pool.give(spectrum);
    return y;
  }),
  defineKernel(BLUR_KERNEL_GRADIENT, (backend, { x, dy }, { kernelShape }) => {
    const sides = kernelShape as number[];
    const { grid, volumeBox, kernelBox } = blurGeometry(x.shape, sides);
    const gradient = backend.allocate(sides, sizeOf(sides));
    backend.addon.fftCorrelate(
      Int32Array.of(...grid, ...volumeBox, ...kernelBox, x.shape[0]),
      backend.floats(x),
      backend.floats(dy),
      backend.floats(gradient),
    );
    return gradient;
  }),
];
