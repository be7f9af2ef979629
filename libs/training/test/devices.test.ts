import { dispose, memory, tidy, variableGrads } from '@tensorflow/tfjs-core';
import { variableGradients } from '@blurcycle/compute';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  createTrainer,
  disposeTrainer,
  readLearnedNoise,
  trainStep,
  withAverageWeights,
  type MethodSettings,
  type NetworkSettings,
  type ObjectiveSettings,
  type Trainer,
} from '../src/index.ts';
import { generatorObjective } from '../src/objectives.ts';
import { hashWeights, restoreSnapshot, takeSnapshot } from '../src/snapshot.ts';
import { toTensors } from '../src/trainStep.ts';
import {
  createTestSource,
  KNOWN_KERNEL,
  METHODS,
  NETWORK,
  OBJECTIVE,
  selectCpuBackend,
} from './support.ts';

beforeAll(async () => {
  await selectCpuBackend();
});

const method = (id: string): MethodSettings => {
  const found = METHODS.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no method ${id}`);
  return found;
};

interface Case {
  readonly id: string;
  readonly method: MethodSettings;
  readonly network: NetworkSettings;
  readonly objective: Partial<ObjectiveSettings>;
}

const DECOUPLED: NetworkSettings = {
  ...NETWORK,
  blurKernelGauge: 'core',
  blurKernelConstraint: 'non-negative',
  blurNoise: 'learned',
};

const CASES: readonly Case[] = [
  {
    id: 'decoupled, with a moving average',
    method: method('proposed'),
    network: DECOUPLED,
    objective: { sharpCycleTrainsKernel: false, averageHalfLife: 3 },
  },
  {
    id: 'decoupled, stabilized',
    method: method('proposed'),
    network: DECOUPLED,
    objective: { sharpCycleTrainsKernel: false, cycleNorm: 'anscombe' },
  },
  {
    id: 'non-blind with known noise',
    method: method('non-blind'),
    network: { ...NETWORK, blurNoise: 'known' },
    objective: {},
  },
  {
    id: 'simulated pairs',
    method: { ...method('non-blind'), id: 'simulated', cycles: 'sharp', discriminators: [] },
    network: { ...NETWORK, blurNoise: 'known' },
    objective: {},
  },
];

const build = ({ method: settings, network, objective }: Case): Trainer =>
  createTrainer({
    method: settings,
    network,
    objective: { ...OBJECTIVE, ...objective },
    seed: 1,
    knownKernel: KNOWN_KERNEL,
    knownNoise: { a: 0.01, b: 0.001 },
  });

describe.each(CASES)('trainStep(trainer, sample) of $id', (one) => {
  it('keeps no tensor, and frees everything in the end', async () => {
    const before = memory().numTensors;
    const trainer = build(one);
    const source = createTestSource(1);
    for (let i = 0; i < 3; i++) await trainStep(trainer, source.next());
    const full = memory().numTensors;
    for (let i = 0; i < 3; i++) await trainStep(trainer, source.next());
    expect(memory().numTensors).toBe(full);
    disposeTrainer(trainer);
    expect(memory().numTensors).toBe(before);
  });

  it('goes on from a snapshot with the same bits, noise and average included', async () => {
    const trainer = build(one);
    const source = createTestSource(1);
    for (let i = 0; i < 2; i++) await trainStep(trainer, source.next());
    const snapshot = await takeSnapshot(trainer);
    const sample = source.next();
    await trainStep(trainer, sample);
    const straight = [await hashWeights(trainer), await averageOf(trainer)];

    const other = build(one);
    restoreSnapshot(other, snapshot);
    await trainStep(other, sample);
    expect([await hashWeights(other), await averageOf(other)]).toEqual(straight);
    disposeTrainer(trainer);
    disposeTrainer(other);
  });

  it('has the gradients of the tape of tfjs', () => {
    const trainer = build(one);
    const sample = toTensors(trainer, createTestSource(2).next());
    const variables = trainer.groups.generator.flatMap(({ parameters }) =>
      parameters.map(({ variable }) => variable),
    );
    const { objective, networks } = trainer;
    const crop = {
      origins: [
        [0, 0, 0],
        [4, 4, 4],
        [5, 5, 5],
      ],
      shapes: [
        [16, 16, 16],
        [8, 8, 8],
        [4, 4, 4],
      ],
    } as const;
    const total = () =>
      generatorObjective(networks, one.method, objective, sample, { sharp: crop, blurred: crop })
        .total;
    tidy(() => {
      const { grads } = variableGradients(total, variables);
      const { grads: expected } = variableGrads(total, [...variables]);
      const largest = (values: Float32Array): number => Math.max(...values.map(Math.abs));
      const all = variables.map(({ name }) => ({
        mine: grads[name].dataSync<'float32'>(),
        theirs: expected[name].dataSync<'float32'>(),
      }));
      // Biases before a normalization have no gradient but rounding, so the scale is that of all.
      const scale = Math.max(...all.map(({ theirs }) => largest(theirs)));
      for (const { mine, theirs } of all) {
        const difference = largest(mine.map((value, k) => value - theirs[k]));
        expect(difference / scale).toBeLessThan(1e-4); // float32 sums in another order
      }
    });
    dispose([sample.sharp, sample.blurred, sample.sharpWide]);
    dispose(sample.deviates ?? []);
    disposeTrainer(trainer);
  });
});

async function averageOf(trainer: Trainer): Promise<readonly number[]> {
  if (trainer.average === null) return [];
  const values = await Promise.all(trainer.average.map(({ variable }) => variable.data()));
  return values.flatMap((one) => [...one]);
}

describe('the sharp cycle', () => {
  it('leaves the kernel alone where it is told to', () => {
    const only = (sharpCycleTrainsKernel: boolean): number => {
      const trainer = build({
        ...CASES[0],
        objective: {
          sharpCycleTrainsKernel,
          lossWeights: { cycle: 1, pixel: 0, adversarial: 0, gradientPenalty: 0 },
        },
      });
      const sample = toTensors(trainer, createTestSource(2).next());
      const { networks, objective } = trainer;
      const sharpOnly = { ...method('proposed'), cycles: 'sharp', discriminators: [] } as const;
      const kernel = trainer.groups.generator[1].parameters[0].variable;
      const largest = tidy(() => {
        const { grads } = variableGradients(
          () => generatorObjective(networks, sharpOnly, objective, sample, NO_CROPS).total,
          [kernel],
        );
        const gradient = (grads as Partial<typeof grads>)[kernel.name];
        return gradient === undefined ? 0 : Math.max(...gradient.dataSync().map(Math.abs));
      });
      dispose([sample.sharp, sample.blurred, sample.sharpWide]);
      dispose(sample.deviates ?? []);
      disposeTrainer(trainer);
      return largest;
    };
    expect(only(true)).toBeGreaterThan(0);
    expect(only(false)).toBe(0);
  });
});

const NO_CROPS = {
  sharp: { origins: [], shapes: [] },
  blurred: { origins: [], shapes: [] },
} as const;

describe('the moving average', () => {
  it('moves half of the way within its half-life, and steps in for the weights on demand', async () => {
    const trainer = build(CASES[0]);
    const [{ variable }] = trainer.networks.sharpGenerator.parameters;
    const start = variable.dataSync()[0];
    const source = createTestSource(3);
    const seen: number[] = [];
    for (let i = 0; i < 3; i++) {
      await trainStep(trainer, source.next());
      seen.push(variable.dataSync()[0]);
    }
    const part = 1 - 2 ** (-1 / 3);
    const expected = seen.reduce((average, value) => average + part * (value - average), start);
    const stored = await withAverageWeights(trainer, () => Promise.resolve(variable.dataSync()[0]));
    expect(stored).toBeCloseTo(expected, 6); // float32
    expect(variable.dataSync()[0]).toBe(seen[2]);
    disposeTrainer(trainer);
  });
});

describe('readLearnedNoise(trainer)', () => {
  it('is a and b, or null where none is learned', async () => {
    const trainer = build(CASES[0]);
    const noise = await readLearnedNoise(trainer);
    expect(noise?.a).toBeCloseTo(0.01, 6);
    expect(noise?.b).toBeCloseTo(0.001, 6);
    disposeTrainer(trainer);
    const known = build(CASES[2]);
    expect(await readLearnedNoise(known)).toBeNull();
    disposeTrainer(known);
  });
});
