import type { PixelIntegration } from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import { bornWolfPsf } from '../src/bornWolfPsf.ts';
import { discretizePupil, intensityAt } from '../src/pupil.ts';
import { gaussLegendre } from '../src/gaussLegendre.ts';
import { gaussianPsf } from '../src/gaussianPsf.ts';
import { richardsWolfPsf, richardsWolfPupil } from '../src/richardsWolfPsf.ts';
import { OPTICS } from './reference.ts';

const VOXEL = [0.3, 0.11, 0.09] as const;

describe('pixelIntegration', () => {
  it.each([
    ['lateral', 1, 12],
    ['axial', 30, 1],
    ['both', 12, 12],
  ] as const)(
    '%s is the mean over the voxel',
    (pixelIntegration: PixelIntegration, alongZ, across) => {
      const optics = { ...OPTICS, polarization: 'x' } as const;
      const psf = richardsWolfPsf({
        ...optics,
        shape: [3, 3, 5],
        voxelSizeUm: VOXEL,
        pixelIntegration,
      });
      const pupil = discretizePupil(richardsWolfPupil(optics), 1, 1);
      const axial = gaussLegendre(alongZ);
      const lateral = gaussLegendre(across);
      for (const [z, y, x] of [
        [1, 1, 2],
        [0, 1, 4],
        [2, 0, 3],
        [1, 2, 2],
        [0, 0, 0],
      ]) {
        let mean = 0;
        axial.nodes.forEach((tz, a) => {
          lateral.nodes.forEach((ty, b) => {
            lateral.nodes.forEach((tx, c) => {
              const weight = (axial.weights[a] * lateral.weights[b] * lateral.weights[c]) / 8;
              const at = [z - 1 + tz / 2, y - 1 + ty / 2, x - 2 + tx / 2].map(
                (t, axis) => t * VOXEL[axis],
              );
              mean += weight * intensityAt(pupil, at[0], at[1], at[2]);
            });
          });
        });
        expect(psf.data[(z * 3 + y) * 5 + x]).toBeCloseTo(mean, 7); // float32 at values up to 1
      }
    },
  );

  it('swaps x and y with the polarization on square pixels', () => {
    const sampling = {
      shape: [1, 5, 5],
      voxelSizeUm: [0.2, 0.1, 0.1],
      pixelIntegration: 'lateral',
    } as const;
    const alongX = richardsWolfPsf({ ...OPTICS, ...sampling, polarization: 'x' }).data;
    const alongY = richardsWolfPsf({ ...OPTICS, ...sampling, polarization: 'y' }).data;
    for (let y = 0; y < 5; y++) {
      for (let x = 0; x < 5; x++) expect(alongX[y * 5 + x]).toBeCloseTo(alongY[x * 5 + y], 7); // float32
    }
    expect(alongX[2 * 5 + 3]).toBeGreaterThan(alongX[3 * 5 + 2] + 0.01);
  });

  it('loses no light: pixels joined two by two have the mean of their parts', () => {
    const wide = {
      ...OPTICS,
      shape: [1, 3, 3],
      voxelSizeUm: [0.2, 0.2, 0.2],
      pixelIntegration: 'lateral',
    } as const;
    const coarse = bornWolfPsf(wide).data;
    const fine = bornWolfPsf({ ...wide, shape: [1, 6, 6], voxelSizeUm: [0.2, 0.1, 0.1] }).data;
    for (let y = 0; y < 3; y++) {
      for (let x = 0; x < 3; x++) {
        const parts = [0, 1].flatMap((j) => [0, 1].map((i) => fine[(2 * y + j) * 6 + 2 * x + i]));
        expect(coarse[y * 3 + x]).toBeCloseTo(parts.reduce((sum, value) => sum + value) / 4, 7); // float32
      }
    }
  });

  it('of a Gaussian sums to its integral', () => {
    const sigmaUm = [0.3, 0.1, 0.12] as const;
    const psf = gaussianPsf({
      ...OPTICS,
      sigmaUm,
      shape: [15, 15, 15],
      voxelSizeUm: [0.4, 0.25, 0.25],
      pixelIntegration: 'both',
    });
    const sum = psf.data.reduce((total, value) => total + value, 0) * 0.4 * 0.25 * 0.25;
    // Beyond ±10 σ nothing is left; float32 rounding of a few voxels remains.
    expect(sum / ((2 * Math.PI) ** 1.5 * 0.3 * 0.1 * 0.12)).toBeCloseTo(1, 6);
  });
});
