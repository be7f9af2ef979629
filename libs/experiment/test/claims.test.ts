import { InputError } from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import { parseRule, scoresOf } from '../src/claims/parseRule.ts';
import { judgeClaim, type RowScores } from '../src/index.ts';

/** One row: `scores[seed][volume]`. */
function row(id: string, scores: readonly (readonly number[])[], trained = true): RowScores {
  return {
    id,
    runs: scores.map((values, seed) => ({
      seed: trained ? seed : null,
      volumes: values.map((psnr, index) => ({ volume: `test-${index}`, scores: { psnr } })),
    })),
  };
}

const claim = (rule: string) => ({ id: 'c', text: 'a claim', rule });

describe('parseRule(text)', () => {
  it('reads hyphens inside names as names, and between scores as minus', () => {
    const rule = parseRule('psnr(supervised-mse) - psnr(non-blind) > 0');
    expect(scoresOf(rule)).toEqual([
      { metric: 'psnr', row: 'supervised-mse' },
      { metric: 'psnr', row: 'non-blind' },
    ]);
    expect(rule.left).toMatchObject({ kind: 'binary', operator: '-' });
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
  ])('refuses %s', (text, expected) => {
    expect(() => parseRule(text)).toThrow(InputError);
    expect(() => parseRule(text)).toThrow(expected);
  });
});

describe('judgeClaim(claim, rows)', () => {
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
    expect(judgeClaim(claim('abs(psnr(input) - 22.302) < 0.5'), [input]).verdict).toBe(
      'reproduced',
    );
  });

  it('compares a trained row with the input seed by seed', () => {
    const result = judgeClaim(claim('psnr(a) - psnr(input) >= 1'), [better, input]);
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
});
