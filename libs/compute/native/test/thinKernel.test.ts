import { voxelCount, type Shape3 } from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import { convolveGeometry, spectrumGeometry } from '../../src/fft/engineGeometry.ts';
import { randomValues } from '../../test/support.ts';
import { native } from '../addon.ts';
import { pack } from '../layouts.ts';

const CASES: readonly { grid: Shape3; kernel: Shape3; origin: Shape3 }[] = [
  { grid: [2, 4, 6], kernel: [1, 3, 3], origin: [0, 3, 5] },
  { grid: [7, 9, 10], kernel: [3, 5, 7], origin: [6, 7, 7] },
  { grid: [24, 15, 40], kernel: [11, 9, 33], origin: [19, 11, 24] },
  { grid: [30, 28, 50], kernel: [15, 1, 3], origin: [0, 0, 0] },
  { grid: [12, 16, 20], kernel: [5, 5, 5], origin: [9, 14, 18] },
];

describe.skipIf(native === null)('a kernel of which only its planes are kept', () => {
  it.each(CASES)('gives the bits of its whole spectrum, %j', ({ grid, kernel, origin }) => {
    const addon = native!;
    const values = randomValues(voxelCount(kernel), 'kernel');
    const data = randomValues(voxelCount(grid), 'data');
    const whole = addon.fftSpectrumLength(pack('fftGrid', { sides: grid }));
    const results = [0, kernel[0]].flatMap((kernelPlanes) => {
      const storage = { kernelPlanes, kernelOrigin: origin[0] };
      const floats = kernelPlanes === 0 ? whole : (whole / grid[0]) * kernelPlanes;
      const transfer = new Float32Array(floats);
      addon.fftSpectrum(spectrumGeometry(grid, kernel, origin, storage), values, transfer);
      return [false, true].map((conjugate) => {
        const cut = new Float32Array(voxelCount(grid));
        const box = [grid, [0, 0, 0]] as const;
        addon.fftConvolve(
          convolveGeometry(grid, box, box, conjugate, storage),
          data,
          transfer,
          cut,
        );
        return cut;
      });
    });
    expect(results[2]).toEqual(results[0]);
    expect(results[3]).toEqual(results[1]);
  });

  it('must fit onto the grid', () => {
    const grid: Shape3 = [8, 8, 8];
    const box = [grid, [0, 0, 0]] as const;
    const geometry = convolveGeometry(grid, box, box, false, { kernelPlanes: 9, kernelOrigin: 0 });
    const volume = new Float32Array(512);
    expect(() => native!.fftConvolve(geometry, volume, new Float32Array(1e4), volume)).toThrow(
      'a kernel whose planes fit onto the grid',
    );
  });
});
