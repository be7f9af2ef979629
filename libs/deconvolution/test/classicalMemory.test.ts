import type { Shape3 } from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import { assertMemory } from '../src/classicalMemory.ts';

describe('assertMemory(stack, psf, settings, tiles, availableBytes)', () => {
  const settings = { algorithm: 'richardson-lucy' } as const;
  const [large, psf]: Shape3[] = [
    [64, 512, 512],
    [31, 31, 31],
  ];

  it('names a tile that fits where the stack does not', () => {
    expect(() => assertMemory(large, psf, settings, undefined, 2 ** 29)).toThrow(
      /^deconvolve: the memory for this stack must be free: about \d+ MiB, got '512 MiB to take' \(give --tile 64,256,256\)$/,
    );
    const tiles = { tile: [64, 256, 256], overlap: psf } as const;
    expect(assertMemory(large, psf, settings, tiles, 2 ** 29)).toBeLessThanOrEqual(2 ** 29);
  });

  it('has no tile to offer where the PSF leaves none, or the method takes none', () => {
    expect(() => assertMemory(large, psf, settings, undefined, 2 ** 20)).toThrow('crop the stack');
    expect(() => assertMemory(large, psf, { algorithm: 'blind-rl' }, undefined, 2 ** 29)).toThrow(
      'crop the stack',
    );
  });
});
