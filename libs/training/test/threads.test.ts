/**
 * A short training on the native back-end ends with the same bits for any number of threads; skips
 * with a line without the add-on.
 */
import { createHash } from 'node:crypto';
import { backendReport, selectBackend } from '@blurcycle/compute';
import type { Shape3 } from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import { createTrainer, disposeTrainer, trainStep, type LossValues } from '../src/index.ts';
import { CASES, createTestSource, KNOWN_KERNEL, OBJECTIVE, startFor } from './support.ts';

const { available, detail } = (await backendReport()).find(({ name }) => name === 'native') ?? {};
if (available !== true) process.stderr.write(`no training is compared over threads: ${detail}\n`);

/**
 * Several times what one thread takes at a time, with sides that no number of threads divides
 * evenly.
 */
const PATCH: Shape3 = [16, 28, 20];
const UPDATES = 3; // the history buffers hold two volumes: the last update may exchange one

interface Training {
  /** Name of each parameter to the hash of its bytes: 0 and -0 are not the same bits. */
  readonly weights: Readonly<Record<string, string>>;
  readonly losses: readonly LossValues[];
}

async function train(
  { method, network, ganLoss }: (typeof CASES)[number],
  threads: number,
): Promise<Training> {
  await selectBackend('native', { threads });
  const trainer = createTrainer({
    method,
    network: { ...network, width: 8, discriminatorWidth: 4 },
    objective: { ...OBJECTIVE, patch: PATCH, updates: UPDATES, ganLoss },
    seed: 1,
    knownKernel: KNOWN_KERNEL,
    kernelStart: startFor(network),
  });
  const source = createTestSource(1, PATCH);
  const losses: LossValues[] = [];
  for (let i = 0; i < UPDATES; i++) losses.push(await trainStep(trainer, source.next()));
  const parameters = [...trainer.groups.generator, ...trainer.groups.discriminator].flatMap(
    (group) => [...group.parameters],
  );
  const weights = Object.fromEntries(
    parameters.map(({ name, variable }) => [
      name,
      createHash('sha256').update(variable.dataSync()).digest('hex'),
    ]),
  );
  disposeTrainer(trainer);
  return { weights, losses };
}

describe('a short training on native', () => {
  const cases = CASES.filter(({ id }) => /^(proposed|cyclegan)\b/.test(id));

  it.skipIf(available !== true).each(cases)(
    '$id: same bits for 1, 2 and 4 threads',
    async (entry) => {
      const alone = await train(entry, 1);
      for (const part of [
        'sharpGenerator/',
        'blurGenerator/',
        'discriminatorSharp/',
        'discriminatorBlurred/',
      ])
        expect(Object.keys(alone.weights).some((name) => name.startsWith(part))).toBe(true);
      for (const threads of [2, 4])
        expect(await train(entry, threads), `${threads} threads`).toEqual(alone);
    },
  );
});
