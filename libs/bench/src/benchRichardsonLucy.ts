import {
  createRandomStream,
  createVolume,
  median,
  type Shape3,
  type Volume,
} from '@blurcycle/core';
import { richardsonLucy } from '@blurcycle/imaging';

/** Seconds that Richardson-Lucy took. */
interface RichardsonLucyBenchmark {
  readonly shape: Shape3;
  readonly psf: Shape3;
  readonly iterations: number;
  /** Median of the repetitions, everything included: set-up, sensitivities, iterations. */
  readonly seconds: Readonly<Record<'zero' | 'weights', number>>;
}

const ITERATIONS = 10;

/**
 * Times ten iterations of Richardson-Lucy, with zeros beyond the edge (as scikit-image has it) and
 * with weights (our default).
 *
 * `tools/bench/richardsonLucy.py` times the same in scikit-image and with the FFT of SciPy.
 *
 * @param side - Side of the volume in voxels.
 * @param psfSide - Side of the PSF in voxels, odd.
 */
export function benchRichardsonLucy(
  side: number,
  psfSide: number,
  repeat: number,
): RichardsonLucyBenchmark {
  const stream = createRandomStream(1, 'noise/bench');
  const observed = cube(side, () => stream.uniform() + 0.1);
  const psf = gaussian(psfSide);
  const time = (boundary: 'zero' | 'weights'): number => {
    const seconds = Array.from({ length: repeat + 1 }, () => {
      const began = performance.now();
      richardsonLucy(observed, psf, { iterations: ITERATIONS, boundary });
      return (performance.now() - began) / 1000;
    });
    // The first fills caches and compiles.
    return median(seconds.slice(1));
  };
  return {
    shape: observed.shape,
    psf: psf.shape,
    iterations: ITERATIONS,
    seconds: { zero: time('zero'), weights: time('weights') },
  };
}

function gaussian(side: number): Volume {
  const middle = (side - 1) / 2;
  const sigma = side / 12;
  const profile = (place: number): number =>
    Math.exp(-((place - middle) ** 2) / (2 * sigma * sigma));
  const psf = cube(side, (z, y, x) => profile(z) * profile(y) * profile(x));
  const total = psf.data.reduce((sum, value) => sum + value, 0);
  return createVolume(
    psf.shape,
    psf.voxelSizeUm,
    psf.data.map((value) => value / total),
  );
}

function cube(side: number, value: (z: number, y: number, x: number) => number): Volume {
  const volume = createVolume([side, side, side], [0.2, 0.1, 0.1]);
  for (let z = 0, i = 0; z < side; z++) {
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++, i++) volume.data[i] = value(z, y, x);
    }
  }
  return volume;
}
