import { InputError } from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import { parseRule, scoresOf } from '../src/claims/parseRule.ts';
import { ruleKey } from '../src/claims/ruleKey.ts';
import { judgeClaims, type RowScores, summarizeScores } from '../src/index.ts';
import { studentInterval, studentProbability } from '../src/statistics/student.ts';

/** One row: `scores[seed][volume]`; all seeds share their data. */
function row(id: string, scores: readonly (readonly number[])[], trained = true): RowScores {
  return {
    id,
    trained,
    runs: scores.map((values, seed) => ({
      seed: trained ? seed : null,
      data: 'shared',
      volumes: values.map((psnr, index) => ({ volume: `test-${index}`, scores: { psnr } })),
    })),
  };
}

/** The same row with data of its own for each seed. */
function ownData(shared: RowScores): RowScores {
  return { ...shared, runs: shared.runs.map((run, i) => ({ ...run, seed: i, data: `data-${i}` })) };
}

type Claim = Parameters<typeof judgeClaims>[0][number];

const claim = (rule: string): Claim => ({ id: 'c', kind: 'paper', text: 'a claim', rule });

function judgeClaim(one: Claim, rows: readonly RowScores[]) {
  const [result] = judgeClaims([one], rows);
  return result;
}

describe('parseRule(text)', () => {
  it('reads hyphens inside names as names, and between scores as minus', () => {
    const rule = parseRule('psnr(supervised-mse) - psnr(non-blind) > 0');
    expect(scoresOf(rule)).toEqual([
      { metric: 'psnr', row: 'supervised-mse' },
      { metric: 'psnr', row: 'non-blind' },
    ]);
    expect(rule.left).toMatchObject({ kind: 'binary', operator: '-' });
  });

  it('reads the figure of a kernel as one name', () => {
    const rule = parseRule('kernel.fwhmUmZ(proposed) - kernel.trueFwhmUmZ(proposed) < 0');
    expect(scoresOf(rule).map(({ metric }) => metric)).toEqual([
      'kernel.fwhmUmZ',
      'kernel.trueFwhmUmZ',
    ]);
  });

  it.each([
    ['psnr(a)', "have '>', '>=', '<' or '<=' before 'the end'"],
    ['psnr(a) > ', 'have a number or a score before'],
    ['psnr(a > 1', "have ')' before '>'"],
    ['psnr(a) > 1 2', 'have nothing more before'],
    ['1 > 0', 'hold at least one score'],
    ['psnr(a); process.exit() > 0', "not hold ';'"],
    ['psnr["a"] > 0', "not hold '['"],
    ['psnr > 0', "have '(' before '>'"],
    ['psnr(1) > 0', 'have the id of a row before'],
    ['psnr.mean(a) > 0', "not hold '.'"],
  ])('refuses %s', (text, expected) => {
    expect(() => parseRule(text)).toThrow(InputError);
    expect(() => parseRule(text)).toThrow(expected);
  });
});

describe('judgeClaims(claims, rows)', () => {
  const better = row('a', [
    [25.0, 26.1, 24.2],
    [25.2, 26.0, 24.3],
    [24.9, 26.2, 24.1],
  ]);
  const worse = row('b', [
    [23.0, 24.0, 22.3],
    [23.1, 24.2, 22.2],
    [23.0, 24.1, 22.1],
  ]);
  const input = row('input', [[22, 22.2, 22.4]], false);

  it('is reproduced when the whole interval satisfies the rule', () => {
    const result = judgeClaim(claim('psnr(a) - psnr(b) > 0'), [better, worse]);
    expect(result).toMatchObject({ verdict: 'reproduced' });
    expect(result.value).toBeCloseTo(2, 5);
    expect(result.low).toBeGreaterThan(0);
  });

  it('is not reproduced when the whole interval contradicts it', () => {
    expect(judgeClaim(claim('psnr(b) - psnr(a) > 0'), [better, worse]).verdict).toBe(
      'not reproduced',
    );
    expect(judgeClaim(claim('psnr(a) - psnr(b) > 3'), [better, worse]).verdict).toBe(
      'not reproduced',
    );
  });

  it('is undecided when the interval reaches both sides', () => {
    expect(judgeClaim(claim('psnr(a) - psnr(b) > 2'), [better, worse]).verdict).toBe('undecided');
  });

  it('is undecided with one seed, however large the difference', () => {
    const one = [row('a', [[35, 36, 34]]), row('b', [[23, 24, 22]])];
    const result = judgeClaim(claim('psnr(a) - psnr(b) > 0'), one);
    expect(result).toMatchObject({ verdict: 'undecided', value: 12 });
    expect(result.note).toContain('n too small');
    expect(
      judgeClaim({ ...claim('psnr(a) - psnr(b) > 0'), about: 'trained-models' }, one).verdict,
    ).toBe('reproduced');
  });

  it('needs no seeds for a claim about the input', () => {
    // 22.2 ± 4.303 * 0.2 / sqrt(3) = 0.497 over three volumes.
    expect(judgeClaim(claim('abs(psnr(input) - 22.302) < 0.6'), [input]).verdict).toBe(
      'reproduced',
    );
  });

  it('compares a trained row with the input seed by seed', () => {
    const result = judgeClaim(claim('psnr(a) - psnr(input) >= 0'), [better, input]);
    expect(result.verdict).toBe('reproduced');
    expect(result.value).toBeCloseTo(25.1111 - 22.2, 3);
  });

  it('pairs volumes: a constant difference is certain however much volumes differ', () => {
    const a = row('a', [
      [10, 20, 30],
      [10, 20, 30],
    ]);
    const b = row('b', [
      [9, 19, 29],
      [9, 19, 29],
    ]);
    const { low, high } = judgeClaim(claim('psnr(a) - psnr(b) > 0'), [a, b]);
    expect(low).toBeCloseTo(1, 12);
    expect(high).toBeCloseTo(1, 12);
  });

  it('uses only the volumes and seeds that all rows have', () => {
    const fewer = row('b', [
      [23, 24],
      [23.1, 24.2],
    ]);
    // Means over seeds 0, 1 and volumes 0, 1: (25 + 26.1 + 25.2 + 26) / 4 - (23 + 24 + 23.1 + 24.2)
    // / 4 = 2.
    expect(judgeClaim(claim('psnr(a) - psnr(b) > 0'), [better, fewer]).value).toBeCloseTo(2, 10);
  });

  it('says which results are missing', () => {
    const result = judgeClaim(claim('psnr(a) - psnr(b) > 0'), [better]);
    expect(result).toMatchObject({ verdict: 'undecided', value: null, note: 'no results for b' });
    expect(judgeClaim(claim('ssim(a) > 0'), [better]).note).toBe(
      'a score is missing or not finite',
    );
  });

  it('gives the same interval every time', () => {
    const rows = [better, worse];
    expect(judgeClaim(claim('psnr(a) / psnr(b) > 1'), rows)).toEqual(
      judgeClaim(claim('psnr(a) / psnr(b) > 1'), rows),
    );
  });

  it('moves scores of the right side over to the left', () => {
    const moved = judgeClaim(claim('psnr(a) > psnr(b)'), [better, worse]);
    const { low, high, value } = judgeClaim(claim('psnr(a) - psnr(b) > 0'), [better, worse]);
    expect(moved).toMatchObject({ low, high, value, verdict: 'reproduced' });
  });

  it('takes Student t over seeds where each seed has its own data', () => {
    const [a, b] = [ownData(better), ownData(worse)];
    const result = judgeClaim(claim('psnr(a) - psnr(b) > 0'), [a, b]);
    // Margins of the seeds, by hand: (25 + 26.1 + 24.2 - 23 - 24 - 22.3) / 3 = 2, and so on.
    const margins = [2, 2, 2];
    expect(result.value).toBeCloseTo(2, 10);
    expect(result).toMatchObject({ n: 3, over: 'seeds', verdict: 'reproduced' });
    expect(result).not.toHaveProperty('volumes');
    expect(result.low).toBeCloseTo(studentInterval(margins)?.low ?? NaN, 10);
    const other = judgeClaim(claim('psnr(a) > 25'), [a]);
    const means = [75.3 / 3, 75.5 / 3, 75.2 / 3];
    expect(other.low).toBeCloseTo(studentInterval(means)?.low ?? NaN, 10);
    expect(other.high).toBeCloseTo(studentInterval(means)?.high ?? NaN, 10);
    expect(other.p).toBeCloseTo(studentProbability(means, 25) ?? NaN, 10);
  });

  it('pairs the volumes of a seed that its rows have in common', () => {
    const fewer = ownData(row('b', [[23, 24], [23.1], [23, 24.1, 22.1]]));
    // Margins: (25 + 26.1 - 23 - 24) / 2 = 2.05; 25.2 - 23.1 = 2.1; (75.2 - 69.2) / 3 = 2.
    const { value } = judgeClaim(claim('psnr(a) - psnr(b) > 0'), [ownData(better), fewer]);
    expect(value).toBeCloseTo((2.05 + 2.1 + 2) / 3, 10);
  });

  it('reaches over seeds and volumes where seeds share their data', () => {
    const a = row('a', [
      [20, 24],
      [20.2, 24.2],
    ]);
    const result = judgeClaim(claim('psnr(a) > 0'), [a]);
    const overVolumes = studentInterval([20.1, 24.1]);
    expect(result).toMatchObject({ n: 2, over: 'seeds', volumes: 2 });
    expect(result.low).toBeCloseTo(overVolumes?.low ?? NaN, 10);
    expect(result.p).toBeCloseTo(studentProbability([20.1, 24.1], 0) ?? NaN, 10);
  });

  it.each([
    ['own data', ownData(better)],
    ['shared data', better],
    ['no seed', input],
    ['one seed', row('one', [[21, 22.5, 24]])],
  ])('has the interval of the table for a rule of one score: %s', (_, one) => {
    const { low, high, n, over } = judgeClaim(claim(`psnr(${one.id}) > 22`), [one]);
    expect(summarizeScores(one).psnr).toMatchObject({ low, high, n, over });
  });

  it('judges abs(x) on the interval of x, and shows x with its sign', () => {
    const around = (center: number): RowScores =>
      ownData(row('a', [[center - 0.1], [center], [center + 0.1]]));
    // The interval is the center ± 4.303 * 0.1 / sqrt(3) = 0.248.
    const judged = (center: number) =>
      judgeClaim(claim('abs(psnr(a) - 20) < 0.3'), [around(center)]);
    expect(judged(20.04).verdict).toBe('reproduced');
    expect(judged(19.96).verdict).toBe('reproduced');
    expect(judged(19.9).verdict).toBe('undecided');
    expect(judged(20.3).verdict).toBe('undecided');
    expect(judged(19.4).verdict).toBe('not reproduced');
    expect(judged(20.6).verdict).toBe('not reproduced');
    expect(judged(19.4).value).toBeCloseTo(-0.6, 10);
    expect(judged(19.4).p).toBeCloseTo(studentProbability([-0.7, -0.6, -0.5], -0.3) ?? NaN, 10);
    const far = judgeClaim(claim('abs(psnr(a) - 20) > 0.3'), [around(19.4)]);
    expect(far.verdict).toBe('reproduced');
    const wide = ownData(row('a', [[15], [20], [25]]));
    expect(judgeClaim(claim('abs(psnr(a) - 20) < 0.3'), [wide]).verdict).toBe('undecided');
  });

  it('compares figures of kernels seed by seed', () => {
    const learned = (figures: readonly (readonly [number, number])[], own = true): RowScores => {
      const bare = row(
        'a',
        figures.map(() => [20, 21]),
      );
      const runs = (own ? ownData(bare) : bare).runs.map((run, i) => ({
        ...run,
        kernel: { correlation: figures[i][0], startCorrelation: figures[i][1] },
      }));
      return { ...bare, runs };
    };
    const rule = claim('kernel.correlation(a) - kernel.startCorrelation(a) > 0');
    const figures = [
      [0.96, 0.93],
      [0.97, 0.93],
      [0.95, 0.93],
    ] as const;
    const expected = studentInterval([0.03, 0.04, 0.02]);
    for (const own of [true, false]) {
      const result = judgeClaim(rule, [learned(figures, own)]);
      expect(result).toMatchObject({ verdict: 'reproduced', n: 3, over: 'seeds' });
      expect(result.low).toBeCloseTo(expected?.low ?? NaN, 10);
    }
    const one = judgeClaim(rule, [learned([[0.96, 0.93]], false)]);
    expect(one).toMatchObject({ verdict: 'undecided', low: null });
    expect(judgeClaim(rule, [better]).note).toBe('a score is missing or not finite');
  });

  it('says how many seeds would decide', () => {
    // The margins of `sampleSizeNeeded` in statistics.test.ts.
    const margins = [0.4141, -0.6048, 4.241, 0.0804, 3.4894];
    const a = ownData(
      row(
        'a',
        margins.map((margin) => [26 + margin]),
      ),
    );
    const b = ownData(
      row(
        'b',
        margins.map(() => [26]),
      ),
    );
    const undecided = judgeClaim(claim('psnr(a) - psnr(b) > 0'), [a, b]);
    expect(undecided).toMatchObject({ verdict: 'undecided', seedsNeeded: 19 });
    const decided = judgeClaim(claim('psnr(a) - psnr(b) > -20'), [a, b]);
    expect(decided).toMatchObject({ verdict: 'reproduced', seedsNeeded: null });
    const even = judgeClaim(claim('psnr(a) - psnr(b) > 1.524'), [a, b]);
    expect(even.seedsNeeded).toBe('more than 1000');
  });

  it('asks for no more seeds where the shared volumes leave it open', () => {
    const a = row('a', [
      [20, 24],
      [20.2, 24.2],
    ]);
    expect(judgeClaim(claim('psnr(a) > 21'), [a])).toMatchObject({
      ...{ verdict: 'undecided', seedsNeeded: null },
    });
  });
});

describe('judgeClaims(claims, rows), a family', () => {
  /** Rows whose margins over `zero` have known p. */
  const zero = ownData(row('zero', [[0], [0], [0], [0], [0]]));
  const margins = {
    large: [1, 1.1, 0.9, 1.2, 0.8],
    small: [0.2, 1.4, 0.3, 1.1, 0.4],
    none: [-1, 1.4, -0.3, 1.1, -0.9],
  };
  const rows = [
    zero,
    ...Object.entries(margins).map(([id, values]) =>
      ownData(
        row(
          id,
          values.map((value) => [value]),
        ),
      ),
    ),
  ];
  const member = (id: string, family?: string): Claim => ({
    ...{ id, kind: 'paper', text: id, rule: `psnr(${id}) - psnr(zero) > 0` },
    ...(family === undefined ? {} : { family }),
  });
  const pOf = (id: keyof typeof margins): number => studentProbability(margins[id], 0) ?? NaN;

  it('corrects by Holm, and decides by the corrected p alone', () => {
    expect(pOf('small')).toBeLessThan(0.05);
    const [large, small, none] = judgeClaims(
      [member('large', 'f'), member('small', 'f'), member('none', 'f')],
      rows,
    );
    expect(large).toMatchObject({ verdict: 'reproduced', family: 'f' });
    expect(large.pAdjusted).toBeCloseTo(3 * pOf('large'), 12);
    expect(small.pAdjusted).toBeCloseTo(2 * pOf('small'), 12);
    expect(small).toMatchObject({
      ...{ verdict: 'undecided', seedsNeeded: null },
      note: 'decided alone, not after the correction for its family',
    });
    expect(none).toMatchObject({ verdict: 'undecided', pAdjusted: pOf('none') });
  });

  it('leaves exploratory claims as they are', () => {
    const [small, other] = judgeClaims([member('small'), member('large', 'f')], rows);
    expect(small).toMatchObject({ verdict: 'reproduced', family: null, pAdjusted: null });
    expect(other.pAdjusted).toBe(other.p);
  });

  it('is as large as it was declared: what cannot be tested counts', () => {
    const [large, missing] = judgeClaims([member('large', 'f'), member('absent', 'f')], rows);
    expect(large.pAdjusted).toBeCloseTo(2 * pOf('large'), 12);
    expect(missing).toMatchObject({ verdict: 'undecided', p: null, pAdjusted: null });
  });

  it('is not reproduced where the side is wrong', () => {
    const wrong = { ...member('large', 'f'), rule: 'psnr(zero) - psnr(large) > 0' };
    expect(judgeClaims([wrong], rows)[0].verdict).toBe('not reproduced');
  });
});

describe('ruleKey(rule, identity)', () => {
  const key = (rule: string): string => ruleKey(rule, (name) => name);

  it.each([
    ['psnr(a) - psnr(b) > 0', 'psnr(a) > psnr(b)'],
    ['psnr(a) - psnr(b) > 0', 'psnr(b) < psnr(a)'],
    ['psnr(a) - psnr(b) > 0', '2 * psnr(a) >= 2 * psnr(b)'],
    ['psnr(a) - psnr(b) >= -0.5', 'psnr(b) - psnr(a) <= 0.5'],
    ['abs(psnr(a) - 22.3) < 0.3', 'abs(22.3 - psnr(a)) < 0.3'],
    ['abs(psnr(a) - psnr(b) - 2.67) < 1', '1 > abs(psnr(a) - 2.67 - psnr(b))'],
    ['psnr(a) / psnr(b) > 1', '1 < psnr(a) / psnr(b)'],
    ['psnr(a) * ssim(b) > 1', 'ssim(b) * psnr(a) > 1'],
  ])('is one for %s and %s', (one, other) => {
    expect(key(one)).toBe(key(other));
  });

  it.each([
    ['psnr(a) - psnr(b) > 0', 'psnr(b) - psnr(a) > 0'],
    ['psnr(a) - psnr(b) > 0', 'ssim(a) - ssim(b) > 0'],
    ['psnr(a) - psnr(b) > 0', 'psnr(a) - psnr(b) > 1'],
    ['psnr(a) / psnr(b) > 1', 'psnr(b) / psnr(a) > 1'],
    ['abs(psnr(a)) < 1', 'psnr(a) < 1'],
  ])('differs for %s and %s', (one, other) => {
    expect(key(one)).not.toBe(key(other));
  });
});
