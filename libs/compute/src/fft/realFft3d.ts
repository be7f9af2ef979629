import type { Shape3 } from '@blurcycle/core';
import { createFftPlan, type FftPlan } from './fft.ts';

/**
 * Half of the transform of a real volume, [Fz, Fy, Fx/2 + 1]; the other half is its complex
 * conjugate.
 */
export interface Spectrum {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

/** Transforms of real volumes on a periodic grid of one shape. */
interface RealFft3d {
  readonly shape: Shape3;
  /**
   * Spectrum of `data`, laid on the grid from voxel `origin` on (wrapping around); the rest of the
   * grid is zero.
   */
  forward(data: ArrayLike<number>, dataShape: Shape3, origin: Shape3): Spectrum;
  /**
   * The voxels from `origin` on (wrapping around) of the volume with that spectrum. Uses `spectrum`
   * as work space.
   */
  inverse(spectrum: Spectrum, cutShape: Shape3, origin: Shape3): Float32Array;
}

/**
 * Plan of the three-dimensional transforms of real volumes of `shape` (each side a product of 2, 3,
 * 5 and 7).
 *
 * Two real rows go through one complex transform; rows and planes that are zero or not asked for
 * are skipped. Double precision throughout. Cost: O(n log n) of the grid, allocates one spectrum
 * for each forward transform.
 */
export function createRealFft3d(shape: Shape3): RealFft3d {
  const [depth, height, width] = shape;
  const half = Math.floor(width / 2) + 1;
  const plans = shape.map(createFftPlan);
  const rowReal = new Float64Array(width);
  const rowImaginary = new Float64Array(width);
  const plane = height * half;

  const columns = (
    spectrum: Spectrum,
    axis: 0 | 1,
    planes: readonly number[],
    inverse: boolean,
  ): void => {
    const stride = axis === 0 ? plane : half;
    for (const z of planes) {
      for (let column = 0; column < (axis === 0 ? plane : half); column++) {
        transformLine(plans[axis], spectrum, z * plane + column, stride, inverse);
      }
    }
  };

  return {
    shape,
    forward(data, [dz, dy, dx], origin) {
      const real = new Float64Array(depth * plane);
      const imaginary = new Float64Array(depth * plane);
      const planes = wrapped(dz, origin[0], depth);
      const rows = wrapped(dy, origin[1], height);
      const places = wrapped(dx, origin[2], width);
      for (let z = 0; z < dz; z++) {
        for (let y = 0; y < dy; y += 2) {
          const paired = y + 1 < dy;
          rowReal.fill(0);
          rowImaginary.fill(0);
          const from = (z * dy + y) * dx;
          for (let x = 0; x < dx; x++) {
            rowReal[places[x]] = data[from + x];
            if (paired) rowImaginary[places[x]] = data[from + dx + x];
          }
          plans[2].transform(rowReal, rowImaginary);
          const first = planes[z] * plane + rows[y] * half;
          const second = paired ? planes[z] * plane + rows[y + 1] * half : -1;
          for (let k = 0; k < half; k++) {
            // The spectra of two real rows a, b from that of a + ib: a is the Hermitian part, ib
            // the rest.
            const mirror = k === 0 ? 0 : width - k;
            real[first + k] = (rowReal[k] + rowReal[mirror]) / 2;
            imaginary[first + k] = (rowImaginary[k] - rowImaginary[mirror]) / 2;
            if (paired) {
              real[second + k] = (rowImaginary[k] + rowImaginary[mirror]) / 2;
              imaginary[second + k] = (rowReal[mirror] - rowReal[k]) / 2;
            }
          }
        }
      }
      const spectrum = { real, imaginary };
      columns(spectrum, 1, planes, false);
      columns(spectrum, 0, [0], false);
      return spectrum;
    },
    inverse(spectrum, [dz, dy, dx], origin) {
      const { real, imaginary } = spectrum;
      const planes = wrapped(dz, origin[0], depth);
      const rows = wrapped(dy, origin[1], height);
      const places = wrapped(dx, origin[2], width);
      columns(spectrum, 0, [0], true);
      columns(spectrum, 1, planes, true);
      const cut = new Float32Array(dz * dy * dx);
      const scale = 1 / (depth * height * width);
      for (let z = 0; z < dz; z++) {
        for (let y = 0; y < dy; y += 2) {
          const paired = y + 1 < dy;
          const first = planes[z] * plane + rows[y] * half;
          const second = paired ? planes[z] * plane + rows[y + 1] * half : -1;
          for (let k = 0; k < half; k++) {
            const mirror = k === 0 ? 0 : width - k;
            const br = paired ? real[second + k] : 0;
            const bi = paired ? imaginary[second + k] : 0;
            rowReal[mirror] = real[first + k] + bi;
            rowImaginary[mirror] = br - imaginary[first + k];
            rowReal[k] = real[first + k] - bi;
            rowImaginary[k] = imaginary[first + k] + br;
          }
          plans[2].transform(rowImaginary, rowReal);
          const to = (z * dy + y) * dx;
          for (let x = 0; x < dx; x++) {
            cut[to + x] = rowReal[places[x]] * scale;
            if (paired) cut[to + dx + x] = rowImaginary[places[x]] * scale;
          }
        }
      }
      return cut;
    },
  };
}

function wrapped(count: number, origin: number, length: number): number[] {
  return Array.from({ length: count }, (_, i) => (i + origin) % length);
}

const lineWork = new Map<number, Spectrum>();

function transformLine(
  plan: FftPlan,
  spectrum: Spectrum,
  start: number,
  stride: number,
  inverse: boolean,
): void {
  const { length } = plan;
  let work = lineWork.get(length);
  if (work === undefined) {
    work = { real: new Float64Array(length), imaginary: new Float64Array(length) };
    lineWork.set(length, work);
  }
  for (let i = 0, at = start; i < length; i++, at += stride) {
    work.real[i] = spectrum.real[at];
    work.imaginary[i] = spectrum.imaginary[at];
  }
  // Swapping real and imaginary parts before and after turns the transform into its (unscaled)
  // inverse.
  if (inverse) plan.transform(work.imaginary, work.real);
  else plan.transform(work.real, work.imaginary);
  for (let i = 0, at = start; i < length; i++, at += stride) {
    spectrum.real[at] = work.real[i];
    spectrum.imaginary[at] = work.imaginary[i];
  }
}

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
