import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { describeOperations } from './describeOperations.ts';

vi.stubEnv('BLURCYCLE_TENSORFLOW', fileURLToPath(new URL('tensorflowStandIn.ts', import.meta.url)));
afterAll(() => vi.unstubAllEnvs());

describe('the code path of the back-end tensorflow, on a stand-in for its package', () => {
  it('is found, named with its device, and preferred by auto', async () => {
    const { backendReport, selectBackend } = await import('../src/index.ts');
    const [first] = await backendReport();
    expect(first).toMatchObject({ name: 'tensorflow', available: true });
    const { name, gpu, warning } = await selectBackend('auto');
    expect({ name, warning }).toEqual({ name: 'tensorflow', warning: null });
    expect(gpu).not.toBeNull();
    expect(tf.getBackend()).toBe('tensorflow');
  });

  it('has no convolutions of bfloat16 factors, and says so', async () => {
    const { conv3d, selectBackend, withPrecision } = await import('../src/index.ts');
    await selectBackend('tensorflow');
    const x = tf.ones<tf.Rank.R5>([1, 2, 2, 2, 1]);
    const w = tf.ones<tf.Rank.R5>([1, 1, 1, 1, 1]);
    expect(() => withPrecision('bfloat16', () => conv3d(x, w, null, { padding: 0 }))).toThrow(
      /precision must be float32 on the back-end tensorflow, got 'bfloat16'/,
    );
    tf.dispose([x, w]);
  });
});

describe('operations on tensorflow', () => {
  describeOperations({ backend: 'tensorflow', largest: 2500, bfloat16: false });
});
