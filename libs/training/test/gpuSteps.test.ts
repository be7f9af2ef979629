/**
 * Training steps on the GPU back-ends against plain JavaScript; a back-end that is not there skips
 * with a line.
 */
import type { BackendName } from '@blurcycle/core';
import { existsSync } from 'node:fs';
import { memory } from '@tensorflow/tfjs-core';
import { backendReport, selectBackend } from '@blurcycle/compute';
import { describe, expect, it } from 'vitest';
import { createTrainer, disposeTrainer, trainStep, type LossValues } from '../src/index.ts';
import { CASES, createTestSource, KNOWN_KERNEL, OBJECTIVE } from './support.ts';

// Debian's chromium brings a program in place of a GPU.
const SWIFTSHADER_DRIVER = '/usr/lib/chromium/vk_swiftshader_icd.json';
if (existsSync(SWIFTSHADER_DRIVER)) process.env['VK_DRIVER_FILES'] ??= SWIFTSHADER_DRIVER;
const REPORT = await backendReport();

const STEPS = 2;

async function losses(
  backend: BackendName,
  { method, network, ganLoss }: (typeof CASES)[number],
): Promise<LossValues[]> {
  await selectBackend(backend);
  const before = memory().numTensors;
  const trainer = createTrainer({
    method,
    network,
    objective: { ...OBJECTIVE, ganLoss },
    seed: 1,
    knownKernel: KNOWN_KERNEL,
  });
  const source = createTestSource(1);
  const values: LossValues[] = [];
  for (let i = 0; i < STEPS; i++) values.push(await trainStep(trainer, source.next()));
  disposeTrainer(trainer);
  expect(memory().numTensors).toBe(before);
  return values;
}

describe.each(['tensorflow', 'webgpu'] as const)('training steps on %s', (name) => {
  const { available, software, detail } = REPORT.find((entry) => entry.name === name) ?? {};
  if (available !== true)
    process.stderr.write(`no training step is tested on ${name}: ${detail}\n`);
  // Compiling for a program in place of a GPU takes minutes for all methods; these two use every
  // kernel.
  const few = ['proposed', 'non-blind, wasserstein-gp'];
  // A pupil is computed in TypeScript, between tensors in memory of the CPU.
  const cases = CASES.filter(
    ({ id, network }) =>
      network.blurKernelForm !== 'pupil' &&
      (software !== true || name !== 'webgpu' || few.includes(id)),
  );

  it.skipIf(available !== true).each(cases)(
    '$id: losses as in plain JavaScript',
    { timeout: 600_000 },
    async (entry) => {
      const expected = await losses('js', entry);
      const actual = await losses(name, entry);
      for (const [step, values] of expected.entries()) {
        for (const [term, value] of Object.entries(values)) {
          // Sums in another order through some thirty layers, the second time after an update.
          expect(Math.abs(actual[step][term] - value), `${term} of step ${step}`).toBeLessThan(
            1e-3 * Math.max(1e-2, Math.abs(value)),
          );
        }
      }
    },
  );
});
