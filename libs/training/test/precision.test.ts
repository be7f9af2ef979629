import { beforeAll, describe, expect, it } from 'vitest';
import { createTrainer, disposeTrainer, trainStep, type LossValues } from '../src/index.ts';
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

async function twoLosses(precision?: 'float32' | 'bfloat16'): Promise<LossValues[]> {
  const [method] = METHODS.filter(({ id }) => id === 'proposed');
  const trainer = createTrainer({
    method,
    network: NETWORK,
    objective: { ...OBJECTIVE, precision },
    seed: 3,
    knownKernel: KNOWN_KERNEL,
  });
  const source = createTestSource(5);
  const losses = [await trainStep(trainer, source.next()), await trainStep(trainer, source.next())];
  disposeTrainer(trainer);
  return losses;
}

describe('trainStep(trainer, sample) with convolutions of bfloat16 factors', () => {
  it('is another computation, near that of float32', async () => {
    const [exact, rounded] = [await twoLosses('float32'), await twoLosses('bfloat16')];
    exact.forEach((values, step) => {
      expect(rounded[step].generatorTotal).not.toBe(values.generatorTotal);
      for (const [name, value] of Object.entries(values)) {
        // Eight significant bits, a dozen layers deep; the spread of a single score is zero.
        const error = Math.abs(rounded[step][name] - value);
        expect(error, name).toBeLessThan(0.1 * Math.abs(value) + 1e-6);
      }
    });
  });

  it('is not what happens unless it is asked for', async () => {
    expect(await twoLosses()).toEqual(await twoLosses('float32'));
  });
});
