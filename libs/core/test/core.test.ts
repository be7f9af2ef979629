import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  correlation,
  createRandomStream,
  createVolume,
  describeUnknown,
  describeViolation,
  extent,
  mean,
  median,
  nearestName,
  restoreRandomStream,
  standardDeviation,
  type RandomStreamState,
} from '../src/index.ts';

describe('createRandomStream(seed, name)', () => {
  it('gives the same numbers for the same seed and name, others otherwise', () => {
    const draw = (seed: number, name: string): number[] => {
      const stream = createRandomStream(seed, name);
      return Array.from({ length: 8 }, () => stream.uniform());
    };
    expect(draw(1, 'data')).toEqual(draw(1, 'data'));
    expect(draw(1, 'data')).not.toEqual(draw(2, 'data'));
    expect(draw(1, 'data')).not.toEqual(draw(1, 'noise'));
  });

  it('continues exactly after its state went through JSON, at any point', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(20), (seed, burnIn) => {
        const stream = createRandomStream(seed, 'init');
        for (let i = 0; i < burnIn; i++) stream.normal();
        const copy = restoreRandomStream(
          JSON.parse(JSON.stringify(stream.state())) as RandomStreamState,
        );
        for (let i = 0; i < 5; i++) expect(copy.normal()).toBe(stream.normal());
        expect(copy.uniform()).toBe(stream.uniform());
      }),
      { numRuns: 20, seed: 1 },
    );
  });

  it('gives normal deviates with mean 0 and variance 1', () => {
    const stream = createRandomStream(3, 'noise');
    const values = Array.from({ length: 40_000 }, () => stream.normal());
    expect(Math.abs(mean(values))).toBeLessThan(0.02); // four standard errors, 1/sqrt(40000) = 0.005
    expect(Math.abs(standardDeviation(values) - 1)).toBeLessThan(0.015); // four standard errors, 1/sqrt(80000) = 0.0035
  });
});

describe('errors', () => {
  it('name the place, the parameter, the rule, the value and the remedy in one line', () => {
    expect(describeViolation('blur', 'psf', 'have odd sides', [4, 5, 5], 'pad it')).toBe(
      'blur: psf must have odd sides, got [4, 5, 5] (pad it)',
    );
  });

  it('suggest the nearest known name and none when nothing is near', () => {
    expect(nearestName('propsed', ['proposed', 'cyclegan'])).toBe('proposed');
    expect(nearestName('xyz', ['proposed', 'cyclegan'])).toBeUndefined();
    const many = Array.from({ length: 31 }, (_, k) => `row-${k}`);
    expect(describeUnknown('run', 'row', 'row-1x', many)).toBe(
      "run: unknown row 'row-1x' (did you mean 'row-1'?)",
    );
    expect(describeUnknown('run', 'row', 'elephant', many)).toContain('known: row-0, row-1, ');
    expect(describeUnknown('run', 'profile', 'qick', ['quick', 'smoke'])).toContain(
      "did you mean 'quick'?",
    );
  });
});

describe('createVolume(shape, voxelSizeUm, data)', () => {
  it('refuses sides that are not positive integers, other lengths and voxels without size', () => {
    expect(() => createVolume([0, 2, 2], [1, 1, 1])).toThrow(
      'createVolume: shape must be three positive integers',
    );
    expect(() => createVolume([1, 2, 2], [1, 1, 0])).toThrow(
      'voxelSizeUm must be three positive lengths',
    );
    expect(() => createVolume([1, 2, 2], [1, 1, 1], new Float32Array(3))).toThrow(
      'data.length must equal 4',
    );
  });
});

describe('sample statistics', () => {
  it('agree with the definition on a sample worked by hand', () => {
    expect(mean([1, 2, 6])).toBe(3);
    expect(standardDeviation([1, 2, 6])).toBeCloseTo(Math.sqrt(7), 14); // (4 + 1 + 9) / 2
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(extent([3, -1, 2])).toEqual([-1, 3]);
  });
});

describe('correlation(a, b)', () => {
  it('is 1 and -1 for straight lines, whatever their scale, and the known value between', () => {
    expect(correlation([1, 2, 4], [10, 30, 70])).toBeCloseTo(1, 12);
    expect(correlation([1, 2, 4], [-1, -2, -4])).toBeCloseTo(-1, 12);
    // Deviations -1, 0, 1 and -1, 1, 0: 1 / sqrt(2 * 2).
    expect(correlation([1, 2, 3], [1, 3, 2])).toBeCloseTo(0.5, 12);
  });

  it('is no number where one side does not vary, and refuses lists of two lengths', () => {
    expect(correlation([1, 1], [1, 2])).toBeNaN();
    expect(() => correlation([1, 2], [1])).toThrow('correlation: b must hold 2 values, got 1');
  });
});
