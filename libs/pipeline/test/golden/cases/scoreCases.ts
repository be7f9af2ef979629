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
import { createTrainer, disposeTrainer } from '@blurcycle/training';
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

/** A learned kernel at its start, beside a known one or alone. */
async function describedKernel(known: boolean): Promise<unknown> {
  const trainer = createTrainer({
    method: {
      id: 'golden',
      sampling: 'unpaired',
      blurPath: 'learned-kernel',
      discriminators: [],
      pixelLoss: 'none',
    },
    network: {
      width: 1,
      discriminatorWidth: 1,
      outputBias: 0,
      blurKernelSize: [5, 7, 9],
      blurKernelInit: 'gaussian',
      blurKernelSigmaVoxels: 1.1,
      blurKernelSymmetry: 'none',
      blurKernelConstraint: 'none',
    },
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
    const kernel = await readBlurKernel(trainer, VOXEL_SIZE_UM);
    return describeKernel(kernel, known ? KERNEL : null, { sigmaVoxels: 1.5 });
  } finally {
    disposeTrainer(trainer);
  }
}

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
};
