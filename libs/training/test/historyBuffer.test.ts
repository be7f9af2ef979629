import { memory, tensor5d } from '@tensorflow/tfjs-core';
import { createRandomStream } from '@blurcycle/core';
import { selectBackend } from '@blurcycle/compute';
import { beforeAll, describe, expect, it } from 'vitest';
import { createHistoryBuffer } from '../src/trainer.ts';

beforeAll(async () => {
  await selectBackend('js');
});

function show(buffer: ReturnType<typeof createHistoryBuffer>, value: number): number {
  const fresh = tensor5d([value], [1, 1, 1, 1, 1]);
  const shown = buffer.exchange(fresh);
  const seen = shown.dataSync()[0];
  fresh.dispose();
  shown.dispose();
  return seen;
}

describe('createHistoryBuffer(capacity, stream)', () => {
  it('shows every fresh volume while it fills up', () => {
    const buffer = createHistoryBuffer(5, createRandomStream(1, 'buffer'));
    for (let i = 0; i < 5; i++) expect(show(buffer, i)).toBe(i);
    buffer.dispose();
  });

  it('then shows an earlier one about half the time, each at most once', () => {
    const buffer = createHistoryBuffer(50, createRandomStream(2, 'buffer'));
    const count = 2050;
    const seen = Array.from({ length: count }, (_, i) => show(buffer, i));
    const earlier = seen.slice(50).filter((value, i) => value !== i + 50);
    expect(earlier.length).toBeGreaterThan(1000 - 90); // four standard deviations of 2000 fair coins: 4 x 22
    expect(earlier.length).toBeLessThan(1000 + 90);
    expect(new Set(earlier).size).toBe(earlier.length - countRepeats(earlier));
    buffer.dispose();
  });

  it('frees its volumes', () => {
    const before = memory().numTensors;
    const buffer = createHistoryBuffer(2, createRandomStream(3, 'buffer'));
    for (let i = 0; i < 9; i++) show(buffer, i);
    expect(memory().numTensors).toBe(before + 2);
    buffer.dispose();
    expect(memory().numTensors).toBe(before);
  });
});

/** A volume that is taken out of the buffer is gone: none may come back. */
function countRepeats(values: readonly number[]): number {
  const repeats = values.filter((value, i) => values.indexOf(value) !== i);
  expect(repeats).toEqual([]);
  return repeats.length;
}
