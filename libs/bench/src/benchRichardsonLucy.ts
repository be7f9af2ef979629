import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { smoothLength } from '@blurcycle/compute/transforms';
import { median, voxelCount, type Shape3, type Volume } from '@blurcycle/core';
import { acceleratedRichardsonLucy, richardsonLucy } from '@blurcycle/imaging';
import { benchStacks, type DeconvolutionBenchmark, ITERATIONS } from './benchStacks.ts';

/** Time and memory of Richardson-Lucy with one border. */
interface RichardsonLucyRun {
  readonly boundary: 'zero' | 'periodic' | 'weights';
  readonly accelerated: boolean;
  /** Sides of the grid of the transforms. */
  readonly grid: string;
  /** Median of the repetitions, everything included: set-up, sensitivities, iterations. */
  readonly seconds: number;
  /** Median over all updates but the first of each repetition. */
  readonly msPerUpdate: number;
  /**
   * Peak of the process above its size before the first run, in floats per voxel of the grid:
   * volume, estimate, spectra and all else.
   */
  readonly peakFloatsPerVoxel: number;
}

/**
 * Times ten iterations of Richardson-Lucy, plain and accelerated, with zeros beyond the edge (as
 * scikit-image has it), a periodic border and weights (our default).
 *
 * The runs are in the order of their memory, because a process knows the peak of its whole life
 * only. `tools/bench/richardsonLucy.py` times the same in scikit-image and with the FFT of SciPy,
 * `tools/bench/fftw.c` the transforms alone with FFTW.
 *
 * @param psfSide - Side of the PSF in voxels, odd.
 */
export function benchRichardsonLucy(
  shape: Shape3,
  psfSide: number,
  repeat: number,
): DeconvolutionBenchmark<RichardsonLucyRun> {
  const before = process.memoryUsage.rss();
  const { observed, psf } = benchStacks(shape, psfSide);
  const margins = { periodic: 0, zero: (psfSide - 1) / 2, weights: psfSide - 1 };
  const runs = (['periodic', 'zero', 'weights'] as const).flatMap((boundary) =>
    [false, true].map((accelerated): RichardsonLucyRun => {
      const gridSide = (axis: 0 | 1 | 2): number => smoothLength(shape[axis] + margins[boundary]);
      const grid: Shape3 = [gridSide(0), gridSide(1), gridSide(2)];
      const times = timeRuns(observed, psf, boundary, accelerated, repeat);
      const peakBytes = process.resourceUsage().maxRSS * 1024 - before;
      return {
        boundary,
        accelerated,
        grid: grid.join(','),
        ...times,
        peakFloatsPerVoxel: peakBytes / 4 / voxelCount(grid),
      };
    }),
  );
  return { shape, psf: psf.shape, iterations: ITERATIONS, runs };
}

function timeRuns(
  observed: Volume,
  psf: Volume,
  boundary: RichardsonLucyRun['boundary'],
  accelerated: boolean,
  repeat: number,
): Pick<RichardsonLucyRun, 'seconds' | 'msPerUpdate'> {
  const method = accelerated ? acceleratedRichardsonLucy : richardsonLucy;
  const updates: number[] = [];
  const seconds = Array.from({ length: repeat + 1 }, () => {
    collectGarbage();
    const began = performance.now();
    let last = began;
    const onUpdate = (done: number): void => {
      const now = performance.now();
      if (done > 1) updates.push(now - last);
      last = now;
    };
    method(observed, psf, { iterations: ITERATIONS, boundary, onUpdate });
    return (performance.now() - began) / 1000;
  });
  // The first fills caches and compiles.
  return { seconds: median(seconds.slice(1)), msPerUpdate: median(updates) };
}

/** Frees the arrays of earlier runs, which would count as memory of the next. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
