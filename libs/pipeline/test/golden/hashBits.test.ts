import { expect, test } from 'vitest';
import { hashBits } from './hashBits.ts';

test.each([
  ['the last bit of a number', 0.1 + 0.2, 0.3],
  ['the sign of zero', [0], [-0]],
  ['the precision of an array', Float32Array.of(1), Float64Array.of(1)],
  ['a number and its text', 1, '1'],
  ['the order of a list', [1, 2], [2, 1]],
  ['the grouping of a list', [[1], 2], [1, [2]]],
  ['a key', { a: 1 }, { b: 1 }],
  ['a value left out', { a: 1 }, { a: 1, b: 2 }],
])('tells apart: %s', (_, one, other) => {
  expect(hashBits(one)).not.toBe(hashBits(other));
});

test('does not depend on the order of keys, nor on where an array lies in memory', () => {
  expect(hashBits({ a: 1, b: [2] })).toBe(hashBits({ b: [2], c: undefined, a: 1 }));
  expect(hashBits(Float32Array.of(0, 1, 2).subarray(1))).toBe(hashBits(Float32Array.of(1, 2)));
});

test('refuses what holds no numbers', () => {
  expect(() => hashBits(() => 1)).toThrow('hashBits: value must be numbers');
  expect(() => hashBits(new Map())).toThrow('got object');
});
