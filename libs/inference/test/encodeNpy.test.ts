import { describe, expect, it } from 'vitest';
import { encodeNpy } from '../src/export/bioimagePackage.ts';

/** A .npy file read as NumPy reads it. */
function decodeNpy(bytes: Uint8Array): { shape: number[]; data: Float32Array } {
  const length = bytes[8] + 256 * bytes[9];
  const header = Buffer.from(bytes.subarray(10, 10 + length)).toString();
  expect(Buffer.from(bytes.subarray(1, 6)).toString()).toBe('NUMPY');
  expect(header).toMatch(/'descr': '<f4', 'fortran_order': False/);
  const shape = (/\(([^)]*)\)/.exec(header)?.[1] ?? '')
    .split(',')
    .filter((side) => side.trim() !== '')
    .map(Number);
  return { shape, data: new Float32Array(bytes.slice(10 + length).buffer) };
}

describe('encodeNpy(shape, data)', () => {
  it('pads the header to 64 bytes and ends it with a line break', () => {
    const bytes = encodeNpy([3], Float32Array.of(1, 2, 3));
    expect(bytes.length).toBe(128 + 12);
    expect(bytes[127]).toBe(10);
    expect(decodeNpy(bytes)).toEqual({ shape: [3], data: Float32Array.of(1, 2, 3) });
  });
});
