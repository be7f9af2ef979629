import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createRandomStream, sha256 } from '../src/index.ts';

describe('sha256(bytes)', () => {
  it('is that of Node, for all lengths around a block', () => {
    const stream = createRandomStream(5, 'bytes');
    const bytes = Uint8Array.from({ length: 100_000 }, () => Math.floor(256 * stream.uniform()));
    for (const length of [...Array(200).keys(), bytes.length]) {
      const some = bytes.subarray(3, 3 + length);
      expect(Buffer.from(sha256(some)).toString('hex')).toBe(
        createHash('sha256').update(some).digest('hex'),
      );
    }
  });
});
