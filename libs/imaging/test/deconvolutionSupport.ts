import {
  createRandomStream,
  createVolume,
  voxelCount,
  voxelIndex,
  type Shape3,
  type Volume,
  type VoxelSizeUm,
} from '@blurcycle/core';
import { poissonDeviate } from '../src/deviates.ts';
import { addPhotonNoise, addReadNoise } from '../src/noise.ts';

export const VOXELS: VoxelSizeUm = [0.2, 0.1, 0.1];

/** A kernel of unit sum from any values, lying anywhere in its box. */
export function kernel(shape: Shape3, value: (z: number, y: number, x: number) => number): Volume {
  const psf = createVolume(shape, VOXELS);
  let sum = 0;
  each(shape, (z, y, x, i) => {
    psf.data[i] = value(z, y, x);
    sum += psf.data[i];
  });
  psf.data.forEach((entry, i) => (psf.data[i] = entry / sum));
  return psf;
}

/** A Gaussian of the given standard deviations in voxels. */
export function gaussianKernel(shape: Shape3, sigma: readonly number[]): Volume {
  const distance = (place: number, axis: number) => (place - (shape[axis] - 1) / 2) / sigma[axis];
  return kernel(shape, (z, y, x) =>
    Math.exp(-(distance(z, 0) ** 2 + distance(y, 1) ** 2 + distance(x, 2) ** 2) / 2),
  );
}

/** A kernel without any symmetry whose brightest voxel is not the middle. */
export const asymmetric = kernel(
  [3, 5, 5],
  (z, y, x) => 1 / (1 + (z - 2) ** 2 + (y - 1) ** 2 + 2 * (x - 3) ** 2 + 0.3 * y * x),
);

export const delta = kernel([3, 3, 3], (z, y, x) => (z === 1 && y === 1 && x === 1 ? 1 : 0));

/** Lines and points on a faint ground. */
export function phantom(shape: Shape3, seed = 1): Volume {
  const stream = createRandomStream(seed, 'data/phantom');
  const volume = createVolume(shape, VOXELS);
  volume.data.fill(2);
  for (let k = 0; k < voxelCount(shape) / 80; k++) {
    volume.data[stream.integer(volume.data.length)] = 100 + 400 * stream.uniform();
  }
  const z = Math.floor(shape[0] / 2);
  for (let x = 2; x < shape[2] - 2; x++) volume.data[voxelIndex(shape, z, 3 + (x % 7), x)] = 300;
  return volume;
}

/** Poisson deviates with the given means. */
export function photons(mean: Volume, seed = 7): Volume {
  const stream = createRandomStream(seed, 'noise/photons');
  return { ...mean, data: mean.data.map((value) => poissonDeviate(stream, Math.max(0, value))) };
}

/** Calls `visit` for every voxel in order. */
export function each(
  shape: Shape3,
  visit: (z: number, y: number, x: number, i: number) => void,
): void {
  let i = 0;
  for (let z = 0; z < shape[0]; z++) {
    for (let y = 0; y < shape[1]; y++) for (let x = 0; x < shape[2]; x++) visit(z, y, x, i++);
  }
}

/** Convolution by its definition; `outside` gives the object beyond the edge, by position. */
export function convolveDirectly(
  object: Volume,
  psf: Volume,
  outside: (z: number, y: number, x: number) => number = () => 0,
): Volume {
  const { shape } = object;
  const result = createVolume(shape, VOXELS);
  each(shape, (z, y, x, i) => {
    each(psf.shape, (kz, ky, kx, k) => {
      const [oz, oy, ox] = [z, y, x].map(
        (place, axis) => place - [kz, ky, kx][axis] + (psf.shape[axis] - 1) / 2,
      );
      const inside =
        oz >= 0 && oy >= 0 && ox >= 0 && oz < shape[0] && oy < shape[1] && ox < shape[2];
      const value = inside ? object.data[voxelIndex(shape, oz, oy, ox)] : outside(oz, oy, ox);
      result.data[i] += psf.data[k] * value;
    });
  });
  return result;
}

/** The kernel mirrored through its middle: convolution with it is the adjoint for a zero border. */
export function mirrored(psf: Volume): Volume {
  return { ...psf, data: psf.data.slice().reverse() };
}

export const sum = (values: Float32Array) => values.reduce((total, value) => total + value, 0);

/** Root mean square difference. */
export function rms(a: Float32Array, b: Float32Array): number {
  return Math.sqrt(a.reduce((total, value, i) => total + (value - b[i]) ** 2, 0) / a.length);
}

/** Largest difference over the largest value of `b`. */
export function worst(a: Float32Array, b: Float32Array): number {
  const scale = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0) / scale;
}

/** Bent rods of radius 2 voxels on black. */
export function rods(shape: Shape3): Volume {
  const volume = createVolume(shape, VOXELS);
  each(shape, (z, y, x, i) => {
    const distances = [0.25, 0.6, 0.8].map((place, n) =>
      Math.hypot(z - 4 - 4 * n, y - place * shape[1] - 4 * Math.sin(x / (8 + n))),
    );
    volume.data[i] = Math.min(...distances) < 2 ? 1 : 0;
  });
  return volume;
}

/** What a camera of some photons at intensity 1 and a read noise records. */
export function record(clean: Volume, photons: number, readNoise: number, seed: number): Volume {
  const counted = addPhotonNoise(clean, photons, createRandomStream(seed, 'test/photons'));
  return addReadNoise(counted, readNoise, createRandomStream(seed, 'test/read'));
}
