import { backendReport, selectBackend } from '@blurcycle/compute';
import { createVolume, type Shape3, type Volume } from '@blurcycle/core';
import type {
  MethodSettings,
  NetworkSettings,
  ObjectiveSettings,
  Sample,
  SampleSource,
} from '../src/index.ts';
import { buildPupilBlur, disposeNetworks } from '@blurcycle/models';
import { tidy } from '@tensorflow/tfjs-core';
import { createSavedStream, type KernelStart } from '../src/index.ts';

const PATCH: Shape3 = [16, 16, 16];

export const METHODS: readonly MethodSettings[] = [
  {
    id: 'supervised-mse',
    sampling: 'paired',
    blurPath: 'none',
    discriminators: [],
    pixelLoss: 'l2',
  },
  {
    id: 'supervised-gan',
    sampling: 'paired',
    blurPath: 'none',
    discriminators: ['sharp'],
    pixelLoss: 'l1',
  },
  {
    id: 'cyclegan',
    sampling: 'unpaired',
    blurPath: 'unet',
    discriminators: ['sharp', 'blurred'],
    pixelLoss: 'none',
  },
  {
    id: 'proposed',
    sampling: 'unpaired',
    blurPath: 'learned-kernel',
    discriminators: ['sharp', 'blurred'],
    pixelLoss: 'none',
  },
  {
    id: 'non-blind',
    sampling: 'unpaired',
    blurPath: 'known-psf',
    discriminators: ['sharp'],
    pixelLoss: 'none',
  },
  {
    id: 'conditional-gan',
    sampling: 'paired',
    blurPath: 'none',
    discriminators: ['sharp'],
    discriminatorSees: 'input-and-output',
    pixelLoss: 'l1',
  },
  {
    id: 'blind-without-dy',
    sampling: 'unpaired',
    blurPath: 'learned-kernel',
    discriminators: ['sharp'],
    pixelLoss: 'none',
  },
  {
    id: 'simulated',
    sampling: 'unpaired',
    blurPath: 'known-psf',
    cycles: 'sharp',
    discriminators: [],
    pixelLoss: 'none',
  },
  {
    id: 'simulated-tuned',
    sampling: 'unpaired',
    blurPath: 'known-psf',
    discriminators: [],
    pixelLoss: 'none',
  },
  {
    id: 'pairs-tuned',
    sampling: 'paired',
    blurPath: 'known-psf',
    cycles: 'blurred',
    discriminators: [],
    pixelLoss: 'l2',
  },
];

export const NETWORK: NetworkSettings = {
  width: 2,
  discriminatorWidth: 2,
  blurredDiscriminator: 'plain',
  outputBias: -2,
  blurKernelSize: [3, 3, 3],
  blurKernelInit: 'gaussian',
  blurKernelSigmaVoxels: 1,
  blurKernelGauge: 'none',
  blurKernelConstraint: 'none',
};

/** A kernel with a pupil that learns NA and index. */
export const PUPIL: NetworkSettings = {
  ...NETWORK,
  blurKernelForm: 'pupil',
  blurKernelSize: [3, 5, 5],
  blurKernelInit: 'optics',
  blurKernelPupil: { learn: ['numericalAperture', 'immersionIndex'], defocus: 'exact' },
};

const SEES_NOISE: NetworkSettings = { ...NETWORK, blurredDiscriminator: 'sees-noise' };

interface Case {
  readonly id: string;
  readonly method: MethodSettings;
  readonly network: NetworkSettings;
}

const LEAST_SQUARES_CASES: readonly Case[] = [
  ...METHODS.map((method) => ({ id: method.id, method, network: NETWORK })),
  ...METHODS.filter(({ discriminators }) => discriminators.includes('blurred')).map((method) => ({
    id: `${method.id}, its discriminator of blurred volumes sees noise`,
    method,
    network: SEES_NOISE,
  })),
  ...METHODS.filter(({ id }) => id === 'proposed').map((method) => ({
    id: `${method.id}, kernel with a pupil`,
    method,
    network: PUPIL,
  })),
];

/** Every method with each discriminator and adversarial loss that makes a difference to it. */
export const CASES: readonly (Case & { readonly ganLoss: ObjectiveSettings['ganLoss'] })[] = [
  ...LEAST_SQUARES_CASES.map((one) => ({ ...one, ganLoss: 'least-squares' as const })),
  ...LEAST_SQUARES_CASES.filter(({ method }) => method.discriminators.length > 0).map((one) => ({
    ...one,
    id: `${one.id}, wasserstein-gp`,
    ganLoss: 'wasserstein-gp' as const,
  })),
];

export const OBJECTIVE: ObjectiveSettings = {
  patch: PATCH,
  updates: 7,
  optimizer: {
    learningRate: 1e-3,
    blurKernelLearningRate: 1e-3,
    discriminatorLearningRate: 1e-3,
    decayFrom: 0.5,
    beta1: 0.5,
    beta2: 0.999,
    epsilon: 1e-8,
  },
  ganLoss: 'least-squares',
  lossWeights: { cycle: 10, pixel: 10, adversarial: 1, gradientPenalty: 10 },
  cycleNorm: 'l1',
  cycleMargin: [0, 0, 0],
  historyBuffer: 2,
};

export const KNOWN_KERNEL: Volume = createVolume(
  [3, 3, 3],
  [1, 1, 1],
  Float32Array.from({ length: 27 }, (_, i) => (i === 13 ? 0.48 : 0.02)),
);

/** What the kernel of a case starts from, beside its settings. */
export function startFor({ blurKernelForm }: NetworkSettings): KernelStart | null {
  return blurKernelForm === 'pupil' ? pupilStart([0.3, -0.2, 0.1], 0.2) : null;
}

/** The pupil of NA 1.2 and index 1.5 at 0.6 µm, here with 3 Zernike coefficients, its kernel. */
export function pupilStart(zernike: readonly number[], logGain: number): KernelStart {
  const optics = { numericalAperture: 1.2, immersionIndex: 1.5, emissionWavelengthUm: 0.6 };
  const options = { size: PUPIL.blurKernelSize, voxelSizeUm: [0.25, 0.1, 0.1] as const, optics };
  const start = { ...optics, zernike, logGain };
  const blur = buildPupilBlur({ ...options, learnedOptics: [], start });
  const kernel = tidy(() => Float32Array.from(blur.kernel().dataSync()));
  disposeNetworks(blur);
  return {
    kernel: createVolume(options.size, options.voxelSizeUm, kernel),
    pupil: { optics, start },
  };
}

/** Random patches: bright spots for sharp, dimmer ones for blurred. */
export function createTestSource(seed: number, shape: Shape3 = PATCH): SampleSource {
  const stream = createSavedStream(seed, 'sampling');
  const draw = (level: number): Volume => {
    const volume = createVolume(shape, [1, 1, 1]);
    for (let i = 0; i < volume.data.length; i++)
      volume.data[i] = stream.uniform() < 0.1 ? level : 0.02;
    return volume;
  };
  return {
    next: (): Sample => ({ blurred: draw(0.4), sharp: draw(1) }),
    state: () => stream.state(),
    restore: (state) => stream.restore(state as ReturnType<typeof stream.state>),
  };
}

/**
 * Selects a back-end that can be read at once, also on a machine with a GPU: `native`, or `js`
 * where it is not built.
 */
export async function selectCpuBackend(): Promise<void> {
  const isBuilt = (await backendReport()).some(
    ({ name, available }) => name === 'native' && available,
  );
  await selectBackend(isBuilt ? 'native' : 'js');
}
