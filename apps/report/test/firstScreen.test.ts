import type { ClaimResult, Table } from '@blurcycle/experiment';
import { describe, expect, it } from 'vitest';
import { answerQuestions } from '../src/model/answers.ts';
import { claimMetric, holdsWithin, paperClaims, shortValue } from '../src/model/claims.ts';
import { forestGroups, forestPlot } from '../src/sections/forestPlot.ts';

const claim = (id: string, rule: string, more: Partial<ClaimResult> = {}): ClaimResult => ({
  ...{ id, rule, text: `claim ${id}`, kind: 'paper', verdict: 'reproduced' },
  ...{ value: 1.5, low: 0.5, high: 2.5, n: 5, over: 'seeds' },
  ...more,
});

const row = (
  method: string,
  psnr: number,
  more: Partial<Table['rows'][number]> = {},
): Table['rows'][number] => ({
  ...{ id: method, label: `Label of ${method}`, method, paper: null, status: 'done' },
  ...{
    runs: [],
    ours: { psnr: { mean: psnr, low: null, high: null, n: 1, over: 'seeds', values: [psnr] } },
  },
  ...more,
});

const experiment = (rows: Table['rows'], claims: Table['claims']) => ({
  id: 'table1',
  table: { rows, claims, place: 'Table I', title: '', experiment: 'table1', profile: 'p' } as Table,
});

describe('holdsWithin(rule)', () => {
  it('knows where a rule holds, unless its right side is no number', () => {
    expect(holdsWithin('psnr(a) - psnr(b) > 0')).toEqual({ from: 0, to: Infinity });
    expect(holdsWithin('psnr(a) - psnr(b) >= -0.5')).toEqual({ from: -0.5, to: Infinity });
    expect(holdsWithin('psnr(a) - psnr(b) < 0.3')).toEqual({ from: -Infinity, to: 0.3 });
    expect(holdsWithin('abs(psnr(input) - 22.3020) < 0.3')).toEqual({ from: -0.3, to: 0.3 });
    expect(holdsWithin('psnr(a) > psnr(b)')).toBeUndefined();
  });
});

describe('paperClaims(experiments)', () => {
  it('leaves out calibrations and hypotheses, and nothing in tables without kinds', () => {
    const mixed = [claim('a', 'psnr(a) > 0'), claim('b', 'psnr(a) > 0', { kind: 'ours' })];
    const old = mixed.map((one) => ({ ...one, kind: undefined }));
    const idsOf = (claims: Table['claims']): string[] =>
      paperClaims([experiment([], claims)]).map((one) => one.claim.id);
    expect(idsOf(mixed)).toEqual(['a']);
    expect(idsOf(old)).toEqual(['a', 'b']);
  });
});

describe('forestPlot(claims)', () => {
  const claims = paperClaims([
    experiment(
      [],
      [
        claim('gain', 'psnr(a) - psnr(b) >= 2'),
        claim('likeness', 'ssim(a) - ssim(b) > 0', {
          value: 0.02,
          low: -0.01,
          high: 0.05,
          verdict: 'undecided',
        }),
        claim('absent', 'psnr(a) - psnr(c) > 0', {
          value: null,
          low: null,
          high: null,
          verdict: 'undecided',
        }),
      ],
    ),
  ]);

  it('draws each claim once, on the axis of what it is measured in', () => {
    expect(forestGroups(claims).map(({ title, claims: those }) => [title, those.length])).toEqual([
      ['PSNR, dB', 2],
      ['SSIM', 1],
    ]);
    const markup = forestPlot(claims)?.markup ?? '';
    expect([...markup.matchAll(/href="#claim-table1-(\w+)"/g)].map(([, id]) => id)).toEqual([
      'gain',
      'absent',
      'likeness',
    ]);
    expect(markup.match(/<circle/g)).toHaveLength(2); // no dot without a value
    expect(markup.match(/class="threshold"/g)).toHaveLength(3);
    expect(markup.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')).toContain(
      'The 3 claims of the paper: ✓ 1 reproduced ? 2 undecided Dot',
    );
    expect(forestPlot([])).toBeNull();
    expect(forestPlot(claims, ['Of 4 others: none.'])?.markup).toContain(' Of 4 others: none.');
  });

  it('puts values in order and everything inside the drawing', () => {
    const [{ at, ticks }] = forestGroups(claims);
    const places = [0, 0.5, 1.5, 2, 2.5].map(at);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(Math.min(...places)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...places)).toBeLessThanOrEqual(240);
    expect(ticks).toEqual([0, 1, 2]);
  });

  it('writes a value with sign, unit and interval in the digits of its metric', () => {
    expect(shortValue(claims[0].claim)).toBe('+1.50 dB [0.50, 2.50]');
    expect(shortValue(claims[1].claim)).toBe('+0.0200 [\u22120.0100, 0.0500]');
    expect(shortValue(claims[2].claim)).toBe('no value');
    expect(claimMetric({ rule: 'psnrAffine(a) > 0' }).label).not.toBe(
      claimMetric({ rule: 'psnr(a) > 0' }).label,
    );
  });
});

describe('answerQuestions(experiments, runs)', () => {
  const rows = [
    row('supervised-mse', 33, { runs: ['supervised-mse-s0'] }),
    row('cyclegan', 26, { runs: ['cyclegan-s0'], paper: { psnr: 26.2483, ssim: 0.9 } }),
    row('proposed', 27.5, { runs: ['proposed-s0'], paper: { psnr: 26.6249, ssim: 0.9 } }),
    row('non-blind', 29, { runs: ['non-blind-s0'], paper: { psnr: 29.2925, ssim: 0.9 } }),
    row('richardson-lucy', 29.9),
    row('rl-tv', 30.5),
  ];
  const beats = claim('beats', 'psnr(proposed) - psnr(cyclegan) > 0');
  const helps = claim('helps', 'psnr(non-blind) - psnr(proposed) > 0', {
    ...{ value: -0.2, low: null, high: null, verdict: 'undecided' },
  });
  const run = (method: string, blurGenerator: number) => ({
    record: { id: `${method}-s0`, method, parameterCounts: { blurGenerator } },
  });

  it('fills three answers from the results', () => {
    const answers = answerQuestions(
      [experiment(rows, [beats, helps])],
      [run('cyclegan', 110_963), run('proposed', 1575)],
    );
    expect(answers.map(({ answer }) => answer)).toEqual([
      'Yes: with 1\u2009575 parameters instead of 110\u2009963 it ends 1.50 dB above the conventional cycleGAN (95 % interval 0.50 to 2.50 dB over 5 seeds; the paper: 0.38 dB).',
      'Nothing: 0.20 dB less than the blind method (one seed, no interval; the paper: 2.67 dB).',
      'Label of rl-tv, which is told the PSF, reaches 30.50 dB: 3.00 dB above “Label of proposed” and 1.50 dB above “Label of non-blind”; 1 of 4 trained methods is better.',
    ]);
    expect(answers[0].behind).toBe('claim-table1-beats');
  });

  it('says how many trainings end below their input', () => {
    const scores = (method: string, values: number[]): Table['rows'][number] => {
      const ours = { psnr: { mean: 20, low: null, high: null, n: 3, over: 'seeds', values } };
      return row(method, 20, { ours } as Partial<Table['rows'][number]>);
    };
    const several = [
      scores('input', [22, 22.5, 22]),
      scores('cyclegan', [26, 17, 16]),
      scores('proposed', [27, 28, 29]),
    ];
    const [{ answer }] = answerQuestions([experiment(several, [beats])], []);
    expect(answer).toContain('; in 2 of 3 trainings the conventional one ends below its input.');
    expect(answer.match(/below its input/g)).toHaveLength(1);
  });

  it('answers nothing where there are no results', () => {
    expect(answerQuestions([experiment(rows.slice(0, 2), [])], [])).toEqual([]);
  });
});
