import {
  formatSeconds,
  formatShape,
  type KernelForm,
  type KernelInit,
  median,
  type Precision,
  type Shape3,
} from '@blurcycle/core';
import { disposeTrainer, trainStep } from '@blurcycle/training';
import { startTraining } from '../run/trainNetworks.ts';
import { describeShapes, type PreparedFit } from './prepareFit.ts';

/** Estimated cost of a training on this machine. */
interface TrainingEstimate {
  readonly secondsPerUpdate: number;
  readonly seconds: number;
  /**
   * Peak memory of the process after the timed updates, which allocate all that later ones need.
   */
  readonly memoryBytes: number;
}

/** The first updates compile code and allocate buffers. */
const WARM_UP = 2;
const TIMED = 3;

/** Times a few updates on a trainer that is thrown away. */
export async function estimateTraining(prepared: PreparedFit): Promise<TrainingEstimate> {
  const { trainer, source } = startTraining({
    ...prepared,
    known: { kernel: prepared.kernel, noise: null, start: prepared.start },
  });
  const times: number[] = [];
  try {
    for (let i = 0; i < WARM_UP + TIMED; i++) {
      const sample = source.next();
      const start = performance.now();
      await trainStep(trainer, sample);
      if (i >= WARM_UP) times.push((performance.now() - start) / 1000);
    }
  } finally {
    disposeTrainer(trainer);
  }
  const secondsPerUpdate = median(times);
  return {
    secondsPerUpdate,
    seconds: secondsPerUpdate * prepared.settings.training.updates,
    // maxRSS is in KiB on every platform (libuv).
    memoryBytes: process.resourceUsage().maxRSS * 1024,
  };
}

/** What a fit would do, and its cost. */
export interface FitPlan {
  readonly method: string;
  readonly data: string;
  readonly blurredFiles: readonly string[];
  readonly sharpFiles: readonly string[];
  readonly blurredShapes: string;
  readonly sharpShapes: string;
  readonly voxelSizeUm: readonly number[];
  readonly intensity: PreparedFit['intensity'];
  readonly sharpIntensity: PreparedFit['sharpIntensity'];
  readonly kernel: {
    readonly shape: Shape3;
    readonly learned: boolean;
    /** Form and start of a learned one. */
    readonly form?: KernelForm;
    readonly init?: KernelInit;
    readonly keptLight: number;
  };
  readonly patch: Shape3;
  readonly precision: Precision;
  readonly width: number;
  readonly updates: number;
  readonly seed: number;
  readonly estimate: TrainingEstimate;
  readonly warnings: readonly string[];
}

/** The plan of prepared data and a timed trainer. */
export function fitPlan(prepared: PreparedFit, estimate: TrainingEstimate): FitPlan {
  const { settings, stacks, kernel, keptLight, intensity, sharpIntensity, data, seed, warnings } =
    prepared;
  const { method, network, training } = settings;
  return {
    method: method.label,
    data,
    blurredFiles: stacks.blurred.map(({ file }) => file),
    sharpFiles: stacks.sharp.map(({ file }) => file),
    blurredShapes: describeShapes(stacks.blurred),
    sharpShapes: describeShapes(stacks.sharp),
    voxelSizeUm: prepared.voxelSizeUm,
    intensity,
    sharpIntensity,
    kernel: {
      shape: network.blurKernelSize,
      learned: kernel === null,
      ...(kernel === null ? { form: network.blurKernelForm, init: network.blurKernelInit } : {}),
      keptLight,
    },
    patch: training.patch,
    precision: training.precision,
    width: network.width,
    updates: training.updates,
    seed,
    estimate,
    warnings,
  };
}

/** Starts of a learned kernel in words. */
const STARTS: Readonly<Record<KernelInit, string>> = {
  gaussian: 'a Gaussian',
  normal: 'noise',
  optics: 'the stated optics',
  spectra: 'the spectra of both sets',
};

/** The plan in lines for a person. */
export function describePlan(plan: FitPlan): string[] {
  const { kernel, intensity, sharpIntensity, estimate } = plan;
  const short = (value: number): number => Number(value.toPrecision(4));
  const kernelText = kernel.learned
    ? `learned, ${kernel.form === 'pupil' ? 'of a pupil' : 'free'}, from ${STARTS[kernel.init ?? 'gaussian']}, ${formatShape(kernel.shape)} voxels`
    : `the PSF, ${formatShape(kernel.shape)} voxels with ${(100 * kernel.keptLight).toFixed(1)} % of its light`;
  return [
    `${plan.method}: ${plan.data}`,
    `blurred ${plan.blurredShapes}, sharp ${plan.sharpShapes}; voxels of ${formatShape(plan.voxelSizeUm, 4)} µm`,
    `intensities: blurred 0 is ${short(intensity.black)}, 1 is ${short(intensity.white)}; sharp 0 is ${short(sharpIntensity.black)}, 1 is ${short(sharpIntensity.white)}`,
    `kernel: ${kernelText}`,
    `${plan.updates} updates of patches of ${formatShape(plan.patch)}, width ${plan.width}, seed ${plan.seed}, ${plan.precision}`,
    `about ${formatSeconds(estimate.seconds)} (${(1000 * estimate.secondsPerUpdate).toFixed(0)} ms an update), ${Math.round(estimate.memoryBytes / 2 ** 20)} MiB`,
  ];
}
