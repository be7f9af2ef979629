import { convolveOnGpu } from '@blurcycle/compute/kernels';
import { median, type Shape3, type Volume } from '@blurcycle/core';
import {
  acceleratedRichardsonLucy,
  richardsonLucy,
  richardsonLucyOnDevice,
} from '@blurcycle/imaging';
import { benchStacks, type DeconvolutionBenchmark, ITERATIONS } from './benchStacks.ts';

/** Time of Richardson-Lucy on the GPU and on the processor, and how far they agree. */
interface GpuRichardsonLucyRun {
  readonly boundary: 'periodic' | 'weights';
  readonly accelerated: boolean;
  /** Median of the repetitions, from the stack in memory to the result in memory. */
  readonly seconds: number;
  /** Median over all updates but the first of each repetition. */
  readonly msPerUpdate: number;
  /** The same of one repetition on the processor. */
  readonly cpuSeconds: number;
  /** Largest difference of both results, as a part of the largest value. */
  readonly largestDifference: number;
}

/**
 * Times ten iterations of Richardson-Lucy on the back-end `webgpu`, which is in use, plain and
 * accelerated, with a periodic border and with weights, and compares each with the processor.
 *
 * @param psfSide - Side of the PSF in voxels, odd.
 * @param repeat - Repetitions on the GPU, after one that compiles the programs.
 */
export async function benchRichardsonLucyOnGpu(
  shape: Shape3,
  psfSide: number,
  repeat: number,
): Promise<DeconvolutionBenchmark<GpuRichardsonLucyRun>> {
  const { observed, psf } = benchStacks(shape, psfSide);
  convolveOnGpu();
  const runs: GpuRichardsonLucyRun[] = [];
  for (const boundary of ['periodic', 'weights'] as const) {
    for (const accelerated of [false, true]) {
      const updates: number[] = [];
      const seconds: number[] = [];
      let made: Volume | null = null;
      for (let i = 0; i <= repeat; i++) {
        const began = performance.now();
        let last = began;
        const onUpdate = (done: number): void => {
          const now = performance.now();
          if (i > 0 && done > 1) updates.push(now - last);
          last = now;
        };
        const options = { iterations: ITERATIONS, boundary, accelerated, onUpdate };
        made = await richardsonLucyOnDevice(observed, psf, options);
        if (i > 0) seconds.push((performance.now() - began) / 1000);
      }
      if (made === null) throw new Error('internal: Richardson-Lucy found no GPU');
      const method = accelerated ? acceleratedRichardsonLucy : richardsonLucy;
      const began = performance.now();
      const expected = method(observed, psf, { iterations: ITERATIONS, boundary });
      const cpuSeconds = (performance.now() - began) / 1000;
      runs.push({
        ...{ boundary, accelerated, seconds: median(seconds), msPerUpdate: median(updates) },
        ...{ cpuSeconds, largestDifference: largestDifference(made, expected) },
      });
    }
  }
  return { shape, psf: psf.shape, iterations: ITERATIONS, runs };
}

function largestDifference({ data }: Volume, { data: expected }: Volume): number {
  let [most, far] = [0, 0];
  expected.forEach((value, i) => {
    most = Math.max(most, Math.abs(value));
    far = Math.max(far, Math.abs(data[i] - value));
  });
  return far / most;
}
