import { createRandomStream, type Shape3, voxelCount } from '@blurcycle/core';
import { describe, expect, it, vi } from 'vitest';
import { javascriptConvolutionEngine } from '../src/fft/convolutionEngines.ts';
import { createConvolverOn } from '../src/fft/convolver.ts';
import { createConvolver3d } from '../src/fft/createConvolver3d.ts';
import { engineWithoutAddon } from '../src/fft/engineWithoutAddon.ts';

vi.mock('../native/addon.ts', () => ({ native: null, nativeFailure: 'left out for this test' }));

const shape: Shape3 = [6, 10, 12];
const kernelShape: Shape3 = [3, 5, 5];

function values(sides: Shape3, name: string): Float32Array {
  const stream = createRandomStream(11, name);
  return Float32Array.from({ length: voxelCount(sides) }, () => stream.uniform());
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}

describe('convolutions without the add-on', () => {
  const kernel = values(kernelShape, 'kernel');
  const data = values(shape, 'data');
  const plain = createConvolverOn(javascriptConvolutionEngine, shape, kernel, kernelShape);
  const wanted = plain.forward(data);

  it('run in WebAssembly, in single precision', () => {
    const got = createConvolver3d(shape, kernel, kernelShape).forward(data);
    // Sums of 75 products up to 1: roundings of float32 show, and are small.
    expect(largestDifference(got, wanted)).toBeLessThan(1e-4);
    expect([...got]).not.toEqual([...wanted]);
  });

  it('run in JavaScript where the grid is too large for its memory', () => {
    const small = createConvolverOn(engineWithoutAddon(100), shape, kernel, kernelShape);
    expect([...small.forward(data)]).toEqual([...wanted]);
  });
});
