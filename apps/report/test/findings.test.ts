import type { ScoreSummary, Table, TableRow } from '@blurcycle/experiment';
import { describe, expect, it } from 'vitest';
import { findFindings, placeFindings } from '../src/model/findings.ts';
import { findHomes, hasOwnScores, withoutRepeats } from '../src/model/homes.ts';

function summary(values: readonly number[]): ScoreSummary {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, low: null, high: null, n: values.length, over: 'seeds', values };
}

function row(id: string, psnr: readonly number[], ssim = 0.9): TableRow {
  return {
    ...{ id, label: id.toUpperCase(), method: id, status: 'done', paper: null },
    runs: psnr.map((_, seed) => `${id}-s${seed}`),
    ours: { psnr: summary(psnr), ssim: summary(psnr.map(() => ssim)) },
  };
}

function table(rows: readonly TableRow[], claims: Table['claims'] = []): Table {
  return { rows, claims, title: 'T', place: 'P' } as unknown as Table;
}

describe('findFindings({ table }, runs)', () => {
  it('names the best row of each metric', () => {
    const rows = [row('a', [30]), row('b', [29], 0.95), row('c', [28]), row('d', [27])];
    expect(findFindings({ table: table(rows) }, [])).toEqual([
      '“A” has the best PSNR, 30.00 dB; “B” has the best SSIM, 0.9500 (the former 0.9000).',
    ]);
  });

  it('tells a PSNR that falls with the shift of the kernel, and how near the kernels are', () => {
    const shifts = [0.3, -0.1, 0, 0.2];
    const runs = shifts.map((centroidUmZ, seed) => ({
      record: { id: `a-s${seed}` },
      kernel: { centroidUmZ, correlation: 0.9 + seed / 100, startCorrelation: 0.8 },
    }));
    const rows = [
      row(
        'a',
        shifts.map((shift) => 30 - 10 * Math.abs(shift)),
      ),
    ];
    const found = findFindings({ table: table(rows) }, runs);
    expect(found[0]).toContain('Over its 4 seeds the PSNR of “A” falls with the axial shift');
    expect(found[0]).toContain('(correlation \u22121.00)');
    expect(found[1]).toBe(
      'The learned kernels of “A” have a correlation of 0.900 to 0.930 with the true one (start: 0.800).',
    );
    const still = runs.map((run) => ({ ...run, kernel: { centroidUmZ: 0.1 } }));
    expect(findFindings({ table: table(rows) }, still)).toEqual([]);
  });

  it('tells what each method loses between conditions', () => {
    const rows = [
      { ...row('a', [30]), condition: 'low' },
      { ...row('b', [29]), condition: 'low' },
      { ...row('a', [25]), condition: 'high' },
      { ...row('b', [28.5]), condition: 'high' },
    ];
    const conditions = [
      { id: 'low', label: 'little noise', test: {} },
      { id: 'high', label: 'much noise', test: {} },
    ];
    expect(findFindings({ table: { ...table(rows), conditions } }, [])).toEqual([
      'Difference in PSNR between the best and the worst condition: “A” 5.00 dB (best: little noise; worst: much noise) and “B” 0.50 dB (best: little noise; worst: much noise).',
    ]);
  });
});

describe('placeFindings(experiments)', () => {
  const rows = [row('a', [30, 31]), row('b', [29], 0.95), row('c', [28]), row('d', [27])];
  const kernel = { correlation: 0.96, startCorrelation: 0.93 };
  const shown = (id: string, ...kinds: readonly string[]) => ({
    ...{ id, table: table(rows), blocks: kinds.map((kind) => ({ kind })) },
    runs: [{ record: { id: 'a-s0' }, kernel: kernel as never }],
  });

  it('says each sentence once: on kernels where they are shown, else where it is read first', () => {
    const placed = placeFindings([shown('table1', 'volumes'), shown('fig11', 'kernels')]);
    expect([...placed].map(([id, all]) => [id, all.map((text) => text.slice(0, 18))])).toEqual([
      ['table1', ['“A” has the best P']],
      ['fig11', ['The learned kernel']],
    ]);
    const without = placeFindings([shown('table1'), shown('fig11')]);
    expect([...without.values()].map(({ length }) => length)).toEqual([2, 0]);
  });
});

describe('findHomes(experiments)', () => {
  const claim = [{}] as unknown as Table['claims'];
  const volumes = (...ids: readonly string[]) =>
    [{ kind: 'volumes', items: ids.map((id) => ({ id, png: Buffer.from(id) })) }] as never;
  const big = { id: 'table1', table: table([row('a', [1]), row('b', [1]), row('c', [1])], claim) };
  const small = { id: 'table3', table: table([row('a', [1]), row('b', [1])], claim) };
  const figure = { id: 'fig10', table: table([row('a', [1])]), blocks: volumes('a', 'b') };

  it('puts a figure without claims into the smallest table that holds its rows', () => {
    const all = [{ ...big, blocks: volumes('c') }, { ...small, blocks: volumes('a', 'b') }, figure];
    const homes = findHomes(all);
    expect(
      homes.map(({ experiment, guests }) => [experiment.id, guests.map(({ id }) => id)]),
    ).toEqual([
      ['table1', []],
      ['table3', ['fig10']],
    ]);
    expect(withoutRepeats(all[1], [figure])).toEqual([]);
    expect(withoutRepeats(all[0], [figure])).toHaveLength(1);
  });

  it('takes a figure of some of the runs, and knows that its scores are others', () => {
    const host = { ...small, table: table([row('a', [1, 3]), row('b', [1])], claim), blocks: [] };
    expect(findHomes([host, figure]).map(({ guests }) => guests)).toEqual([[figure]]);
    expect(hasOwnScores(host, figure)).toBe(true);
    expect(hasOwnScores(small, figure)).toBe(false);
  });

  it('leaves a figure alone whose rows come from other runs', () => {
    const other = { ...figure, table: table([{ ...row('a', [1]), runs: ['a-other-s0'] }]) };
    const homes = findHomes([{ ...small, blocks: [] }, other]);
    expect(homes.map(({ guests }) => guests)).toEqual([[], []]);
  });
});
