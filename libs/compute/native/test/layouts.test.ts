import { describe, expect, it } from 'vitest';
import { native } from '../addon.ts';
import { LAYOUTS, OPERATION_CODES, pack, packNumbers } from '../layouts.ts';

describe.skipIf(native === null)('layouts of the add-on', () => {
  /** Tables as lists, since the order of fields is their place. */
  const listed = (tables: object): unknown[] =>
    Object.entries(tables).map(([name, table]) => [name, Object.entries(table as object)]);

  it('are those of TypeScript, field by field', () => {
    expect(listed(native!.layouts().arrays)).toEqual(listed(LAYOUTS));
  });

  it('number the operations as TypeScript does', () => {
    expect(listed(native!.layouts().codes)).toEqual(listed(OPERATION_CODES));
  });
});

describe('pack(layout, fields)', () => {
  it('puts the fields in the order of the layout, whatever the order they are given in', () => {
    const packed = pack('upConvShape', { outputs: 6, inputs: 5, input: [2, 3, 4], batch: 1 });
    expect([...packed]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('takes a box as a field of another array', () => {
    const box = packNumbers('fftBox', {
      sides: [1, 2, 3],
      begin: [0, 0, 0],
      extent: [1, 2, 2],
      origin: [7, 8, 9],
    });
    const packed = pack('spectrumGeometry', { grid: [10, 10, 10], box, alongZ: 1 });
    expect([...packed]).toEqual([10, 10, 10, 1, 2, 3, 0, 0, 0, 1, 2, 2, 7, 8, 9, 1]);
  });

  it('refuses a field with another count of numbers', () => {
    expect(() => pack('poolShape', { batch: 1, input: [2, 2], channels: 1 })).toThrow(
      'poolShape.input must have 3 numbers',
    );
  });
});
