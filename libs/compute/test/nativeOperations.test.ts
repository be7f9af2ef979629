/** Operations of the native back-end against their reference implementations. */
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { native } from '../native/addon.ts';
import { backendReport, preferredBackend, selectBackend } from '../src/index.ts';
import { describeOperations } from './describeOperations.ts';

/** Instruction sets that this processor has; each is compared with the reference. */
const ISAS = (['avx512', 'avx2', 'baseline', 'neon'] as const).filter((isa) =>
  native?.selectIsa(isa),
);
if (ISAS.length > 0) native?.selectIsa(ISAS[0]);
/** What multiplies bfloat16 factors under the best of them, best first. */
const UNITS = (['amx', 'avx512-bf16', 'rounded'] as const).filter((unit) =>
  native?.selectBfloat16(unit),
);

describe.skipIf(native === null)('native operations', () => {
  describeOperations({
    backend: 'native',
    variants: [
      ...UNITS.map((unit) => ({
        name: `${ISAS[0]} ${unit}`,
        use: () => {
          native?.selectIsa(ISAS[0]);
          native?.selectBfloat16(unit);
        },
      })),
      ...ISAS.slice(1).map((isa) => ({ name: isa, use: () => void native?.selectIsa(isa) })),
    ],
  });

  it('is what auto selects where there is no GPU', async (context) => {
    if (preferredBackend(await backendReport())?.name !== 'native')
      context.skip('this machine has a GPU');
    const chosen = await selectBackend('auto', { threads: 2 });
    expect(chosen).toMatchObject({ name: 'native', threads: 2, gpu: null, warning: null });
    expect(chosen.description).toContain('C++ kernels');
    expect(tf.getBackend()).toBe('native');
  });
});
