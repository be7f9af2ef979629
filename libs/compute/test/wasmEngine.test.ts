import { readFileSync } from 'node:fs';
import { createRandomStream, type Shape3, voxelCount } from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import { hashSources } from '../native/wasm/build.mjs';
import { javascriptConvolutionEngine } from '../src/fft/convolutionEngines.ts';
import { createConvolverOn } from '../src/fft/convolver.ts';
import type { PoissonUpdate } from '../src/fft/poissonUpdate.ts';
import { wasmConvolutionEngine } from '../src/wasm/wasmEngine.ts';
import { createWasmHeap } from '../src/wasm/wasmHeap.ts';
import { loadWasmModule } from '../src/wasm/wasmModule.ts';

const bytes = readFileSync(new URL('../native/wasm/kernels.wasm', import.meta.url));

function values(shape: Shape3, name: string): Float32Array {
  const stream = createRandomStream(7, name);
  return Float32Array.from({ length: voxelCount(shape) }, () => stream.uniform());
}

function expectClose(actual: ArrayLike<number>, wanted: ArrayLike<number>): void {
  let [far, most] = [0, 0];
  for (let i = 0; i < wanted.length; i++) {
    far = Math.max(far, Math.abs(actual[i] - wanted[i]));
    most = Math.max(most, Math.abs(wanted[i]));
  }
  // Single precision against double: a few roundings of the largest term.
  expect(far / most).toBeLessThan(3e-6);
}

const SHAPES: readonly (readonly [volume: Shape3, kernel: Shape3])[] = [
  [
    [1, 1, 1],
    [1, 1, 1],
  ],
  [
    [3, 5, 7],
    [3, 3, 3],
  ],
  [
    [9, 20, 33],
    [5, 7, 9],
  ],
  [
    [16, 24, 70],
    [31, 3, 11],
  ],
];

describe('wasmConvolutionEngine(module)', () => {
  const engine = wasmConvolutionEngine(loadWasmModule(bytes));

  it.each(SHAPES)('convolves as JavaScript does, %j with %j', (shape, kernelShape) => {
    for (const border of ['zero', 'periodic', 'reflect'] as const) {
      const kernel = values(kernelShape, 'kernel');
      const [wasm, plain] = [engine, javascriptConvolutionEngine].map((one) =>
        createConvolverOn(one, shape, kernel, kernelShape, { border }),
      );
      const data = values(shape, 'data');
      expectClose(wasm.forward(data), plain.forward(data));
      expectClose(wasm.adjoint(data), plain.adjoint(data));
    }
  });

  it('has the adjoint of its convolution', () => {
    const [shape, kernelShape] = SHAPES[2];
    const { forward, adjoint } = createConvolverOn(
      engine,
      shape,
      values(kernelShape, 'kernel'),
      kernelShape,
    );
    const [a, b] = [values(shape, 'a'), values(shape, 'b')];
    const dot = (x: Float32Array, y: Float32Array): number =>
      x.reduce((sum, value, i) => sum + value * y[i], 0);
    // Sums of some thousand terms in single precision.
    expect(dot(forward(a), b) / dot(a, adjoint(b))).toBeCloseTo(1, 5);
  });

  it.each([
    ['plain', false, false],
    ['with one weight', false, true],
    ['with a penalty', true, false],
    ['extrapolated', false, true],
    ['extrapolated with a penalty', true, true],
  ])('updates as JavaScript does, %s', (name, penalized, extrapolated) => {
    const [shape, kernelShape] = SHAPES[2];
    const window = { origin: [2, 3, 4], shape: [5, 12, 21] } as const;
    const outcomes = [engine, javascriptConvolutionEngine].map((one) => {
      const convolver = createConvolverOn(one, shape, values(kernelShape, 'kernel'), kernelShape, {
        ...{ border: 'periodic', window },
      });
      const weights = name === 'with one weight' ? Float32Array.of(0.7) : values(shape, 'weights');
      const update: PoissonUpdate = {
        ...{ observed: values(window.shape, 'observed'), background: 0.1, floor: 1e-6 },
        ...{ weights, estimate: values(shape, 'estimate') },
        penalty: penalized ? values(shape, 'penalty') : undefined,
        extrapolation: extrapolated
          ? { factor: 0.5, before: values(shape, 'before'), step: values(shape, 'step') }
          : undefined,
      };
      const sums = convolver.update(update);
      return { update, sums };
    });
    const [wasm, plain] = outcomes;
    expectClose(wasm.update.estimate, plain.update.estimate);
    for (const array of ['before', 'step'] as const) {
      if (extrapolated)
        expectClose(wasm.update.extrapolation![array], plain.update.extrapolation![array]);
    }
    expect(wasm.sums.done).toBe(true);
    for (const sum of ['change', 'total', 'along', 'square'] as const)
      // Sums of thousands of values in single precision, a few dozen at a time.
      expect(Math.abs(wasm.sums[sum] - plain.sums[sum])).toBeLessThanOrEqual(
        1e-5 * Math.abs(plain.sums[sum]),
      );
  });

  it('stops where the residual is small enough', () => {
    const [shape, kernelShape] = SHAPES[1];
    const convolver = createConvolverOn(engine, shape, values(kernelShape, 'k'), kernelShape, {
      border: 'zero',
    });
    const estimate = values(shape, 'estimate');
    const sums = convolver.update({
      ...{ observed: values(shape, 'observed'), background: 0, floor: 1e-6 },
      ...{ weights: values(shape, 'weights'), estimate, leastResidual: 1e9 },
    });
    expect(sums.done).toBe(false);
    expect(estimate).toEqual(values(shape, 'estimate'));
  });
});

describe('the modules', () => {
  it('were built from these sources', () => {
    const made = readFileSync(new URL('../native/wasm/modules.json', import.meta.url), 'utf8');
    // After a change of the kernels: node libs/compute/native/wasm/build.mjs
    expect((JSON.parse(made) as { sources: string }).sources).toBe(hashSources());
  });
});

describe('createWasmHeap(memory, base)', () => {
  it('gives aligned blocks that never overlap, and uses released ones again', () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const heap = createWasmHeap(memory, 1000);
    const stream = createRandomStream(3, 'heap');
    const blocks = new Map<number, number>();
    for (let i = 0; i < 500; i++) {
      if (blocks.size > 8) {
        const [[address]] = blocks;
        blocks.delete(address);
        heap.release(address);
      }
      const bytes = 1 + Math.floor(20_000 * stream.uniform());
      const address = heap.allocate(bytes);
      expect([address % 64, address >= 1000]).toEqual([0, true]);
      for (const [other, size] of blocks)
        expect(address + bytes <= other || other + size <= address).toBe(true);
      blocks.set(address, bytes);
    }
    // Nine blocks of at most 21 kB, and holes.
    expect(memory.buffer.byteLength).toBeLessThan(1 << 20);
  });

  it('leaves pages alone that the module took', () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const heap = createWasmHeap(memory, 0);
    heap.allocate(40_000);
    memory.grow(1); // the module's page, 65,536 to 131,072
    for (const bytes of [30_000, 30_000, 90_000]) {
      const address = heap.allocate(bytes);
      expect(address + bytes <= 65_536 || address >= 131_072).toBe(true);
    }
    expect(heap.allocate(20_000)).toBeLessThan(65_536); // what was left of its own
  });

  it('says how much it could not get', () => {
    const heap = createWasmHeap(new WebAssembly.Memory({ initial: 1, maximum: 2 }), 0);
    expect(() => heap.allocate(1 << 20)).toThrow('allocation of 1 MiB in WebAssembly failed');
  });
});
