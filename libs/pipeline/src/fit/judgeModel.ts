import { createVolume, type Shape3, type Volume } from '@blurcycle/core';
import { deconvolveClassically } from '@blurcycle/deconvolution';
import type { ModelConfig } from '@blurcycle/experiment';
import { availableMemoryBytes } from '@blurcycle/files';
import { preparePsf } from '@blurcycle/imaging';
import { deconvolveWithModel, type ModelDeconvolution } from '@blurcycle/inference';
import { psnrAffine } from '@blurcycle/metrics';
import type { Trainer } from '@blurcycle/training';
import type { HeldOut, PreparedFit } from './prepareFit.ts';
import type { Simulation } from './simulatedSource.ts';

/** What a model has to know of the scales of its training. */
export function stackScaleOf({
  brightness,
  target,
}: Pick<Simulation, 'brightness' | 'target'>): NonNullable<ModelConfig['stackScale']> {
  return { brightness, light: target / brightness };
}

/** What is known of a model when its training ends. */
type Judgment = Pick<ModelConfig, 'heldOut' | 'trainingResidual'>;

/** So many blurred stacks say what residual is usual. */
const MOST_STACKS = 3;

/**
 * Scores a model on the simulated pair that its training never saw, beside Richardson-Lucy TV, and
 * measures how well it explains the blurred stacks.
 */
export async function judgeModel(
  trainer: Trainer,
  prepared: PreparedFit,
  { heldOut, simulation }: NonNullable<PreparedFit['simulated']>,
): Promise<Judgment> {
  const { settings, stacks, intensity, kernel } = prepared;
  const generator = trainer.networks.sharpGenerator;
  const model = {
    config: {
      ...{ intensity, inference: settings.inference, network: settings.network },
      stackScale: stackScaleOf(simulation),
    },
    generator,
    kernel,
  };
  const apply = (volume: Volume): Promise<ModelDeconvolution> =>
    deconvolveWithModel(model, volume, {
      availableBytes: availableMemoryBytes(),
      ...{ whole: false, tile: undefined, overlap: undefined },
      say: () => undefined,
    });
  const residuals: number[] = [];
  for (const { volume } of stacks.blurred.slice(0, MOST_STACKS)) {
    const { reblurResidual } = await apply(volume);
    if (reblurResidual !== null) residuals.push(reblurResidual);
  }
  return {
    trainingResidual: [Math.min(...residuals), Math.max(...residuals)],
    ...(heldOut === null || kernel === null
      ? {}
      : {
          heldOut: {
            what: heldOut.name,
            psnrDb: psnrAffine((await apply(heldOut.blurred)).estimate, heldOut.sharp, {
              dataRange: rangeOf(heldOut.sharp),
            }),
            ...bestRlTv(heldOut, kernel),
          },
        }),
  };
}

/** More iterations only amplify noise. */
const MOST_ITERATIONS = 100;
/** PSNR is flat around its maximum. */
const EVERY = 5;

/** Richardson-Lucy TV that knows the truth, and stops at its best. */
function bestRlTv(
  { blurred, sharp }: HeldOut,
  psf: Volume,
): Pick<NonNullable<Judgment['heldOut']>, 'rlTvPsnrDb' | 'rlTvIterations'> {
  const dataRange = rangeOf(sharp);
  const [depth, height, width] = sharp.shape;
  const largestShape: Shape3 = [2 * depth - 1, 2 * height - 1, 2 * width - 1];
  let best = { rlTvPsnrDb: -Infinity, rlTvIterations: 0 };
  deconvolveClassically(
    blurred,
    preparePsf(psf, { center: 'middle', largestShape }),
    { algorithm: 'rl-tv', iterations: MOST_ITERATIONS, negatives: 'clip' },
    {
      onIteration: ({ iteration }, data) => {
        if (iteration === 0 || iteration % EVERY !== 0) return;
        const estimate = createVolume(sharp.shape, sharp.voxelSizeUm, data);
        const rlTvPsnrDb = psnrAffine(estimate, sharp, { dataRange });
        if (rlTvPsnrDb > best.rlTvPsnrDb) best = { rlTvPsnrDb, rlTvIterations: iteration };
      },
    },
  );
  return best;
}

function rangeOf({ data }: Volume): number {
  return data.reduce((most, value) => Math.max(most, value), 0);
}

/** One line for a person. */
export function describeJudgment({
  heldOut,
  stackScale,
}: Pick<ModelConfig, 'heldOut' | 'stackScale'>): string[] {
  if (stackScale === undefined) return [];
  if (heldOut === undefined) {
    return ['nothing was held out, the sharp set is too small: compare with --method rl-tv'];
  }
  const { what, psnrDb, rlTvPsnrDb, rlTvIterations } = heldOut;
  const gain = psnrDb - rlTvPsnrDb;
  const scores = `held out, ${what}: the model ${psnrDb.toFixed(2)} dB, Richardson-Lucy TV at its best iteration (${rlTvIterations}) ${rlTvPsnrDb.toFixed(2)} dB`;
  return gain > 0
    ? [`${scores}: the model is better by ${gain.toFixed(2)} dB`]
    : [
        `${scores}: RICHARDSON-LUCY TV IS BETTER by ${(-gain).toFixed(2)} dB (take --method rl-tv --iterations ${rlTvIterations}, or more --updates and sharp stacks)`,
      ];
}
