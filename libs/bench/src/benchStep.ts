import type { BackendInfo } from '@blurcycle/compute';
import {
  createRandomStream,
  createVolume,
  median,
  type Precision,
  type Shape3,
  type Volume,
  voxelCount,
} from '@blurcycle/core';
import type { MethodSettings } from '@blurcycle/experiment';
import { createTrainer, disposeTrainer, type Sample, trainStep } from '@blurcycle/training';
import { memory } from '@tensorflow/tfjs-core';

/** What to time. */
interface BenchStepOptions {
  readonly method: MethodSettings;
  readonly width: number;
  readonly patch: Shape3;
  /** Side of the cubic blur kernel in voxels, odd. */
  readonly blurKernelSide: number;
  readonly steps: number;
  /** Of the factors of convolutions. */
  readonly precision: Precision;
}

/** How long a training step takes. */
interface BenchStepResult {
  readonly msPerStep: number;
  readonly method: string;
  readonly width: number;
  readonly patch: Shape3;
  readonly precision: Precision;
  readonly backend: string;
  readonly threads: number;
  readonly peakRssMiB: number;
  /** Tensors that the timed steps leaked, not counting those of the history buffers. */
  readonly tensorsLeaked: number;
}

/** Steps before the clock starts: code gets compiled, buffers get allocated. */
const WARM_UP_STEPS = 3;

/** Times whole training steps on random patches: median, memory, leaks. */
export async function benchStep(
  options: BenchStepOptions,
  backend: BackendInfo,
): Promise<BenchStepResult> {
  const { method, width, patch, blurKernelSide, steps, precision } = options;
  const size: Shape3 = [blurKernelSide, blurKernelSide, blurKernelSide];
  const random = createRandomStream(0, 'bench');
  const randomVolume = (shape: Shape3, scale: number): Volume =>
    createVolume(
      shape,
      [1, 1, 1],
      Float32Array.from({ length: voxelCount(shape) }, () => scale * random.uniform()),
    );
  const sample: Sample = { blurred: randomVolume(patch, 1), sharp: randomVolume(patch, 1) };
  const rate = 1e-4;
  const trainer = createTrainer({
    method,
    network: {
      width,
      discriminatorWidth: Math.max(4, width / 2),
      blurredDiscriminator: 'plain',
      outputBias: 0,
      blurKernelSize: size,
      blurKernelInit: 'gaussian',
      blurKernelSigmaVoxels: 2,
      blurKernelGauge: 'none',
      blurKernelConstraint: 'none',
    },
    objective: {
      patch,
      precision,
      updates: steps + WARM_UP_STEPS,
      optimizer: {
        learningRate: rate,
        blurKernelLearningRate: rate,
        discriminatorLearningRate: rate,
        decayFrom: 1,
        beta1: 0.5,
        beta2: 0.999,
        epsilon: 1e-8,
      },
      ganLoss: 'least-squares',
      lossWeights: { cycle: 10, pixel: 10, adversarial: 1, gradientPenalty: 10 },
      cycleNorm: 'l1',
      cycleMargin: [0, 0, 0],
      historyBuffer: WARM_UP_STEPS - 1,
    },
    seed: 0,
    knownKernel: randomVolume(size, 2 / voxelCount(size)),
  });
  for (let i = 0; i < WARM_UP_STEPS; i++) await trainStep(trainer, sample);
  const before = memory().numTensors;
  const times: number[] = [];
  for (let i = 0; i < steps; i++) {
    const start = performance.now();
    await trainStep(trainer, sample);
    times.push(performance.now() - start);
  }
  const tensorsLeaked = memory().numTensors - before;
  disposeTrainer(trainer);
  return {
    msPerStep: Number(median(times).toFixed(2)),
    method: method.id,
    width,
    patch,
    precision,
    backend: backend.name,
    threads: backend.threads,
    // maxRSS is in KiB on every platform (libuv).
    peakRssMiB: Math.round(process.resourceUsage().maxRSS / 1024),
    tensorsLeaked,
  };
}
