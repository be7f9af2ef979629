import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { createRandomStream } from '@blurcycle/core';
import { afterAll, describe, expect, it } from 'vitest';
import { type ConvShape, pack } from '../native/layouts.ts';
import { createConvolverOn } from '../src/fft/convolver.ts';
import { loadThreadedModule } from '../src/wasm/threads.ts';
import { wasmConvolutionEngine } from '../src/wasm/wasmEngine.ts';
import { wasmKernels } from '../src/wasm/wasmKernels.ts';
import { loadWasmModule, type WasmModule } from '../src/wasm/wasmModule.ts';

const file = (name: string) => readFileSync(new URL(`../native/wasm/${name}`, import.meta.url));
const workers: Worker[] = [];

async function threaded(threads: number) {
  return loadThreadedModule(file('kernels.threads.wasm'), threads, async (workerData) => {
    const script = fileURLToPath(new URL('wasmThread.ts', import.meta.url));
    const start = `require('tsx/cjs'); require(${JSON.stringify(script)});`;
    const worker = new Worker(start, { eval: true, workerData });
    workers.push(worker);
    await once(worker, 'message');
  });
}

function random(length: number, name: string): Float32Array {
  const stream = createRandomStream(3, name);
  return Float32Array.from({ length }, () => 2 * stream.uniform() - 1);
}

afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.terminate()));
});

/** Passes of a convolution with its normalization, one after the other. */
function passes(module: WasmModule): Float32Array[] {
  const size = { batch: 1, input: [12, 30, 34], output: [12, 30, 34] } as const;
  const moves = { kernel: [3, 3, 3], stride: [1, 1, 1], padBefore: [1, 1, 1] } as const;
  const shape: ConvShape = { ...size, ...moves, inputs: 8, outputs: 16 };
  const voxels = 12 * 30 * 34;
  const [input, filter] = [random(8 * voxels, 'input'), random(27 * 8 * 16, 'filter')];
  const kernels = wasmKernels(module);
  const output = new Float32Array(16 * voxels);
  kernels.convForward(pack('convShape', shape), input, filter, random(16, 'bias'), output);
  const norm = pack('normShape', { batch: 1, voxels, channels: 16 });
  const normalized = new Float32Array(output.length);
  kernels.instanceNormForward(norm, output, 1e-5, 0, normalized, new Float32Array(32));
  const gradient = new Float32Array(filter.length);
  kernels.convFilterGradient(pack('convShape', shape), input, output, gradient, null);
  return [output, normalized, gradient];
}

function blurred(module: WasmModule): Float32Array[] {
  const kernel = random(7 * 9 * 11, 'kernel');
  const engine = wasmConvolutionEngine(module);
  const convolver = createConvolverOn(engine, [20, 40, 50], kernel, [7, 9, 11]);
  return [convolver.adjoint(convolver.forward(random(40_000, 'volume')))];
}

/** Whether the bits are the same; comparing element by element would take minutes. */
function sameBits(a: readonly Float32Array[], b: readonly Float32Array[]): boolean {
  return a.every((values, i) => Buffer.from(values.buffer).equals(Buffer.from(b[i].buffer)));
}

describe('loadThreadedModule(bytes, threads, startThread)', () => {
  const plain = loadWasmModule(file('kernels.wasm'));
  const wanted = { passes: passes(plain), blurred: blurred(plain) };

  it.each([1, 2, 3])('gives the bits of one thread with %i', async (threads) => {
    const shared = await threaded(threads);
    expect(shared.threads).toBe(threads);
    // Many times, so that threads meet in every order.
    for (let round = 0; round < 10; round++) {
      expect(sameBits(passes(shared), wanted.passes)).toBe(true);
      expect(sameBits(blurred(shared), wanted.blurred)).toBe(true);
    }
  });
});
