import type { Volume } from '@blurcycle/core';
import { readBlurKernel } from '@blurcycle/inference';
import {
  affineFit,
  fourierShellCorrelation,
  iDivergence,
  kernelMetrics,
  meanSquaredError,
  METRIC_NAMES,
  psnr,
  relativeResidual,
  smoothGaussian,
  ssimWindowed2d,
  ssimWindowed3d,
} from '@blurcycle/metrics';
import {
  createTrainer,
  disposeTrainer,
  type NetworkSettings,
  startKernelOf,
} from '@blurcycle/training';
import { describeKernel } from '../../../src/scores/describeKernel.ts';
import { scoreEstimate } from '../../../src/scores/scorePredictions.ts';
import { bell, spots, VOXEL_SIZE_UM } from '../inputs.ts';
import { native, portable, type GoldenCases } from './goldenCase.ts';

const TRUTH = spots([12, 16, 18], 1);
const ESTIMATE = {
  ...TRUTH,
  data: spots([12, 16, 18], 2).data.map((v, i) => (v + TRUTH.data[i]) / 2),
};
const KERNEL = bell([3, 5, 5]);
const OPTIONS = { dataRange: 1, kernel: KERNEL };

/** One metric, against the truth or, where that does not apply, against the data. */
function scoreOf(name: string): unknown {
  const blurred = spots([12, 16, 18], 3);
  const [known, unknown] = [TRUTH, null].map((sharp) =>
    scoreEstimate(ESTIMATE, { blurred, sharp }, OPTIONS),
  );
  return known[name] ?? unknown[name];
}

/** A small kernel beside networks of one channel. */
const NETWORK: NetworkSettings = {
  width: 1,
  discriminatorWidth: 1,
  blurredDiscriminator: 'plain',
  outputBias: 0,
  blurKernelSize: [5, 7, 9],
  blurKernelInit: 'gaussian',
  blurKernelSigmaVoxels: 1.1,
  blurKernelGauge: 'none',
  blurKernelConstraint: 'none',
};

/** The kernel of a trainer before its first update. */
async function untrainedKernel(): Promise<Volume | null> {
  const trainer = createTrainer({
    method: {
      id: 'golden',
      sampling: 'unpaired',
      blurPath: 'learned-kernel',
      discriminators: [],
      pixelLoss: 'none',
    },
    network: NETWORK,
    objective: {
      patch: [16, 16, 16],
      updates: 1,
      optimizer: {
        learningRate: 1e-3,
        blurKernelLearningRate: 1e-3,
        discriminatorLearningRate: 1e-3,
        decayFrom: 1,
        beta1: 0.5,
        beta2: 0.999,
        epsilon: 1e-8,
      },
      ganLoss: 'least-squares',
      lossWeights: { cycle: 10, pixel: 10, adversarial: 1, gradientPenalty: 10 },
      cycleNorm: 'l1',
      cycleMargin: [0, 0, 0],
      historyBuffer: 0,
    },
    seed: 1,
    knownKernel: null,
  });
  try {
    return await readBlurKernel(trainer, VOXEL_SIZE_UM);
  } finally {
    disposeTrainer(trainer);
  }
}

/** A learned kernel, here at its start, beside a known one or alone. */
async function describedKernel(known: boolean): Promise<unknown> {
  const start = await untrainedKernel();
  if (start === null) throw new Error('internal: the method learns a kernel');
  const truth = known ? KERNEL : null;
  const figures = describeKernel(start, { start, truth, sigmaVoxels: 1.5 });
  return pick(figures, (name) => !IS_OF_START.test(name));
}

/** Figures that tell of the start, or derive from a correlation or a width. */
const IS_OF_START = /start|psfSnr|deviation/i;

function pick(
  figures: Readonly<Record<string, number>> | null,
  isKept: (name: string) => boolean,
): unknown {
  return Object.fromEntries(Object.entries(figures ?? {}).filter(([name]) => isKept(name)));
}

/** What is told of a kernel beside its start. */
function describedStart(): unknown {
  const learned = bell([5, 7, 9]);
  const figures = describeKernel(learned, { start: STARTS[1], truth: KERNEL, sigmaVoxels: 1.5 });
  return pick(figures, (name) => IS_OF_START.test(name));
}

/** Every initialization, constraint and symmetry. */
const START_SETTINGS: readonly Partial<NetworkSettings>[] = [
  { blurKernelInit: 'normal' },
  { blurKernelInit: 'gaussian' },
  { blurKernelInit: 'normal', blurKernelGauge: 'point', blurKernelConstraint: 'non-negative' },
  { blurKernelInit: 'normal', blurKernelConstraint: 'unit-sum' },
];
const STARTS = START_SETTINGS.map((settings) =>
  startKernelOf({ ...NETWORK, ...settings }, 3, VOXEL_SIZE_UM),
);

/** Every metric. */
export const SCORE_CASES: GoldenCases = {
  ...Object.fromEntries(
    METRIC_NAMES.map((name) => [
      `metric/${name}`,
      // The others do not blur the estimate again.
      name === 'dataResidual' ? native(() => scoreOf(name)) : portable(() => scoreOf(name)),
    ]),
  ),
  'data-range': portable(() => psnr(ESTIMATE, TRUTH, { dataRange: 2.5 })),
  'ssim-gaussian': portable(() => {
    const options = { dataRange: 1, window: 'gaussian' } as const;
    return [ssimWindowed2d(ESTIMATE, TRUTH, options), ssimWindowed3d(ESTIMATE, TRUTH, options)];
  }),
  'affine-fit': portable(() => ({ ...affineFit(ESTIMATE, TRUTH) })),
  'mean-squared-error': portable(() => meanSquaredError(ESTIMATE, TRUTH)),
  'i-divergence': portable(() => iDivergence(ESTIMATE, TRUTH)),
  'relative-residual': portable(() => relativeResidual(TRUTH.data, ESTIMATE.data, 0.01)),
  'fourier-shell-correlation': portable(() => ({ ...fourierShellCorrelation(ESTIMATE, TRUTH) })),
  'smooth-gaussian': portable(() => [
    smoothGaussian(TRUTH, 1.5).data,
    smoothGaussian(TRUTH, [0, 1, 0.7]).data,
  ]),
  'kernel-metrics': portable(() => ({ ...kernelMetrics(bell([5, 7, 9]), KERNEL) })),
  'kernel-known': native(() => describedKernel(true)),
  'kernel-unknown': native(() => describedKernel(false)),
  'kernel-start': portable(() => [describedStart(), ...STARTS.map(({ data }) => data)]),
};
