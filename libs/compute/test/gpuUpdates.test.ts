import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { voxelCount, type Border, type Shape3 } from '@blurcycle/core';
import { gpuConvolutionEngine } from '../src/backends/webgpu/gpuEngine.ts';
import type { WebgpuBackend } from '../src/backends/webgpu/webgpuBackend.ts';
import { javascriptConvolutionEngine } from '../src/fft/convolutionEngines.ts';
import { createConvolverOn } from '../src/fft/convolver.ts';
import { updateByConvolutions } from '../src/fft/poissonUpdate.ts';
import { backendReport, selectBackend } from '../src/index.ts';
import { offerSoftwareGpu } from './softwareGpu.ts';
import { randomValues, relativeError } from './support.ts';

/** Updates on WebGPU against those in JavaScript; a program may stand in for the GPU. */

offerSoftwareGpu();
const report = (await backendReport()).find(({ name }) => name === 'webgpu');
if (report?.available !== true)
  process.stderr.write(`WebGPU is not tested: ${report?.detail} (${report?.remedy})\n`);

const SHAPE: Shape3 = [6, 9, 20];
const KERNEL: Shape3 = [3, 5, 7];
const FACTORS = [0, 0.6, 0.9];

const positive = (count: number, name: string): Float32Array =>
  randomValues(count, name).map((value) => 1 + Math.abs(value));
const kernel = positive(voxelCount(KERNEL), 'kernel').map((value) => value / 300);

describe.skipIf(report?.available !== true)('Convolver.updatesOnDevice(start)', () => {
  let gpu: WebgpuBackend;
  beforeAll(async () => {
    await selectBackend('webgpu');
    gpu = tf.backend() as WebgpuBackend;
  });

  function convolvers(border: Border) {
    const window =
      border === 'zero'
        ? { origin: [1, 2, 3] as const, shape: [4, 5, 13] as const }
        : { origin: [0, 0, 0] as const, shape: SHAPE };
    const make = (engine: typeof javascriptConvolutionEngine) =>
      createConvolverOn(engine, SHAPE, kernel, KERNEL, { border, window });
    return {
      js: make(javascriptConvolutionEngine),
      device: make(gpuConvolutionEngine(gpu, javascriptConvolutionEngine)),
      image: voxelCount(window.shape),
    };
  }

  /** Arrays of a start; new ones at every call, because an update overwrites some. */
  function makeStart(image: number) {
    const voxels = voxelCount(SHAPE);
    return {
      observed: positive(image, 'observed'),
      background: 0.25,
      floor: 1.1,
      // A dark voxel stays dark, and weights of 0 switch voxels off.
      estimate: positive(voxels, 'estimate').map((value, i) => (i % 50 === 0 ? 0 : value)),
      weights: positive(voxels, 'weights').map((value, i) => (i % 7 === 0 ? 0 : value)),
    };
  }

  it.each<[Border, boolean]>([
    ['periodic', false],
    ['zero', false],
    ['zero', true],
  ])(
    'updates as updateByConvolutions, with and without an extrapolation (%s, mask %s)',
    async (border, masks) => {
      const { js, device, image } = convolvers(border);
      const mask = masks ? Float32Array.from({ length: image }, (_, i) => +(i % 5 > 0)) : undefined;
      const before = gpu.tensorMap.numDataIds();
      const updates = device.updatesOnDevice?.({ ...makeStart(image), mask });
      expect(updates).toBeDefined();
      if (updates === undefined) return;
      const adjoint: typeof js.adjoint = (data) =>
        js.adjoint(mask === undefined ? data : data.map((value, i) => mask[i] * value));
      const { estimate: first, ...rest } = makeStart(image);
      let estimate: Float32Array = first;
      let other: Float32Array = new Float32Array(first.length);
      const step = new Float32Array(first.length);
      for (const factor of FACTORS) {
        const extrapolation = { factor, before: other, step };
        const sums = updateByConvolutions(
          { forward: js.forward, adjoint },
          { ...rest, estimate, extrapolation },
        );
        const ours = await updates.update(factor);
        for (const name of ['change', 'total', 'along', 'square'] as const) {
          // Sums of a thousand terms of both signs in single precision.
          const scale = Math.max(Math.abs(sums[name]), sums.total);
          expect(Math.abs(ours[name] - sums[name]) / scale, name).toBeLessThan(1e-5);
        }
        [estimate, other] = [other, estimate];
        // Single precision through two convolutions; JavaScript computes in double precision.
        expect(relativeError(await updates.read(), estimate)).toBeLessThan(2e-6);
      }
      updates.dispose();
      await gpu.queue.onSubmittedWorkDone();
      expect(gpu.tensorMap.numDataIds()).toBe(before);
    },
  );

  it('has none for a border that needs a copy of the volume', () => {
    expect(convolvers('reflect').device.updatesOnDevice).toBeUndefined();
    expect(convolvers('zero').js.updatesOnDevice).toBeUndefined();
  });
});
