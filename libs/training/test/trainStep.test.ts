import { dispose, memory, tidy } from '@tensorflow/tfjs-core';
import { createVolume } from '@blurcycle/core';
import { drawNestedCrop } from '@blurcycle/models';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  createTrainer,
  disposeTrainer,
  trainStep,
  type MethodSettings,
  type NetworkSettings,
  type ObjectiveSettings,
  type Trainer,
} from '../src/index.ts';
import { generatorObjective } from '../src/objectives.ts';
import type { OptimizerGroup } from '../src/trainer.ts';
import { toTensors, trainDiscriminatorStep, trainGeneratorStep } from '../src/trainStep.ts';
import {
  CASES,
  createTestSource,
  KNOWN_KERNEL,
  METHODS,
  NETWORK,
  OBJECTIVE,
  selectCpuBackend,
  startFor,
} from './support.ts';

beforeAll(async () => {
  await selectCpuBackend();
});

const build = (
  method: MethodSettings,
  network: NetworkSettings,
  changes: Partial<ObjectiveSettings> = {},
): Trainer =>
  createTrainer({
    method,
    network,
    objective: { ...OBJECTIVE, ...changes },
    seed: 1,
    knownKernel: KNOWN_KERNEL,
    kernelStart: startFor(network),
  });

const weights = (groups: readonly OptimizerGroup[]): Float32Array[] =>
  groups.flatMap(({ parameters }) =>
    parameters.map(({ variable }) => Float32Array.from(variable.dataSync())),
  );

describe.each(CASES)('trainStep(trainer, sample) of $id', ({ method, network, ganLoss }) => {
  it('leaves no tensor behind once the history buffers are full', async () => {
    const trainer = build(method, network, { ganLoss });
    const source = createTestSource(1);
    for (let i = 0; i < 3; i++) await trainStep(trainer, source.next());
    const before = memory().numTensors;
    for (let i = 0; i < 3; i++) await trainStep(trainer, source.next());
    expect(memory().numTensors).toBe(before);
    disposeTrainer(trainer);
  });

  it('frees everything with disposeTrainer', async () => {
    const before = memory().numTensors;
    const trainer = build(method, network, { ganLoss });
    await trainStep(trainer, createTestSource(1).next());
    disposeTrainer(trainer);
    expect(memory().numTensors).toBe(before);
  });

  it('changes the generators and no discriminator in a generator step, and the reverse', () => {
    const trainer = build(method, network, { ganLoss });
    const sample = toTensors(trainer, createTestSource(2).next());
    const { generator, discriminator } = trainer.groups;

    const judgesBefore = weights(discriminator);
    const makersBefore = weights(generator);
    const { scalars, fakes } = trainGeneratorStep(trainer, sample);
    expect(weights(discriminator)).toEqual(judgesBefore);
    const makersAfter = weights(generator);
    expect(makersAfter).not.toEqual(makersBefore);

    const judged = trainDiscriminatorStep(trainer, sample, fakes);
    expect(weights(generator)).toEqual(makersAfter);
    if (method.discriminators.length > 0) expect(weights(discriminator)).not.toEqual(judgesBefore);
    else expect(judged).toBeNull();
    dispose([scalars.values, ...(judged === null ? [] : [judged.values])]);
    dispose([sample.sharp, sample.blurred, sample.sharpWide, ...Object.values(fakes)]);
    disposeTrainer(trainer);
  });

  it('reports a total that is the weighted sum of its parts', async () => {
    const trainer = build(method, network, { ganLoss });
    const losses = await trainStep(trainer, createTestSource(3).next());
    const { cycle, pixel, adversarial, gradientPenalty } = OBJECTIVE.lossWeights;
    const expected = Object.entries(losses).reduce((sum, [name, value]) => {
      if (name.startsWith('cycle')) return sum + cycle * value;
      if (name === 'pixel') return sum + pixel * value;
      return name.startsWith('adversarial') ? sum + adversarial * value : sum;
    }, 0);
    expect(losses.generatorTotal / expected).toBeCloseTo(1, 5); // float32 sums
    for (const domain of method.discriminators.map((name) =>
      name === 'sharp' ? 'Sharp' : 'Blurred',
    )) {
      const scales = ['Full', 'Half', 'Quarter'].map(
        (scale) =>
          losses[`discriminator${domain}${scale}`] +
          gradientPenalty * (losses[`gradientPenalty${domain}${scale}`] ?? 0),
      );
      const average = scales.reduce((sum, value) => sum + value, 0) / 3;
      expect(losses[`discriminator${domain}`] / average).toBeCloseTo(1, 5); // float32 sums
      for (const scale of ['Full', 'Half', 'Quarter'])
        expect(losses[`discriminator${domain}Spread${scale}`]).toBeGreaterThanOrEqual(0);
      expect(losses[`discriminator${domain}SpreadFull`]).toBeGreaterThan(0);
    }
    disposeTrainer(trainer);
  });

  it('gives the same bits for the same seed', async () => {
    const run = async (): Promise<Float32Array[]> => {
      const trainer = build(method, network, { ganLoss });
      const source = createTestSource(4);
      for (let i = 0; i < 2; i++) await trainStep(trainer, source.next());
      const result = weights([...trainer.groups.generator, ...trainer.groups.discriminator]);
      disposeTrainer(trainer);
      return result;
    };
    expect(await run()).toEqual(await run());
  });
});

describe('a cycle margin of half a kernel', () => {
  it('lets the kernel see the surroundings of the sharp patch, so that no border of its blur is dark', () => {
    const objective = { ...OBJECTIVE, cycleMargin: [1, 1, 1] as const };
    const trainer = createTrainer({
      method: METHODS[4],
      network: NETWORK,
      objective,
      seed: 1,
      knownKernel: KNOWN_KERNEL,
    });
    const ones = createVolume([18, 18, 18], [1, 1, 1], new Float32Array(18 ** 3).fill(1));
    const blurred = createVolume([16, 16, 16], [1, 1, 1]);
    const tensors = toTensors(trainer, { blurred, sharp: ones });
    expect(tensors.sharp.shape).toEqual([1, 16, 16, 16, 1]);
    const values = tidy(() => {
      const crops = {
        blurred: drawNestedCrop([16, 16, 16], trainer.crops),
        sharp: drawNestedCrop([16, 16, 16], trainer.crops),
      };
      const { fakes } = generatorObjective(trainer.networks, METHODS[4], objective, tensors, crops);
      return fakes.blurred?.dataSync();
    });
    expect(values).toHaveLength(16 ** 3);
    for (const value of values ?? []) expect(value).toBeCloseTo(1, 5); // the kernel sums to 1; float32 FFT
    dispose([tensors.blurred, tensors.sharp, tensors.sharpWide]);
    disposeTrainer(trainer);
  });
});

describe('a constrained blur kernel', () => {
  it.each(['non-negative', 'unit-sum'] as const)(
    'is %s after every update',
    async (blurKernelConstraint) => {
      const network = { ...NETWORK, blurKernelInit: 'normal', blurKernelConstraint } as const;
      const optimizer = { ...OBJECTIVE.optimizer, blurKernelLearningRate: 0.1 }; // large beside the kernel's values
      const trainer = createTrainer({
        method: METHODS[3],
        network,
        objective: { ...OBJECTIVE, optimizer },
        seed: 1,
        knownKernel: null,
      });
      const source = createTestSource(6);
      for (let i = 0; i < 3; i++) {
        await trainStep(trainer, source.next());
        const [{ variable }] = trainer.networks.blurGenerator?.parameters ?? [];
        const values = [...variable.dataSync()];
        expect(values.every((value) => value >= 0)).toBe(true);
        expect(values.some((value) => value === 0)).toBe(true);
        const total = values.reduce((sum, value) => sum + value, 0);
        if (blurKernelConstraint === 'unit-sum')
          expect(total).toBeCloseTo(1, 5); // float32 sum
        else expect(Math.abs(total - 1)).toBeGreaterThan(0.1); // the gain is free
      }
      disposeTrainer(trainer);
    },
  );
});

describe('supervised training', () => {
  it('brings the loss of one repeated sample down', async () => {
    const objective = { ...OBJECTIVE, updates: 31 };
    const [method] = METHODS;
    const trainer = createTrainer({
      method,
      network: NETWORK,
      objective,
      seed: 1,
      knownKernel: null,
    });
    const sample = createTestSource(5).next();
    const first = await trainStep(trainer, { blurred: sample.sharp, sharp: sample.sharp });
    let last = first;
    for (let i = 0; i < 30; i++)
      last = await trainStep(trainer, { blurred: sample.sharp, sharp: sample.sharp });
    expect(last.pixel).toBeLessThan(0.8 * first.pixel);
    disposeTrainer(trainer);
  });
});
