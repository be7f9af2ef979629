import { createVolume, type Volume } from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import {
  computeScores,
  findMetric,
  METRIC_NAMES,
  METRICS,
  nrmse,
  psnr,
  psnrAffine,
  psnrPerSlice,
  psnrRegistered,
  relativeResidual,
  ssim,
  ssimPerSlice,
  ssimWindowed2d,
  ssimWindowed3d,
  type Metric,
  type Scored,
} from '../src/index.ts';
import { randomVolume } from './volumes.ts';

const estimate = randomVolume([8, 9, 10], 1);
const truth = randomVolume([8, 9, 10], 2);
const blurred = randomVolume([8, 9, 10], 3);
const again = randomVolume([8, 9, 10], 4);
const options = { dataRange: 1 };

function scored(changes: Partial<Scored> = {}): Scored {
  return { estimate, truth, blurred, reblurred: () => again, ...changes };
}

function refuse(): Volume {
  throw new Error('blurred an estimate that nobody asked to blur');
}

describe('METRICS', () => {
  it('lists what records hold, in the order of their tables', () => {
    expect(METRIC_NAMES).toEqual([
      'psnr',
      'ssim',
      'psnrPerSlice',
      'ssimPerSlice',
      'ssimWindowed2d',
      'ssimWindowed3d',
      'psnrAffine',
      'nrmse',
      'dataResidual',
      'psnrRegistered',
    ]);
    expect(new Set(METRIC_NAMES).size).toBe(METRICS.length);
  });

  it('is found by name', () => {
    expect(findMetric('psnrAffine')).toMatchObject({ label: 'PSNR after affine fit', digits: 2 });
    expect(findMetric('psnrr')).toBeUndefined();
  });
});

describe('computeScores(scored, options, metrics)', () => {
  it('gives each metric of an estimate against its truth, and blurs nothing', () => {
    const scores = computeScores(scored({ reblurred: refuse }), options);
    expect(Object.entries(scores)).toEqual([
      ['psnr', psnr(estimate, truth, options)],
      ['ssim', ssim(estimate, truth, options)],
      ['psnrPerSlice', psnrPerSlice(estimate, truth, options)],
      ['ssimPerSlice', ssimPerSlice(estimate, truth, options)],
      ['ssimWindowed2d', ssimWindowed2d(estimate, truth, options)],
      ['ssimWindowed3d', ssimWindowed3d(estimate, truth, options)],
      ['psnrAffine', psnrAffine(estimate, truth, options)],
      ['nrmse', nrmse(estimate, truth)],
      ['psnrRegistered', psnrRegistered(estimate, truth, options)],
    ]);
  });

  it('gives the residual of the blurred estimate alone where no truth is known', () => {
    expect(computeScores(scored({ truth: null }), options)).toEqual({
      dataResidual: relativeResidual(blurred.data, again.data, 0),
    });
  });

  it('needs data and kernel for the residual', () => {
    expect(computeScores(scored({ truth: null, blurred: null }), options)).toEqual({});
    expect(computeScores(scored({ truth: null, reblurred: () => null }), options)).toEqual({});
  });

  it('leaves out what is not finite: equal volumes have no PSNR', () => {
    const scores = computeScores(scored({ estimate: truth }), options);
    expect(scores).toMatchObject({ ssim: 1, nrmse: 0 });
    for (const name of ['psnr', 'psnrPerSlice', 'psnrAffine', 'psnrRegistered'])
      expect(scores).not.toHaveProperty(name);
    const dark = createVolume([8, 9, 10], [1, 1, 1]);
    expect(computeScores(scored({ truth: null, blurred: dark }), options)).toEqual({});
  });

  it('blurs the estimate once, however many metrics ask for it', () => {
    let calls = 0;
    const counting = (): Volume => {
      calls++;
      return again;
    };
    const asking = (name: string): Metric => ({
      ...METRICS[0],
      name,
      compute: ({ reblurred }) => reblurred()?.data[0],
    });
    const scores = computeScores(scored({ reblurred: counting }), options, [
      asking('a'),
      asking('b'),
    ]);
    expect(scores).toEqual({ a: again.data[0], b: again.data[0] });
    expect(calls).toBe(1);
  });

  it('takes a new metric as one more entry', () => {
    const largestError: Metric = {
      name: 'largestError',
      label: 'largest error',
      unit: null,
      better: 'lower',
      digits: 3,
      compute: ({ estimate: { data }, truth: known }, { dataRange }) =>
        known === null
          ? undefined
          : Math.max(...data.map((value, i) => Math.abs(value - known.data[i]))) / dataRange,
    };
    const metrics = [...METRICS, largestError];
    const scores = computeScores(scored(), { dataRange: 2 }, metrics);
    expect(Object.keys(scores)).toEqual([
      ...METRIC_NAMES.filter((name) => name !== 'dataResidual'),
      'largestError',
    ]);
    expect(scores['largestError']).toBeGreaterThan(0.4);
    expect(scores['largestError']).toBeLessThan(0.5);
    expect(computeScores(scored({ truth: null }), options, metrics)).not.toHaveProperty(
      'largestError',
    );
  });
});
