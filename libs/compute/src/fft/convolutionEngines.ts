import type { Shape3 } from '@blurcycle/core';
import type { NativeAddon } from '../../native/addon.ts';
import { pack } from '../../native/layouts.ts';
import {
  convolveGeometry,
  spectrumGeometry,
  sumsOf,
  updateGeometry,
  updateSettings,
  WHOLE_SPECTRUM,
} from './engineGeometry.ts';
import type { DeviceStart, DeviceUpdates, PoissonUpdate, UpdateSums } from './poissonUpdate.ts';
import { createRealFft3d, multiplySpectrum } from './realFft3d.ts';

/** Runs the transforms of a convolution on a periodic grid. */
export interface ConvolutionEngine {
  /** Takes the spectrum of a kernel that lies on the grid from `origin` on (wrapping around). */
  prepare(grid: Shape3, kernel: Float32Array, kernelShape: Shape3, origin: Shape3): GridConvolution;
}

/** What an engine does with one kernel on one grid. */
export interface GridConvolution {
  readonly convolve: Convolve;
  /**
   * An update of an object that lies at the grid's origin, seen in a window; undefined where the
   * engine has none of its own.
   */
  readonly update?: (
    update: PoissonUpdate,
    shape: Shape3,
    windowShape: Shape3,
    windowOrigin: Shape3,
  ) => UpdateSums;
  /** Updates of such an object whose arrays stay on a device; undefined where there is none. */
  readonly updatesOnDevice?: (
    start: DeviceStart,
    shape: Shape3,
    windowShape: Shape3,
    windowOrigin: Shape3,
  ) => DeviceUpdates;
}

/**
 * Lays `data` of `shape` on the grid from `from` on, convolves, and writes the `cutShape` voxels
 * from `cutFrom` on to `cut`.
 */
type Convolve = (
  data: Float32Array,
  shape: Shape3,
  from: Shape3,
  cut: Float32Array,
  cutShape: Shape3,
  cutFrom: Shape3,
  conjugate: boolean,
) => void;

/** The engine in JavaScript. */
export const javascriptConvolutionEngine: ConvolutionEngine = {
  prepare(grid, kernel, kernelShape, origin) {
    const fft = createRealFft3d(grid);
    const transfer = fft.forward(kernel, kernelShape, origin);
    return {
      convolve(data, shape, from, cut, cutShape, cutFrom, conjugate) {
        const spectrum = fft.forward(data, shape, from);
        multiplySpectrum(spectrum, transfer, conjugate);
        cut.set(fft.inverse(spectrum, cutShape, cutFrom));
      },
    };
  },
};

/**
 * The engine in C++: single precision, several threads.
 *
 * Of a kernel that fills at most half of the grid's planes only those are kept: a third transform
 * along z costs less than reading a whole spectrum from memory, and the bits are the same.
 */
export function nativeConvolutionEngine(addon: NativeAddon): ConvolutionEngine {
  return {
    prepare(grid, kernel, kernelShape, origin) {
      const isThin = 2 * kernelShape[0] <= grid[0];
      const storage = isThin
        ? { kernelPlanes: kernelShape[0], kernelOrigin: origin[0] }
        : WHOLE_SPECTRUM;
      const whole = addon.fftSpectrumLength(pack('fftGrid', { sides: grid }));
      const transfer = new Float32Array(isThin ? (whole / grid[0]) * kernelShape[0] : whole);
      addon.fftSpectrum(spectrumGeometry(grid, kernelShape, origin, storage), kernel, transfer);
      return {
        convolve(data, shape, from, cut, cutShape, cutFrom, conjugate) {
          const places = [
            [shape, from],
            [cutShape, cutFrom],
          ] as const;
          const geometry = convolveGeometry(grid, ...places, conjugate, storage);
          addon.fftConvolve(geometry, data, transfer, cut);
        },
        update(update, shape, windowShape, windowOrigin) {
          const { penalty = null, extrapolation } = update;
          const window = [windowShape, windowOrigin] as const;
          const geometry = updateGeometry(grid, shape, window, update, storage);
          const sums = new Float64Array(5);
          const done = addon.fftUpdate(
            geometry,
            updateSettings(update),
            transfer,
            update.observed,
            update.weights,
            penalty,
            update.estimate,
            extrapolation?.before ?? null,
            extrapolation?.step ?? null,
            sums,
          );
          return sumsOf(done, sums);
        },
      };
    },
  };
}
