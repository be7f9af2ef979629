import {
  dispose,
  memory,
  mul,
  tensor1d,
  tensor5d,
  tidy,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { variableGradients } from '@blurcycle/compute';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  createTrainer,
  disposeTrainer,
  readLearnedNoise,
  readLearnedPupil,
  trainStep,
  withAverageWeights,
  type MethodSettings,
  type NetworkSettings,
  type ObjectiveSettings,
  type Sample,
  type Trainer,
} from '../src/index.ts';
import { generatorObjective, type SampleTensors } from '../src/objectives.ts';
import { hashWeights, restoreSnapshot, takeSnapshot } from '../src/snapshot.ts';
import { toTensors } from '../src/trainStep.ts';
import {
  createTestSource,
  KNOWN_KERNEL,
  METHODS,
  NETWORK,
  OBJECTIVE,
  PUPIL,
  pupilStart,
  selectCpuBackend,
  startFor,
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
  {
    id: 'simulated pairs of random gain',
    method: { ...method('non-blind'), id: 'simulated', cycles: 'sharp', discriminators: [] },
    network: { ...NETWORK, blurNoise: 'known' },
    objective: { randomGain: [0.25, 1] },
  },
  {
    // The second half of seven updates tunes; the snapshot is taken before.
    id: 'simulated pairs, then the cycle of blurred volumes',
    method: { ...method('non-blind'), id: 'simulated-tuned', discriminators: [] },
    network: { ...NETWORK, blurNoise: 'known' },
    objective: { blurredCycleFrom: 3 / 7 },
  },
  {
    id: 'kernel with a pupil, decoupled',
    method: method('proposed'),
    network: { ...PUPIL, blurNoise: 'learned' },
    objective: { sharpCycleTrainsKernel: false, averageHalfLife: 3 },
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
    kernelStart: startFor(network),
  });

const CROP = {
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
    const total = () =>
      generatorObjective(networks, one.method, objective, sample, { sharp: CROP, blurred: CROP })
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

describe('the gradient of the whole loss for a kernel with a pupil', () => {
  it('is that of its differences: optics, aberrations and gain', () => {
    // The sharp cycle trains the kernel, so that every term counts; learned noise has a likelihood
    // of its own that the kernel does not follow.
    const trainer = build({ ...pupilCase(), network: PUPIL, objective: { cycleNorm: 'l2' } });
    const { networks, objective } = trainer;
    const sample = toTensors(trainer, createTestSource(2).next());
    const total = () =>
      generatorObjective(networks, trainer.method, objective, sample, {
        sharp: CROP,
        blurred: CROP,
      }).total;
    const parameters = trainer.groups.generator.find(
      ({ name }) => name === 'blurKernel',
    )!.parameters;
    expect(parameters.map(({ name }) => name.slice('blurGenerator/'.length))).toEqual([
      ...['zernike', 'logGain', 'logNumericalAperture', 'logImmersionIndex'],
    ]);
    const variables = parameters.map(({ variable }) => variable);
    const gradients = tidy(() => {
      const { grads } = variableGradients(total, variables);
      return variables.map(({ name }) => Array.from(grads[name].dataSync()));
    });
    for (const [i, { variable }] of parameters.entries()) {
      const values = Array.from(variable.dataSync());
      for (const j of values.keys()) {
        const lossAt = (step: number): number =>
          tidy(() => {
            variable.assign(tensor1d(values.map((value, k) => (k === j ? value + step : value))));
            return total().dataSync()[0];
          });
        const h = 5e-3;
        const slope = (lossAt(h) - lossAt(-h)) / (2 * h);
        tidy(() => variable.assign(tensor1d(values)));
        // float32: a loss of about 3 has an error of a few 1e-7 over a difference of 1e-2, and the
        // curvature takes as much; the largest gradient is 0.35, most are 0.02 to 0.04
        expect(Math.abs(gradients[i][j] - slope)).toBeLessThan(1e-3);
      }
    }
    dispose([sample.sharp, sample.blurred, sample.sharpWide]);
    dispose(sample.deviates ?? []);
    disposeTrainer(trainer);
  });
});

describe('readLearnedPupil(trainer)', () => {
  it('is the pupil of the start before the first update, and moves', async () => {
    const trainer = build(pupilCase());
    const { kernel } = pupilStart([0.3, -0.2, 0.1], 0.2);
    const built = tidy(() => {
      const { blurGenerator } = trainer.networks;
      if (blurGenerator === null || !('kernel' in blurGenerator)) throw new Error('no kernel');
      return Array.from(blurGenerator.kernel().dataSync());
    });
    expect(built).toEqual(Array.from(kernel.data));
    const before = readLearnedPupil(trainer);
    expect(before).toMatchObject({ numericalAperture: 1.2, emissionWavelengthUm: 0.6 });
    await trainStep(trainer, createTestSource(3).next());
    const after = readLearnedPupil(trainer);
    expect(after?.numericalAperture).not.toBe(before?.numericalAperture);
    expect(after?.emissionWavelengthUm).toBe(0.6);
    expect(after?.zernike).not.toEqual(before?.zernike);
    disposeTrainer(trainer);
    const free = build(CASES[0]);
    expect(readLearnedPupil(free)).toBeNull();
    disposeTrainer(free);
  });
});

function pupilCase(): Case {
  const found = CASES.find(({ network }) => network.blurKernelForm === 'pupil');
  if (found === undefined) throw new Error('no case with a pupil');
  return found;
}

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

const SAMPLE = createTestSource(9).next();

const NO_CROPS = {
  sharp: { origins: [], shapes: [] },
  blurred: { origins: [], shapes: [] },
} as const;

describe('random gain', () => {
  const simulated = CASES[4];

  it('is log-uniform within its range, another in every update', () => {
    const trainer = build(simulated);
    const gains = Array.from({ length: 400 }, () => {
      const { sharp, blurred, sharpWide, deviates, gain } = toTensors(trainer, SAMPLE);
      dispose([sharp, blurred, sharpWide, ...(deviates === null ? [] : [deviates])]);
      return gain;
    });
    disposeTrainer(trainer);
    expect(Math.min(...gains)).toBeGreaterThanOrEqual(0.25);
    expect(Math.max(...gains)).toBeLessThanOrEqual(1);
    // The logarithm of a log-uniform gain is uniform: mean log 0.5, a standard error of 0.02.
    const mean = gains.reduce((sum, gain) => sum + Math.log(gain), 0) / gains.length;
    expect(Math.abs(mean - Math.log(0.5))).toBeLessThan(0.08); // four standard errors
  });

  it('is in the image before the noise, and in the target', () => {
    const trainer = build({ ...simulated, network: { ...NETWORK, blurNoise: 'none' } });
    const { networks, objective } = trainer;
    const sample = toTensors(trainer, SAMPLE);
    const half = {
      ...sample,
      sharp: mul(sample.sharp, 0.5),
      sharpWide: mul(sample.sharpWide, 0.5),
    };
    const lossOf = (tensors: SampleTensors): number =>
      tidy(
        () =>
          generatorObjective(
            networks,
            simulated.method,
            objective,
            tensors,
            NO_CROPS,
          ).total.dataSync()[0],
      );
    const halved = { ...half, gain: 1 } as SampleTensors;
    expect(lossOf({ ...sample, gain: 0.5 })).toBeCloseTo(lossOf(halved), 5); // float32
    expect(lossOf({ ...sample, gain: 0.5 })).not.toBeCloseTo(lossOf({ ...sample, gain: 1 }), 3);
    dispose([sample.sharp, sample.blurred, sample.sharpWide, half.sharp, half.sharpWide]);
    disposeTrainer(trainer);
  });
});

describe('the cycle of blurred volumes', () => {
  it('counts from its part of the updates on, and leaves what was before as it was', async () => {
    const [tuned, plain] = [CASES[5], { ...CASES[3], objective: {} }].map(build);
    const [source, same] = [createTestSource(7), createTestSource(7)];
    const terms: string[][] = [];
    for (let i = 0; i < 7; i++) {
      const losses = await trainStep(tuned, source.next());
      terms.push(Object.keys(losses).filter((name) => name.startsWith('cycle')));
      const others = await trainStep(plain, same.next());
      if (i <= 3) expect(losses.cycleSharp).toBe(others.cycleSharp);
      else expect(losses.cycleSharp).not.toBe(others.cycleSharp);
    }
    const [early, late] = [['cycleSharp'], ['cycleBlurred', 'cycleSharp']];
    expect(terms).toEqual([early, early, early, late, late, late, late]);
    disposeTrainer(tuned);
    disposeTrainer(plain);
  });
});

describe('the cycle of real images beside simulated pairs', () => {
  const pairs: Case = {
    id: 'pairs-tuned',
    method: method('pairs-tuned'),
    network: NETWORK,
    objective: { blurredCycleFrom: 3 / 7, cycleNorm: 'l2', cycleMargin: [1, 1, 1] },
  };
  const withImages = (source: ReturnType<typeof createTestSource>): Sample => {
    const { blurred, sharp } = source.next();
    return { blurred, sharp, observed: source.next().blurred };
  };

  it('is of the real image alone, without its border, from its part of the updates on', async () => {
    const [tuned, plain] = [pairs, { ...pairs, objective: { blurredCycleFrom: 1 } }].map(build);
    const [source, same] = [createTestSource(7), createTestSource(7)];
    const terms: string[][] = [];
    for (let i = 0; i < 7; i++) {
      const losses = await trainStep(tuned, withImages(source));
      terms.push(Object.keys(losses));
      const others = await trainStep(plain, withImages(same));
      if (i <= 3) expect(losses.pixel).toBe(others.pixel);
      else expect(losses.pixel).not.toBe(others.pixel);
    }
    const early = ['generatorTotal', 'pixel'];
    const late = ['generatorTotal', 'pixel', 'cycleBlurred'];
    expect(terms).toEqual([early, early, early, late, late, late, late]);

    const sample = withImages(source);
    const { observed } = sample;
    if (observed === undefined) throw new Error('the sample has a real image');
    const { networks } = tuned;
    const again = tidy(() => {
      const estimate = networks.sharpGenerator.apply(tensor5d(observed.data, [1, 16, 16, 16, 1]));
      return Float32Array.from(networks.blurGenerator!.apply(estimate).dataSync());
    });
    let sum = 0;
    for (let z = 1; z < 15; z++)
      for (let y = 1; y < 15; y++)
        for (let x = 1; x < 15; x++) {
          const i = (z * 16 + y) * 16 + x;
          sum += (again[i] - observed.data[i]) ** 2;
        }
    const { cycleBlurred } = await trainStep(tuned, sample);
    expect(cycleBlurred / (sum / 14 ** 3)).toBeCloseTo(1, 4); // float32 sums
    disposeTrainer(tuned);
    disposeTrainer(plain);
  });
});

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
    const known = build(CASES.find(({ network }) => network.blurNoise === 'known')!);
    expect(await readLearnedNoise(known)).toBeNull();
    disposeTrainer(known);
  });
});
