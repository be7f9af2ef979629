/** Operations of the back-end in WebAssembly against their reference implementations. */
import { describe, expect, it } from 'vitest';
import { selectBackend } from '../src/index.ts';
import { describeOperations } from './describeOperations.ts';

describe('operations in WebAssembly', () => {
  describeOperations({ backend: 'wasm', variants: [{ name: 'one thread', use: () => undefined }] });

  it('name themselves', async () => {
    expect(await selectBackend('wasm')).toMatchObject({ name: 'wasm', threads: 1, gpu: null });
  });
});
