import { NUMERICS } from '@blurcycle/experiment';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readGoldenFile } from './goldenFile.ts';
import { checkGolden, collectBits, type GoldenBits } from './goldenRules.ts';
import { bundleCases, runEverywhere, type GoldenProgram } from './goldenRun.ts';

const TIMEOUT_MS = 300_000;

let program: GoldenProgram | undefined;
let found: ReturnType<typeof collectBits>;

beforeAll(async () => {
  program = await bundleCases();
  found = collectBits(await runEverywhere(program, false));
}, TIMEOUT_MS);

afterAll(() => program?.dispose());

describe('golden bits', () => {
  test('are the same in every process, with one thread and with two', () => {
    expect(found.failures).toEqual([]);
  });

  test('are those of golden.json', () => {
    expect(checkGolden(readGoldenFile(), NUMERICS, found).failures).toEqual([]);
  });

  test('are known for every instruction set of this machine', ({ skip }) => {
    const { skipped } = checkGolden(readGoldenFile(), NUMERICS, found);
    if (skipped.length > 0) skip(skipped.join('\n'));
  });

  test(
    'change with one constant of a loss, and the message says what to do',
    async ({ skip }) => {
      const name = 'method/supervised-gan';
      if (Object.keys(found.bits.training[name]).length === 0) skip('no C++ kernels here');
      let edits = 0;
      const edited = await bundleCases((text, path) => {
        // ½ of eq. 22, wherever the loss of a discriminator stands.
        const changed = text.replace(
          /(function discriminatorLoss\((?:(?!\nfunction)[^])*?), 0\.5\)/,
          '$1, 0.51)',
        );
        if (changed === text || !path.includes('training')) return text;
        edits++;
        return changed;
      });
      try {
        expect(edits, 'the ½ of discriminatorLoss is written otherwise: adapt this test').toBe(1);
        const run = await edited.run({ threads: 1, only: `training/${name}` });
        const { training } = collectBits([run]).bits;
        const bits: GoldenBits = {
          ...found.bits,
          training: { ...found.bits.training, ...training },
        };
        expect(checkGolden(readGoldenFile(), NUMERICS, { ...found, bits }).failures).toEqual([
          `golden: training/${name} must keep its bits, got others (raise NUMERICS.training in libs/experiment and say why, or restore the bits)`,
        ]);
      } finally {
        edited.dispose();
      }
    },
    TIMEOUT_MS,
  );
});
