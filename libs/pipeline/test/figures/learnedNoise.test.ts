import { figuresSchema, NOISE_FIGURES } from '@blurcycle/experiment';
import { describe, expect, it } from 'vitest';
import { noiseFacts } from '../../src/figures/learnedNoise.ts';
import { noiseFigures } from '../../src/scores/noiseFigures.ts';

describe('noiseFacts(id, runs)', () => {
  const learned = { a: 0.006, b: 0.0004 };

  it('shows a and b beside the truth, with the deviation in percent', () => {
    const [block] = noiseFacts('kernel', [
      { label: 'Decoupled, seed 0', learned, truth: { a: 0.004, b: 0.0005 } },
    ]);
    expect(figuresSchema.parse({ blocks: [block] }).blocks).toEqual([block]);
    const [[label, a, trueA, deviationA, b, trueB, deviationB]] = block.rows;
    expect([label, a, trueA, b, trueB]).toEqual([
      'Decoupled, seed 0',
      0.006,
      0.004,
      0.0004,
      0.0005,
    ]);
    expect(deviationA).toBeCloseTo(50, 9);
    expect(deviationB).toBeCloseTo(-20, 9);
  });

  it('tells no deviation from a truth that is zero or not known', () => {
    const runs = [
      { label: 'no photon noise', learned, truth: { a: 0, b: 0.0004 } },
      { label: 'a camera', learned, truth: null },
    ];
    const [{ rows }] = noiseFacts('kernel', runs);
    expect(rows.map((row) => [row[2], row[3]])).toEqual([
      [0, null],
      [null, null],
    ]);
  });

  it('is no table where none was learned', () => {
    expect(noiseFacts('kernel', [])).toEqual([]);
  });
});

describe('noiseFigures(learned, truth)', () => {
  it('has the figures that rules may name', () => {
    const figures = noiseFigures({ a: 0.006, b: 0.0004 }, { a: 0.004, b: 0.0005 });
    expect(Object.keys(figures).sort()).toEqual([...NOISE_FIGURES].sort());
    expect(figures.noiseDeviationPercentA).toBeCloseTo(50, 9);
    expect(figures.noiseDeviationPercentB).toBeCloseTo(-20, 9);
  });

  it('leaves out what cannot be told', () => {
    expect(noiseFigures({ a: 1, b: 2 }, null)).toEqual({ noiseA: 1, noiseB: 2 });
    expect(noiseFigures({ a: 1, b: 2 }, { a: 0, b: 2 })).not.toHaveProperty(
      'noiseDeviationPercentA',
    );
  });
});
