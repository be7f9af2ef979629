import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MethodSettings, NetworkSettings, RunSettings } from '@blurcycle/experiment';
import {
  createTrainer,
  disposeTrainer,
  fit,
  needsSurroundings,
  trainStep,
  type LossValues,
  type Trainer,
} from '@blurcycle/training';
import { parse } from 'yaml';
import { kernelStart } from '../../../src/run/kernelStart.ts';
import { createPatchSource, cycleMargin } from '../../../src/run/patchSource.ts';
import { bell, spots, VOXEL_SIZE_UM } from '../inputs.ts';
import { native, type GoldenCases } from './goldenCase.ts';

const NETWORK: NetworkSettings = {
  width: 2,
  discriminatorWidth: 2,
  blurredDiscriminator: 'plain',
  blurKernelForm: 'free',
  blurKernelSize: [3, 5, 5],
  blurKernelInit: 'gaussian',
  blurKernelSigmaVoxels: 1,
  blurKernelGauge: 'none',
  blurKernelConstraint: 'none',
  blurKernelPupil: {
    ...{ numericalAperture: 1.2, immersionIndex: 1.5, emissionWavelengthUm: 0.6 },
    learn: ['numericalAperture', 'immersionIndex'],
    zernikeTerms: 18,
    sphericalStart: null,
    defocus: 'exact',
  },
  blurNoise: 'none',
  outputBias: -1,
};

const TRAINING: RunSettings['training'] = {
  updates: 6,
  precision: 'float32',
  batchSize: 1,
  patch: [16, 16, 16],
  optimizer: {
    learningRate: 1e-3,
    blurKernelLearningRate: 1e-2,
    discriminatorLearningRate: 2e-3,
    noiseLearningRate: 1e-2,
    decayFrom: 0.25,
    beta1: 0.5,
    beta2: 0.999,
    epsilon: 1e-8,
  },
  ganLoss: 'least-squares',
  lossWeights: { cycle: 10, pixel: 10, adversarial: 1, gradientPenalty: 10 },
  cycleNorm: 'l1',
  sharpCycleTrainsKernel: true,
  blurredCycleFrom: 0,
  randomGain: null,
  cycleBorder: 'keep',
  historyBuffer: 1,
  logEvery: 1,
  validateEvery: 6,
  checkpointEvery: 6,
  augment: 'lateral',
  averageHalfLife: null,
  select: 'last',
};

/** What a case changes. */
interface Change {
  readonly network?: Partial<NetworkSettings>;
  readonly training?: Partial<RunSettings['training']>;
  readonly method?: Partial<MethodSettings>;
}

const METHODS = readMethods();

/** Learned kernels, then the losses, each on the method that it concerns. */
const CHANGES: Readonly<Record<string, readonly [method: string, change: Change]>> = {
  'kernel-init-normal': ['proposed', { network: { blurKernelInit: 'normal' } }],
  'kernel-sigma': ['proposed', { network: { blurKernelSigmaVoxels: 2 } }],
  'kernel-symmetry-point': ['proposed', { network: { blurKernelGauge: 'point' } }],
  'kernel-constraint-non-negative': [
    'proposed',
    { network: { blurKernelInit: 'normal', blurKernelConstraint: 'non-negative' } },
  ],
  'kernel-constraint-unit-sum': ['proposed', { network: { blurKernelConstraint: 'unit-sum' } }],
  'kernel-constraint-mean-ratio': ['proposed', { network: { blurKernelConstraint: 'mean-ratio' } }],
  'kernel-symmetric-unit-sum': [
    'proposed',
    { network: { blurKernelGauge: 'point', blurKernelConstraint: 'unit-sum' } },
  ],
  'kernel-size': ['proposed', { network: { blurKernelSize: [7, 7, 7] } }],
  'wasserstein-proposed': ['proposed', { training: { ganLoss: 'wasserstein-gp' } }],
  'wasserstein-cyclegan': ['cyclegan', { training: { ganLoss: 'wasserstein-gp' } }],
  'wasserstein-supervised': ['supervised-gan', { training: { ganLoss: 'wasserstein-gp' } }],
  'cycle-norm-l2': ['proposed', { training: { cycleNorm: 'l2' } }],
  'cycle-norm-l2-cyclegan': ['cyclegan', { training: { cycleNorm: 'l2' } }],
  'border-excluded': ['proposed', { training: { cycleBorder: 'exclude' } }],
  'border-excluded-cyclegan': ['cyclegan', { training: { cycleBorder: 'exclude' } }],
  'border-excluded-non-blind': ['non-blind', { training: { cycleBorder: 'exclude' } }],
  'pixel-loss-l1': ['supervised-mse', { method: { pixelLoss: 'l1' } }],
  'pixel-loss-l2': ['supervised-gan', { method: { pixelLoss: 'l2' } }],
  'augment-off': ['proposed', { training: { augment: 'none' } }],
  'augment-all-planes': ['proposed', { training: { augment: 'all-planes' } }],
  'augment-known-psf': ['non-blind', { training: { patch: [16, 20, 20] } }],
  'patch-not-cubic': ['proposed', { training: { patch: [16, 20, 24] } }],
  'no-decay': ['proposed', { training: { optimizer: { ...TRAINING.optimizer, decayFrom: 1 } } }],
  'network-wider': ['proposed', { network: { width: 5, discriminatorWidth: 3 } }],
  'history-none': ['proposed', { training: { historyBuffer: 0 } }],
  'discriminator-sees-noise': ['proposed', { network: { blurredDiscriminator: 'sees-noise' } }],
  'wasserstein-sees-noise': [
    'proposed',
    { network: { blurredDiscriminator: 'sees-noise' }, training: { ganLoss: 'wasserstein-gp' } },
  ],
  'kernel-start-optics': ['proposed', { network: { blurKernelInit: 'optics' } }],
  'kernel-start-spectra': ['proposed', { network: { blurKernelInit: 'spectra' } }],
  'pupil-start-optics': [
    'proposed',
    {
      network: {
        ...{ blurKernelForm: 'pupil', blurKernelInit: 'optics' },
        blurKernelPupil: { ...NETWORK.blurKernelPupil, defocus: 'paraxial' },
      },
    },
  ],
  'pupil-start-spectra': [
    'proposed',
    {
      network: {
        ...{ blurKernelForm: 'pupil', blurKernelInit: 'spectra' },
        blurKernelPupil: { ...NETWORK.blurKernelPupil, sphericalStart: [0.3, 0.03] },
      },
    },
  ],
  'kernel-gauge-core': ['proposed', { network: { blurKernelGauge: 'core' } }],
  'noise-learned': ['proposed', { network: { blurNoise: 'learned' } }],
  'noise-known': ['non-blind', { network: { blurNoise: 'known' } }],
  'noise-known-simulated': ['simulated', { network: { blurNoise: 'known' } }],
  'cycle-norm-anscombe': [
    'proposed',
    { network: { blurNoise: 'learned' }, training: { cycleNorm: 'anscombe' } },
  ],
  'sharp-cycle-leaves-kernel': ['proposed', { training: { sharpCycleTrainsKernel: false } }],
  'precision-bfloat16': ['proposed', { training: { precision: 'bfloat16' } }],
  'precision-bfloat16-supervised': ['supervised-gan', { training: { precision: 'bfloat16' } }],
  'random-gain': [
    'simulated',
    { network: { blurNoise: 'known' }, training: { randomGain: [0.5, 1] } },
  ],
  // Of three updates in six, the last two.
  'blurred-cycle-later': ['non-blind', { training: { blurredCycleFrom: 1 / 6 } }],
  'normalization-none': ['supervised-mse', { network: { normalization: 'none' } }],
  'moving-average': ['proposed', { training: { averageHalfLife: 2 } }],
};

/** Three updates of every method, loss and kernel option. */
export const TRAINING_CASES: GoldenCases = {
  ...Object.fromEntries(
    Object.keys(METHODS).map((id) => [`method/${id}`, native(() => threeUpdates(METHODS[id], {}))]),
  ),
  ...Object.fromEntries(
    Object.entries(CHANGES).map(([name, [id, change]]) => [
      name,
      native(() => threeUpdates(METHODS[id], change)),
    ]),
  ),
  fit: native(() => wholeFit(METHODS['proposed'])),
};

/** The losses of three updates, and all weights and moments after them. */
function threeUpdates(method: MethodSettings, change: Change): Promise<unknown> {
  return withTrainer(method, change, async (trainer, source) => {
    const losses: LossValues[] = [];
    for (let update = 0; update < 3; update++) losses.push(await trainStep(trainer, source.next()));
    return { losses: losses.map((values) => ({ ...values })), arrays: await arraysOf(trainer) };
  });
}

/** The weights that a whole fit chooses, of the second of its three validations. */
function wholeFit(method: MethodSettings): Promise<unknown> {
  const schedule = {
    ...TRAINING,
    validateEvery: 2,
    checkpointEvery: 4,
    select: 'best-validation-psnr',
  } as const;
  return withTrainer(method, { training: schedule }, async (trainer, source) => {
    const folder = mkdtempSync(join(tmpdir(), 'blurcycle-golden-'));
    let validations = 0;
    try {
      const { selection } = await fit(trainer, {
        source,
        schedule,
        folder,
        identity: 'golden',
        resume: false,
        validate: () => {
          validations++;
          const psnr = validations === 2 ? 20 : 10;
          return Promise.resolve({ psnr, ssim: 0.5, outputStandardDeviation: 0.1 });
        },
        warn: () => undefined,
      });
      const weights = [...(selection?.weights.values() ?? [])].map(({ data }) => data);
      return [selection?.step, weights, await arraysOf(trainer)];
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

/** Gives a trainer before its first update, and its patches; frees the trainer. */
async function withTrainer<T>(
  base: MethodSettings,
  change: Change,
  use: (trainer: Trainer, source: ReturnType<typeof createPatchSource>) => Promise<T>,
): Promise<T> {
  const method = { ...base, ...change.method };
  const network = { ...NETWORK, ...change.network };
  const training = { ...TRAINING, ...change.training };
  const margin = cycleMargin({ training, network });
  const kernel = method.blurPath === 'known-psf' ? bell(network.blurKernelSize) : null;
  const pairs = [1, 2].map((seed) => ({
    id: `train-${seed}`,
    blurred: spots([24, 26, 28], seed),
    sharp: spots([24, 26, 28], seed + 10),
  }));
  const recording = {
    voxelSizeUm: VOXEL_SIZE_UM,
    optics: null,
    simulated: { psfShape: [5, 7, 7] as const },
  };
  const trainer = createTrainer({
    method,
    network,
    objective: { ...training, cycleMargin: margin },
    seed: 1,
    knownKernel: kernel,
    knownNoise: { a: 0.004, b: 0.0003 },
    kernelStart: kernelStart({ method, network }, recording, pairs),
  });
  const source = createPatchSource({
    ...training,
    pairs,
    sharpMargin: needsSurroundings(method) ? margin : [0, 0, 0],
    sampling: method.sampling,
    kernel,
    seed: 1,
  });
  try {
    return await use(trainer, source);
  } finally {
    disposeTrainer(trainer);
  }
}

/** Weights and Adam's moments, in the order of the trainer's groups, and the moving average. */
async function arraysOf({ groups, average }: Trainer): Promise<unknown[]> {
  const arrays: unknown[] = [];
  for (const { parameters, adam } of [...groups.generator, ...groups.discriminator]) {
    const variables = parameters.map(({ variable }) => variable);
    for (const variable of [...variables, ...adam.m, ...adam.v]) {
      arrays.push([[...variable.shape], Float32Array.from(await variable.data())]);
    }
  }
  for (const { variable } of average ?? []) {
    arrays.push([[...variable.shape], Float32Array.from(await variable.data())]);
  }
  return arrays;
}

/** The methods of `experiments/methods.yaml` by id, without settings of their own. */
function readMethods(): Readonly<Record<string, MethodSettings>> {
  const file = new URL('../../../../../experiments/methods.yaml', import.meta.url);
  const methods = parse(readFileSync(file, 'utf8')) as Record<
    string,
    Omit<MethodSettings, 'id'> & { readonly settings?: unknown }
  >;
  return Object.fromEntries(
    Object.entries(methods).map(([id, method]) => [id, { id, ...method, settings: undefined }]),
  );
}
