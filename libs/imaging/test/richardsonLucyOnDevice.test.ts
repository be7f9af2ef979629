/** Richardson-Lucy on WebGPU against that of the processor; a program may stand in for the GPU. */
import { backendReport, selectBackend } from '@blurcycle/compute';
import { convolveOnGpu } from '@blurcycle/compute/kernels';
import { offerSoftwareGpu } from '@blurcycle/compute/testing';
import { createRandomStream, createVolume, type Shape3, type Volume } from '@blurcycle/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { acceleratedRichardsonLucy, richardsonLucy } from '../src/deconvolution/richardsonLucy.ts';
import { richardsonLucyOnDevice } from '../src/deconvolution/richardsonLucyOnDevice.ts';

offerSoftwareGpu();
const report = (await backendReport()).find(({ name }) => name === 'webgpu');
if (report?.available !== true)
  process.stderr.write(`WebGPU is not tested: ${report?.detail} (${report?.remedy})\n`);

const VOXELS = [0.2, 0.1, 0.1] as const;
const random = createRandomStream(4, 'device');

function volume(shape: Shape3, value: (i: number) => number): Volume {
  const made = createVolume(shape, VOXELS);
  made.data.forEach((_, i) => (made.data[i] = value(i)));
  return made;
}

const observed = volume([6, 11, 13], (i) => 5 + 20 * random.uniform() + (i % 97 === 0 ? 200 : 0));
const raw = volume([3, 5, 5], () => 0.1 + random.uniform());
const total = raw.data.reduce((sum, value) => sum + value, 0);
const psf = volume([3, 5, 5], (i) => raw.data[i] / total);
const mask = Float32Array.from(observed.data, (_, i) => (i % 7 === 3 ? 0 : 1));
const OPTIONS = { iterations: 8, background: 3 } as const;

/** Largest difference, as a part of the largest value. */
function difference(a: Volume | null, b: Volume): number {
  const most = b.data.reduce((largest, value) => Math.max(largest, value), 0);
  return b.data.reduce((far, value, i) => Math.max(far, Math.abs(a!.data[i] - value)), 0) / most;
}

describe.skipIf(report?.available !== true)('richardsonLucyOnDevice(observed, psf)', () => {
  beforeAll(async () => {
    expect(await richardsonLucyOnDevice(observed, psf, OPTIONS)).toBeNull(); // no device yet
    await selectBackend('webgpu');
    convolveOnGpu();
  });

  // Single precision in another order of terms, through sixteen convolutions.
  const CLOSE = 1e-5;

  it.each([
    ['plain', {}],
    ['with a border of zeros', { boundary: 'zero' }],
    ['with a mask', { mask }],
  ] as const)('is richardsonLucy (%s)', async (_, options) => {
    const expected = richardsonLucy(observed, psf, { ...OPTIONS, ...options });
    const steps: number[] = [];
    const ours = await richardsonLucyOnDevice(observed, psf, {
      ...OPTIONS,
      ...options,
      onUpdate: (done, most) => steps.push(done / most),
    });
    expect(difference(ours, expected)).toBeLessThan(CLOSE);
    expect(difference(observed, expected)).toBeGreaterThan(0.1);
    expect(steps).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((done) => done / 8));
  });

  it('is acceleratedRichardsonLucy', async () => {
    const expected = acceleratedRichardsonLucy(observed, psf, OPTIONS);
    const ours = await richardsonLucyOnDevice(observed, psf, { ...OPTIONS, accelerated: true });
    expect(difference(ours, expected)).toBeLessThan(CLOSE);
    expect(difference(richardsonLucy(observed, psf, OPTIONS), expected)).toBeGreaterThan(0.01);
  });

  it('stops at small changes, and refuses rules that look at every estimate', async () => {
    const options = { iterations: 50, relativeTolerance: 0.02 };
    const ends: number[] = [];
    const onEnd = ({ updates }: { readonly updates: number }): number => ends.push(updates);
    const expected = richardsonLucy(observed, psf, { ...options, onEnd });
    const ours = await richardsonLucyOnDevice(observed, psf, { ...options, onEnd });
    expect(difference(ours, expected)).toBeLessThan(CLOSE);
    expect(ends[1]).toBe(ends[0]);
    expect(ends[0]).toBeLessThan(50);
    await expect(richardsonLucyOnDevice(observed, psf, { stop: 'held-out' })).rejects.toThrow(
      "richardsonLucy: stop must be 'iterations', got 'held-out'",
    );
  });
});
