import { tensor1d, tidy, variable, type Rank, type Tensor3D } from '@tensorflow/tfjs-core';
import type { OpticsName, Shape3, VoxelSizeUm } from '@blurcycle/core';
import { blur3d, hostFunction, type HostFunction } from '@blurcycle/compute';
import {
  createPupilKernel,
  type Optics,
  type PupilKernelOptions,
  type PupilKernelValue,
  type PupilParameters,
} from '@blurcycle/psf';
import type { LinearBlur } from './blurKernel.ts';
import type { Parameter } from './network.ts';

/** Window, start and free numbers of a kernel that its pupil determines. */
export interface PupilBlurOptions extends Pick<PupilKernelOptions, 'defocus' | 'amplitude'> {
  /** Sides in voxels, all odd. */
  readonly size: Shape3;
  readonly voxelSizeUm: VoxelSizeUm;
  /** The optics as they are stated; those that are not learned stay. */
  readonly optics: Optics;
  /**
   * Optics to learn. NA and index are enough: the kernel depends on their ratios to the wavelength.
   */
  readonly learnedOptics: readonly OpticsName[];
  /**
   * Where to start: optics that are learned, gain, and Zernike coefficients, whose number stays.
   */
  readonly start: PupilParameters;
}

/** A linear blur with a kernel that its pupil determines. */
export interface PupilBlur extends LinearBlur {
  /** The numbers of the kernel as they are now. */
  pupil(): PupilParameters;
}

/** The NA stays below this part of the index, where the rays of the rim have a direction. */
const LARGEST_SINE = 0.995;
/**
 * Limits within what `createPupilKernel` accepts, with room for the rounding of a logarithm to
 * float32; the NA has a limit of its own.
 */
const LIMITS = {
  numericalAperture: [1e-3, 1.9999],
  immersionIndex: [1.0001, 1.9999],
  emissionWavelengthUm: [0.2001, 1.9999],
} as const satisfies Record<OpticsName, readonly [number, number]>;

/**
 * The linear blur generator with few numbers: y = h * x, h the PSF of a pupil with Zernike
 * coefficients; zero border, no bias.
 *
 * Parameters: `zernike` in rad RMS (absent without coefficients), `logGain`, and for each learned
 * number of the optics the logarithm of its ratio to what is stated, such as
 * `logNumericalAperture`, so that one learning rate suits all. No parameter is a shift; see
 * `createPupilKernel`.
 *
 * The kernel and its derivatives are computed in double precision on the CPU: 1.3 ms, and 1.7 ms
 * for each gradient, at 7 x 15 x 15 voxels of 0.25 x 0.1 x 0.1 µm; 0.13 and 0.2 s at 31 x 31 x 31.
 * Not on the WebGPU back-end.
 *
 * @throws {RuleError} If a side is even or the optics cannot exist.
 */
export function buildPupilBlur(options: PupilBlurOptions): PupilBlur {
  const { size, voxelSizeUm, optics, learnedOptics, start, ...model } = options;
  const zernike = Array.from(start.zernike);
  const map = createPupilKernel({
    ...model,
    shape: size,
    voxelSizeUm,
    zernikeTerms: zernike.length,
    design: optics,
  });
  const parameter = (name: string, values: readonly number[]): Parameter =>
    tidy(() => ({ name, variable: variable(tensor1d([...values])) }));
  const parameters = [
    ...(zernike.length === 0 ? [] : [parameter('zernike', zernike)]),
    parameter('logGain', [start.logGain]),
    ...learnedOptics.map((name) =>
      parameter(logName(name), [Math.log(start[name] / optics[name])]),
    ),
  ];
  const names = parameters.map(({ name }) => name);

  const read = (arrays: readonly Float32Array[]): PupilParameters => {
    const first = (name: string): number => arrays[names.indexOf(name)][0];
    const learned = learnedOptics.map((name) => [
      name,
      optics[name] * Math.exp(first(logName(name))),
    ]);
    return {
      ...optics,
      ...(Object.fromEntries(learned) as Partial<Optics>),
      zernike: zernike.length === 0 ? [] : arrays[names.indexOf('zernike')],
      logGain: first('logGain'),
    };
  };
  const evaluate = rememberLast((arrays) => map.evaluate(read(arrays)));
  const kernelOfParameters: HostFunction = {
    shape: size,
    value: (arrays) => Float32Array.from(evaluate(arrays).kernel),
    pullBack(arrays, gradient) {
      const slopes = evaluate(arrays).pullBack(gradient);
      const now = read(arrays);
      return [
        ...(zernike.length === 0 ? [] : [Float32Array.from(slopes.zernike)]),
        Float32Array.of(slopes.logGain),
        // d/d ln p = p d/dp
        ...learnedOptics.map((name) => Float32Array.of(now[name] * slopes[name])),
      ];
    },
  };
  const pupil = (): PupilParameters =>
    read(parameters.map((one) => one.variable.dataSync<'float32'>()));
  const kernel = (): Tensor3D =>
    hostFunction<Rank.R3>(
      parameters.map((one) => one.variable),
      kernelOfParameters,
    );
  const constrain = (): void => {
    const now = pupil();
    const within = (name: OpticsName, most: number): number =>
      Math.min(Math.max(now[name], LIMITS[name][0]), most);
    const index = within('immersionIndex', LIMITS.immersionIndex[1]);
    const allowed: Optics = {
      immersionIndex: index,
      numericalAperture: within('numericalAperture', LARGEST_SINE * index),
      emissionWavelengthUm: within('emissionWavelengthUm', LIMITS.emissionWavelengthUm[1]),
    };
    for (const name of learnedOptics) {
      if (allowed[name] === now[name]) continue;
      const log = Math.log(allowed[name] / optics[name]);
      tidy(() => parameters[names.indexOf(logName(name))].variable.assign(tensor1d([log])));
    }
  };
  return {
    parameters,
    kernel,
    pupil,
    apply: (x) => blur3d(x, kernel()),
    ...(learnedOptics.length === 0 ? {} : { constrain }),
  };
}

function logName(name: OpticsName): string {
  return `log${name[0].toUpperCase()}${name.slice(1)}`;
}

/** The function, computed once for arguments that repeat: an update uses one kernel many times. */
function rememberLast(
  f: (arrays: readonly Float32Array[]) => PupilKernelValue,
): (arrays: readonly Float32Array[]) => PupilKernelValue {
  let last: { readonly key: readonly Float32Array[]; readonly value: PupilKernelValue } | undefined;
  return (arrays) => {
    const same = last?.key.every((array, i) => array.every((value, j) => value === arrays[i][j]));
    if (last === undefined || same !== true) {
      last = { key: arrays.map((array) => array.slice()), value: f(arrays) };
    }
    return last.value;
  };
}
