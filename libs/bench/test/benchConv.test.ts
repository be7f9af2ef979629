import { benchConv } from '../src/benchConv.ts';
import { native } from '@blurcycle/compute/kernels';
import { describe, expect, it } from 'vitest';

describe.skipIf(native === null)('benchConv', () => {
  it('times the three passes of every operation against a peak of the same run', () => {
    const before = native?.threads();
    const report = benchConv({ threads: 1, volume: [8, 8, 8], msPerPass: 0.1 });
    expect(report.threads).toBe(1);
    expect(native?.threads()).toBe(before);
    expect(report.fmaPeakGflops).toBeGreaterThan(1);
    expect(report.copyGBps).toBeGreaterThan(0.1); // any memory of the last 20 years
    const names = new Set(report.kernels.map((kernel) => kernel.name));
    expect(report.kernels).toHaveLength(
      3 * report.kernels.filter((kernel) => kernel.pass === 'forward').length,
    );
    for (const name of [
      '3x3x3 1-8',
      '3x3x3 128-128',
      '4x4x4 1-4 stride 2',
      'transposed 2x2x2 16-8',
      'blur 31x31x31',
    ])
      expect(names).toContain(name);
    for (const { ms, gflops, fractionOfPeak, timesCopy } of report.kernels) {
      expect(ms).toBeGreaterThan(0);
      expect(timesCopy).toBeGreaterThan(0);
      expect(fractionOfPeak).toBeCloseTo(gflops / report.fmaPeakGflops, 10);
      // Nothing computes faster than the peak; a tenth more for a clock that changed between the
      // two measurements.
      expect(fractionOfPeak).toBeLessThan(1.1);
    }
  });

  it('names an option that is out of range', () => {
    expect(() => benchConv({ volume: [8, 9, 8] })).toThrow('benchConv: volume must have sides');
    expect(() => benchConv({ threads: 0 })).toThrow(
      'benchConv: threads must be a positive integer, got 0',
    );
  });
});
