import { describe, expect, it } from 'vitest';
import { psfFigure } from '../src/psfFigure.ts';
import { OPTICS, reference } from './reference.ts';

const SAMPLING = { ...OPTICS, shape: [15, 21, 17], voxelSizeUm: [0.2, 0.05, 0.06] } as const;

describe('psfFigure(requests)', () => {
  const [bornWolf, richardsWolf, gaussian] = psfFigure([
    { model: 'born-wolf', ...SAMPLING },
    { model: 'richards-wolf', ...SAMPLING },
    { model: 'gaussian', ...SAMPLING },
  ]);

  it('has the widths of the fixture psf-mpmath', () => {
    // The fixture has 14 digits; the project's bar is 1e-6 relative.
    const { fwhm_nm: expected } = reference;
    expect((bornWolf.fwhmUm.x * 1000) / expected.BW_lateral).toBeCloseTo(1, 10);
    expect((bornWolf.fwhmUm.z * 1000) / expected.BW_axial).toBeCloseTo(1, 10);
    expect((richardsWolf.fwhmUm.y * 1000) / expected.RW_lateral).toBeCloseTo(1, 10);
    expect((richardsWolf.fwhmUm.z * 1000) / expected.RW_axial).toBeCloseTo(1, 10);
    expect(gaussian.fwhmUm.x).toBeCloseTo(
      2 * Math.sqrt(2 * Math.log(2)) * Math.SQRT2 * (0.5 / (2 * Math.PI * 1.4)),
      12,
    );
  });

  it('cuts its sections through the focus', () => {
    expect(bornWolf.lateral.sides).toEqual([21, 17]);
    expect(bornWolf.axial.sides).toEqual([15, 17]);
    expect(bornWolf.lateral.values[10 * 17 + 8]).toBe(1);
    expect(bornWolf.axial.values[7 * 17 + 8]).toBe(1);
    expect(bornWolf.axial.values[6 * 17 + 8]).toBe(bornWolf.psf.data[(6 * 21 + 10) * 17 + 8]);
  });

  it('draws profiles through the focus over the whole window', () => {
    const { offsetUm, intensity } = richardsWolf.profiles.z;
    expect(offsetUm[0]).toBeCloseTo(-1.5, 12);
    expect(offsetUm[100]).toBe(0);
    expect(intensity[100]).toBeCloseTo(1, 14);
    expect(intensity[0]).toBeCloseTo(intensity[200], 13);
  });

  it('shows that Richards & Wolf is axially shorter and laterally wider, as the paper has it', () => {
    expect(richardsWolf.fwhmUm.z).toBeLessThan(bornWolf.fwhmUm.z);
    expect(richardsWolf.fwhmUm.x).toBeGreaterThan(bornWolf.fwhmUm.x);
    const middle = 32;
    expect(richardsWolf.opticalMtf?.modulation[middle]).toBeLessThan(
      bornWolf.opticalMtf?.modulation[middle] ?? NaN,
    );
  });
});
