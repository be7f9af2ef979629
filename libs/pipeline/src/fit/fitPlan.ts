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
  const { settings, seed, training } = prepared;
  const { trainer, source } = startTraining({ settings, seed, ...training });
  const { updates, blurredCycleFrom } = settings.training;
  const secondsFrom = async (step: number): Promise<number> => {
    trainer.step = step;
    const times: number[] = [];
    for (let i = 0; i < WARM_UP + TIMED; i++) {
      const sample = source.next();
      const start = performance.now();
      await trainStep(trainer, sample);
      if (i >= WARM_UP) times.push((performance.now() - start) / 1000);
    }
    return median(times);
  };
  let secondsPerUpdate: number;
  try {
    secondsPerUpdate = await secondsFrom(0);
    if (blurredCycleFrom > 0) {
      const later = await secondsFrom(Math.ceil(blurredCycleFrom * updates));
      secondsPerUpdate += (1 - blurredCycleFrom) * (later - secondsPerUpdate);
    }
  } finally {
    disposeTrainer(trainer);
  }
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
    /** Part by which the PSF may be narrower or wider; simulated pairs alone. */
    readonly tolerance?: number;
  };
  /** Noise of the blurred stacks as variance a μ + b with their level at 1; of simulated pairs. */
  readonly noise?: readonly { readonly a: number; readonly b: number }[];
  /** What is kept out of the training; null where nothing is. */
  readonly heldOut?: string | null;
  readonly patch: Shape3;
  readonly precision: Precision;
  readonly width: number;
  readonly updates: number;
  readonly seed: number;
  readonly estimate: TrainingEstimate;
  /** Of the stage before, which learns the kernel. */
  readonly first?: TrainingEstimate;
  readonly warnings: readonly string[];
}

/** What learns the kernel, and what that costs. */
interface FirstStage {
  readonly settings: PreparedFit['settings'];
  readonly estimate: TrainingEstimate;
}

/**
 * The plan of prepared data and a timed trainer.
 *
 * @param first - A first stage that is still to be trained.
 */
export function fitPlan(
  prepared: PreparedFit,
  estimate: TrainingEstimate,
  first: FirstStage | null,
): FitPlan {
  const { settings, stacks, kernel, keptLight, intensity, sharpIntensity, data, seed, warnings } =
    prepared;
  const { method, network, training } = settings;
  const { simulated } = prepared;
  const learning = first?.settings.network ?? network;
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
      shape: simulated === null || kernel === null ? network.blurKernelSize : kernel.shape,
      learned: kernel === null || first !== null,
      ...(first !== null || kernel === null
        ? { form: learning.blurKernelForm, init: learning.blurKernelInit }
        : {}),
      keptLight,
      ...(simulated === null ? {} : { tolerance: simulated.tolerance }),
    },
    ...(simulated === null
      ? {}
      : {
          noise: simulated.simulation.noise.map(({ a, b }) => ({ a, b })),
          heldOut: simulated.heldOut?.name ?? null,
        }),
    patch: training.patch,
    precision: training.precision,
    width: network.width,
    updates: training.updates,
    seed,
    estimate,
    ...(first === null ? {} : { first: first.estimate }),
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
  const { intensity, sharpIntensity, estimate, first } = plan;
  const short = (value: number): number => Number(value.toPrecision(4));
  const range = ({ black, white }: PreparedFit['intensity']): string =>
    `0 is ${short(black)}, 1 is ${short(white)}`;
  return [
    `${plan.method}: ${plan.data}`,
    `blurred ${plan.blurredShapes}, sharp ${plan.sharpShapes}; voxels of ${formatShape(plan.voxelSizeUm, 4)} µm`,
    `intensities: blurred ${range(intensity)}; sharp ${range(sharpIntensity)}`,
    `kernel: ${describeKernel(plan)}`,
    ...describeNoise(plan),
    `${plan.updates} updates of patches of ${formatShape(plan.patch)}, width ${plan.width}, seed ${plan.seed}, ${plan.precision}`,
    ...(first === undefined ? [] : [`first stage: about ${formatSeconds(first.seconds)}`]),
    `about ${formatSeconds(estimate.seconds)} (${(1000 * estimate.secondsPerUpdate).toFixed(0)} ms an update), ${Math.round(estimate.memoryBytes / 2 ** 20)} MiB`,
  ];
}

function describeKernel({ kernel, noise }: FitPlan): string {
  const percent = (part: number): string => `${Number((100 * part).toPrecision(3))} %`;
  const shape = `${formatShape(kernel.shape)} voxels`;
  if (kernel.learned) {
    const form = kernel.form === 'pupil' ? 'of a pupil' : 'free';
    return `learned, ${form}, from ${STARTS[kernel.init ?? 'gaussian']}, ${shape}`;
  }
  if (noise === undefined)
    return `the PSF, ${shape} with ${(100 * kernel.keptLight).toFixed(1)} % of its light`;
  const { tolerance = 0 } = kernel;
  const widths = tolerance === 0 ? '' : `, and ${percent(tolerance)} narrower and wider`;
  return `the whole PSF, ${shape}${widths}`;
}

/** The noise at the level of the stacks, their brightest parts, in words. */
function describeNoise({ noise, heldOut }: FitPlan): string[] {
  if (noise === undefined) return [];
  const parts = noise.map(({ a, b }) => Math.sqrt(a + b));
  const percent = (value: number): string => `${(100 * value).toPrecision(2)} %`;
  const least = percent(Math.min(...parts));
  const most = percent(Math.max(...parts));
  return [
    `noise of the blurred stacks: ${least === most ? least : `${least} to ${most}`} of their brightest parts; held out: ${heldOut ?? 'nothing, the sharp set is too small'}`,
  ];
}
