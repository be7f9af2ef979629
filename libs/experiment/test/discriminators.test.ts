import { describe, expect, it } from 'vitest';
import {
  averageDiscriminators,
  idleFindings,
  summarizeDiscriminators,
  type LoggedLosses,
} from '../src/index.ts';

/** A log of a discriminator of sharp volumes; its half and quarter have other losses. */
function log(
  losses: readonly number[],
  steps = losses.map((_, i) => 10 * (i + 1)),
): LoggedLosses[] {
  return losses.map((loss, i) => ({
    step: steps[i],
    values: {
      generatorTotal: 1,
      discriminatorSharp: loss,
      discriminatorSharpFull: loss,
      discriminatorSharpHalf: 2 * loss,
      discriminatorSharpQuarter: 3 * loss,
      discriminatorSharpSpread: 9,
      discriminatorSharpSpreadFull: 0.1 * (i + 1),
      discriminatorSharpSpreadHalf: 0.2,
      discriminatorSharpSpreadQuarter: 0.3,
    },
  }));
}

describe('summarizeDiscriminators(lines, ganLoss)', () => {
  it('averages loss and spread of each scale over the second half', () => {
    const [summary, ...others] = summarizeDiscriminators(log([9, 9, 0.1, 0.3]), 'least-squares');
    expect(others).toEqual([]);
    expect(summary.domain).toBe('sharp');
    const [full, half, quarter] = summary.scales;
    expect([full.scale, half.scale, quarter.scale]).toEqual(['full', 'half', 'quarter']);
    expect(full.loss).toBeCloseTo(0.2, 12);
    expect(half.loss).toBeCloseTo(0.4, 12);
    expect(quarter.loss).toBeCloseTo(0.6, 12);
    expect(full.spread).toBeCloseTo(0.35, 12);
    expect(quarter.spread).toBeCloseTo(0.3, 12);
  });

  it('counts a line by the updates that it is the mean of', () => {
    // The last line stands for 5 updates, the two before for 10.
    const lines = log([0.25, 0.25, 0.4], [10, 20, 25]);
    const [{ idle, scales }] = summarizeDiscriminators(lines, 'least-squares');
    expect(idle).toBeCloseTo(20 / 25, 12);
    expect(scales[0].loss).toBeCloseTo((10 * 0.25 + 5 * 0.4) / 15, 12);
  });

  it('calls a loss idle up to 0.005 from 0.25, and no loss of a critic', () => {
    const lines = log([0.2449, 0.2451, 0.2549, 0.2551]);
    expect(summarizeDiscriminators(lines, 'least-squares')[0].idle).toBe(0.5);
    expect(summarizeDiscriminators(lines, 'wasserstein-gp')[0].idle).toBeNull();
  });

  it('has no spread of scales in old logs, and nothing where there is no discriminator', () => {
    const old = log([0.2, 0.2]).map(({ step, values }) => ({
      step,
      values: Object.fromEntries(Object.entries(values).filter(([name]) => !/Spread./.test(name))),
    }));
    const [{ scales }] = summarizeDiscriminators(old, 'least-squares');
    expect(scales.map(({ spread }) => spread)).toEqual([null, null, null]);
    expect(scales[1].loss).toBeCloseTo(0.4, 12);
    expect(summarizeDiscriminators([{ step: 1, values: { pixel: 1 } }], 'least-squares')).toEqual(
      [],
    );
    expect(summarizeDiscriminators([], 'least-squares')).toEqual([]);
  });
});

describe('averageDiscriminators(runs)', () => {
  it('averages the runs of a row', () => {
    const runs = [log([0.25, 0.25]), log([0.25, 0.35])].map((lines) =>
      summarizeDiscriminators(lines, 'least-squares'),
    );
    const [{ idle, scales }] = averageDiscriminators(runs);
    expect(idle).toBe(0.75);
    expect(scales[0].loss).toBeCloseTo(0.3, 12);
    expect(averageDiscriminators([])).toEqual([]);
  });
});

describe('idleFindings(discriminators)', () => {
  const finding = (idle: number | null) => idleFindings([{ domain: 'blurred', scales: [], idle }]);

  it('says which discriminator idles, in half of the training or more', () => {
    expect(finding(0.78)).toEqual([
      'its discriminator of blurred volumes guesses: its loss is within 0.005 of 0.25 in 78 % of the training',
    ]);
    expect(finding(0.5)).toHaveLength(1);
  });

  it('says nothing of one that judges, or of a critic', () => {
    expect(finding(0.49)).toEqual([]);
    expect(finding(null)).toEqual([]);
  });
});
