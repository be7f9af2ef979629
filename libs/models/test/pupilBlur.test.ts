import { add, memory, mul, sum, tensor, tensor5d, tidy, type Scalar } from '@tensorflow/tfjs-core';
import { createRandomStream } from '@blurcycle/core';
import { selectBackend, variableGradients } from '@blurcycle/compute';
import { createPupilKernel, type PupilParameters } from '@blurcycle/psf';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  buildPupilBlur,
  disposeNetworks,
  type PupilBlur,
  type PupilBlurOptions,
} from '../src/index.ts';

const OPTICS = { numericalAperture: 1.4, immersionIndex: 1.5, emissionWavelengthUm: 0.61 };
const ZERNIKE = Array.from({ length: 12 }, (_, j) => 0.2 * Math.cos(3 * j));
const START: PupilParameters = { ...OPTICS, zernike: ZERNIKE, logGain: Math.log(1.6) };
const OPTIONS: PupilBlurOptions = {
  size: [3, 5, 7],
  voxelSizeUm: [0.25, 0.1, 0.1],
  optics: OPTICS,
  learnedOptics: ['numericalAperture', 'immersionIndex', 'emissionWavelengthUm'],
  start: START,
};

/** The same map in double precision, without tensors. */
const MAP = createPupilKernel({
  shape: OPTIONS.size,
  voxelSizeUm: OPTIONS.voxelSizeUm,
  zernikeTerms: 12,
  design: OPTICS,
});

describe.each(['js', 'native'] as const)('buildPupilBlur(options) on %s', (backend) => {
  let tensorsBefore = 0;
  beforeEach(async () => {
    await selectBackend(backend);
    tensorsBefore = memory().numTensors;
  });
  afterEach(() => expect(memory().numTensors).toBe(tensorsBefore));

  it('convolves: an impulse becomes the kernel of the start, its sum the gain', () => {
    const blur = buildPupilBlur(OPTIONS);
    const impulse = new Float32Array(5 * 9 * 9);
    impulse[(2 * 9 + 4) * 9 + 4] = 1;
    const image = tidy(() => blur.apply(tensor5d(impulse, [1, 5, 9, 9, 1])).dataSync());
    const expected = MAP.evaluate(START).kernel;
    for (let z = 0, i = 0; z < 3; z++) {
      for (let y = 0; y < 5; y++) {
        for (let x = 0; x < 7; x++, i++)
          // float32: parameters and transforms
          expect(image[((z + 1) * 9 + y + 2) * 9 + x + 1]).toBeCloseTo(expected[i], 6);
      }
    }
    expect(expected.reduce((a, b) => a + b)).toBeCloseTo(1.6, 10);
    disposeNetworks(blur);
  });

  it('has the gradients of every parameter of a loss on two blurred volumes', () => {
    const blur = buildPupilBlur(OPTIONS);
    const stream = createRandomStream(1, 'data');
    const shape: [number, number, number, number, number] = [1, 4, 6, 8, 1];
    const values = (): Float32Array => Float32Array.from({ length: 192 }, () => stream.normal());
    const [a, b, weightsA, weightsB] = [values(), values(), values(), values()];
    const product = (x: Float32Array, w: Float32Array): Scalar =>
      sum(mul(blur.apply(tensor5d(x, shape)), tensor5d(w, shape)));
    const grads = new Map<string, number[]>();
    tidy(() => {
      const gradients = variableGradients(
        () => tidy(() => add<Scalar>(product(a, weightsA), product(b, weightsB))),
        blur.parameters.map(({ variable }) => variable),
      ).grads;
      for (const { name, variable } of blur.parameters)
        grads.set(name, Array.from(gradients[variable.name].dataSync()));
    });
    // The loss is linear in the kernel, so its differences follow from the map in double precision.
    const toKernel = kernelGradient(a, weightsA).map((v, i) => v + kernelGradient(b, weightsB)[i]);
    const loss = (parameters: PupilParameters): number =>
      MAP.evaluate(parameters).kernel.reduce((total, h, i) => total + h * toKernel[i], 0);
    const h = 1e-4;
    const check = (gradient: number, change: (step: number) => PupilParameters): void => {
      const slope = (loss(change(h)) - loss(change(-h))) / (2 * h);
      // float32 sums over 192 voxels of gradients of size 1
      expect(Math.abs(gradient - slope)).toBeLessThan(2e-4 * Math.max(1, Math.abs(slope)));
    };
    check(grads.get('logGain')![0], (s) => ({ ...START, logGain: START.logGain + s }));
    for (const name of OPTIONS.learnedOptics) {
      const log = `log${name[0].toUpperCase()}${name.slice(1)}`;
      check(grads.get(log)![0], (s) => ({ ...START, [name]: START[name] * Math.exp(s) }));
    }
    ZERNIKE.forEach((_, j) => {
      check(grads.get('zernike')![j], (s) => ({
        ...START,
        zernike: ZERNIKE.map((c, i) => (i === j ? c + s : c)),
      }));
    });
    disposeNetworks(blur);
  });

  it('keeps the NA below the index after an update', () => {
    const blur = buildPupilBlur(OPTIONS);
    assign(blur, 'logNumericalAperture', 0.5);
    blur.constrain?.();
    expect(blur.pupil().numericalAperture).toBeCloseTo(0.995 * 1.5, 5); // float32 logarithm
    assign(blur, 'logImmersionIndex', 3);
    blur.constrain?.();
    expect(blur.pupil().immersionIndex).toBeCloseTo(1.9999, 5);
    assign(blur, 'logImmersionIndex', -3);
    assign(blur, 'logEmissionWavelengthUm', -3);
    blur.constrain?.();
    // What is allowed can be computed, after rounding, too.
    expect(tidy(() => blur.kernel().dataSync()).every(Number.isFinite)).toBe(true);
    expect(blur.pupil()).toMatchObject({
      immersionIndex: expect.closeTo(1.0001, 5) as number,
      emissionWavelengthUm: expect.closeTo(0.2001, 5) as number,
    });
    disposeNetworks(blur);
  });

  it('learns no optics that it was not asked to', () => {
    const blur = buildPupilBlur({
      ...OPTIONS,
      learnedOptics: [],
      start: { ...START, zernike: [] },
    });
    expect(blur.parameters.map(({ name }) => name)).toEqual(['logGain']);
    expect('constrain' in blur).toBe(false);
    expect(blur.pupil()).toMatchObject(OPTICS);
    disposeNetworks(blur);
  });

  it('starts from other optics than those that are stated', () => {
    const blur = buildPupilBlur({ ...OPTIONS, start: { ...START, numericalAperture: 1.26 } });
    expect(blur.pupil().numericalAperture).toBeCloseTo(1.26, 6); // float32 logarithm
    expect(blur.pupil().immersionIndex).toBe(1.5);
    const kernel = tidy(() => Array.from(blur.kernel().dataSync()));
    const expected = MAP.evaluate({ ...START, numericalAperture: 1.26 }).kernel;
    kernel.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 6)); // float32 parameters
    disposeNetworks(blur);
  });
});

function assign(blur: PupilBlur, name: string, value: number): void {
  const parameter = blur.parameters.find((one) => one.name === name)!;
  tidy(() => parameter.variable.assign(tensor([value])));
}

/** Gradient for the kernel of Σ w (h * x), zero border, by its definition; x is [4, 6, 8]. */
function kernelGradient(x: Float32Array, w: Float32Array): number[] {
  const gradient: number[] = [];
  const at = (data: Float32Array, z: number, y: number, i: number): number =>
    z >= 0 && y >= 0 && i >= 0 && z < 4 && y < 6 && i < 8 ? data[(z * 6 + y) * 8 + i] : 0;
  for (let dz = -1; dz <= 1; dz++) {
    for (let dy = -2; dy <= 2; dy++) {
      for (let dx = -3; dx <= 3; dx++) {
        let total = 0;
        for (let z = 0; z < 4; z++) {
          for (let y = 0; y < 6; y++)
            for (let i = 0; i < 8; i++) total += at(w, z, y, i) * at(x, z - dz, y - dy, i - dx);
        }
        gradient.push(total);
      }
    }
  }
  return gradient;
}
