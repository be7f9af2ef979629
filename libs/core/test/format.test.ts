import { describe, expect, it } from 'vitest';
import { escapeControls, formatSeconds, formatShape } from '../src/index.ts';

describe('formatShape(sides)', () => {
  it('joins the sides', () => {
    expect(formatShape([16, 64, 64])).toBe('16 x 64 x 64');
    expect(formatShape([0.25, 0.1 + 0.2, 1 / 3], 4)).toBe('0.25 x 0.3 x 0.3333');
  });
});

describe('formatSeconds(seconds, digits)', () => {
  it.each([
    [-1, '0 s'],
    [4.4, '4 s'],
    [59.6, '1 min 00 s'],
    [200, '3 min 20 s'],
    [3900, '1 h 05 min'],
    [360_000, '100 h 00 min'],
    [NaN, '?'],
    [Infinity, '?'],
  ])('%d is %s', (seconds, expected) => {
    expect(formatSeconds(seconds)).toBe(expected);
  });

  it('shows digits of short durations where asked', () => {
    expect([0.04, 4, 9.94, 10.4, 75].map((seconds) => formatSeconds(seconds, 1))).toEqual([
      '0.0 s',
      '4.0 s',
      '9.9 s',
      '10 s',
      '1 min 15 s',
    ]);
  });
});

describe('escapeControls(text)', () => {
  it('writes out what would move a cursor or change colors, and keeps lines, tabs and letters', () => {
    expect(escapeControls('a\u001b[31mred\r\u009b0m\u0007 \u00b5m\t1\n2')).toBe(
      'a\\x1b[31mred\\x0d\\x9b0m\\x07 \u00b5m\t1\n2',
    );
  });
});
