import { median, type DefocusModel, type Shape3, type VoxelSizeUm } from '@blurcycle/core';
import { createPupilKernel, type Optics, type PupilParameters } from '@blurcycle/psf';
import { minimize } from './minimize.ts';
import { LEAKY_BINS, type RadialBins, type RadialSpectrum, type Taper } from './radialSpectra.ts';

/** What is fitted of a pupil. */
export interface PupilFitOptions {
  /** Optics to start from. */
  readonly optics: Optics;
  /** Optics to fit; the kernel depends on their ratios to the wavelength alone. */
  readonly fittedOptics: readonly (keyof Optics)[];
  /**
   * Spherical aberration of Noll's indices 11 and 22 to start from, rad RMS; both are fitted. Not
   * 0: power spectra do not tell c from -c, so they have no slope there. @defaultValue none
   */
  readonly spherical?: readonly [primary: number, secondary: number];
  /** As in `createPupilKernel`. @defaultValue 'exact' */
  readonly defocus?: DefocusModel;
}

/** The spectra that a pupil is fitted to. */
export interface PupilFitInput extends PupilFitOptions {
  readonly bins: RadialBins;
  readonly blurred: RadialSpectrum;
  readonly sharp: RadialSpectrum;
  readonly taper: Taper;
  readonly noiseVariance: number;
  /** Sum of the kernel to start from. */
  readonly gain: number;
  readonly size: Shape3;
}

/** Azimuths, over half a turn, that stand for a whole bin. */
const AZIMUTHS = 8;
/** Noll's indices 11 and 22 among coefficients that begin with 5. */
const SPHERICAL = [6, 17] as const;
const LARGEST_SINE = 0.995;

/**
 * Fits the numbers of a pupil to power spectra by the quasi-likelihood of a gamma distribution.
 *
 * Σ N (ln m + P_Y / m) with the expected power m = |H|² P_X + noise of a bin and 1/N = 2/(number of
 * frequencies) + (signal's part of the power)² τ². τ is the relative error of the sets' mean
 * spectra, which differ because their specimens do; it is measured between volumes. The frequency
 * 0 is left out, and with a taper the innermost lateral frequencies.
 *
 * Deterministic; about 50 evaluations.
 */
export function fitPupil(input: PupilFitInput): {
  readonly kernel: Float64Array;
  readonly parameters: PupilParameters;
} {
  const { bins, blurred, sharp, noiseVariance, optics, fittedOptics, spherical, size } = input;
  const { voxelSizeUm } = bins;
  const terms = spherical === undefined ? 0 : SPHERICAL[1] + 1;
  const map = createPupilKernel({
    shape: size,
    voxelSizeUm,
    zernikeTerms: terms,
    design: optics,
    ...(input.defocus === undefined ? {} : { defocus: input.defocus }),
  });
  const used = usedBins(input);
  const transfer = createBinTransfer(
    size,
    voxelSizeUm,
    used.map(({ axialPerUm }) => axialPerUm),
    used.map(({ radialPerUm }) => radialPerUm),
  );
  const first = fittedOptics.length;
  const parametersAt = (point: Float64Array): PupilParameters => {
    const fitted = fittedOptics.map((name, i) => [name, optics[name] * Math.exp(point[i])]);
    const zernike = new Float64Array(terms);
    if (terms > 0) SPHERICAL.forEach((index, i) => (zernike[index] = point[first + 1 + i]));
    return {
      ...optics,
      ...(Object.fromEntries(fitted) as Partial<Optics>),
      zernike,
      logGain: point[first],
    };
  };
  const total = used.reduce((sum, { weight }) => sum + weight, 0);
  const objective = (point: Float64Array): { value: number; gradient: Float64Array } => {
    const parameters = parametersAt(point);
    if (!isPossible(parameters)) return { value: Infinity, gradient: point };
    const { kernel, pullBack } = map.evaluate(parameters);
    const { square, pullBack: toKernel } = transfer(kernel);
    let value = 0;
    const slopes = Float64Array.from(used, ({ bin, weight }, i) => {
      const expected = square[i] * sharp.power[bin] + noiseVariance;
      const ratio = blurred.power[bin] / expected;
      value += (weight / total) * (Math.log(expected) + ratio);
      return ((weight / total) * sharp.power[bin] * (1 - ratio)) / expected;
    });
    const back = pullBack(toKernel(slopes));
    const gradient = Float64Array.from([
      ...fittedOptics.map((name) => parameters[name] * back[name]),
      back.logGain,
      ...(terms === 0 ? [] : SPHERICAL.map((index) => back.zernike[index])),
    ]);
    return { value, gradient };
  };
  const start = Float64Array.from([
    ...fittedOptics.map(() => 0),
    Math.log(input.gain),
    ...(spherical ?? []),
  ]);
  const { point } = minimize(objective, start);
  const parameters = parametersAt(point);
  return { kernel: map.evaluate(parameters).kernel, parameters };
}

function isPossible({
  numericalAperture,
  immersionIndex,
  emissionWavelengthUm,
}: PupilParameters): boolean {
  return (
    immersionIndex >= 1 &&
    immersionIndex <= 2 &&
    numericalAperture < LARGEST_SINE * immersionIndex &&
    emissionWavelengthUm >= 0.2 &&
    emissionWavelengthUm <= 2
  );
}

interface UsedBin {
  readonly bin: number;
  readonly axialPerUm: number;
  readonly radialPerUm: number;
  readonly weight: number;
}

/** Bins up to the Nyquist frequency of the coarser lateral axis that leakage does not fill. */
function usedBins({ bins, blurred, sharp, noiseVariance, taper }: PupilFitInput): UsedBin[] {
  const { counts, radialCount, axialPerUm, radialPerUm, voxelSizeUm } = bins;
  const nyquist = 1 / (2 * Math.max(voxelSizeUm[1], voxelSizeUm[2]));
  const specimens = specimenVariance(sharp, counts) * (1 / sharp.blocks + 1 / blurred.blocks);
  return Array.from(counts, (count, bin) => {
    const signal = Math.min(Math.max(1 - noiseVariance / blurred.power[bin], 0), 1);
    return {
      bin,
      axialPerUm: axialPerUm[Math.floor(bin / radialCount)],
      radialPerUm: radialPerUm[bin % radialCount],
      weight: 1 / (2 / (count * blurred.blocks) + signal * signal * specimens),
    };
  }).filter(
    ({ bin, radialPerUm: radius }) =>
      bin > 0 && counts[bin] > 0 && radius <= nyquist && bin % radialCount >= LEAKY_BINS[taper],
  );
}

/** Relative variance of the spectra of single specimens, median over the bins; 1 for one block. */
function specimenVariance(
  { power, variance, blocks }: RadialSpectrum,
  counts: Float64Array,
): number {
  if (blocks === 1) return 1;
  const relative = Array.from(variance, (value, bin) => value / power[bin] ** 2);
  return median(relative.filter((value, bin) => bin > 0 && counts[bin] > 0 && value >= 0));
}

/** |H|² of a kernel in bins, mean over the azimuth, and the way back. */
type BinTransfer = (kernel: Float64Array) => {
  readonly square: Float64Array;
  /** Gradient for the kernel of a scalar with gradient `gradient` for `square`. */
  readonly pullBack: (gradient: Float64Array) => Float64Array;
};

/** By direct sums, first over x and y at each lateral frequency, then over z. */
export function createBinTransfer(
  size: Shape3,
  voxelSizeUm: VoxelSizeUm,
  axialPerUm: readonly number[],
  radialPerUm: readonly number[],
): BinTransfer {
  const [depth, height, width] = size;
  const area = height * width;
  const axial = [...new Set(axialPerUm)];
  const radial = [...new Set(radialPerUm)];
  const axialOf = axialPerUm.map((k) => axial.indexOf(k));
  const radialOf = radialPerUm.map((k) => radial.indexOf(k));
  const alongZ = waves(axial, depth, voxelSizeUm[0]);
  // Waves over a plane for each lateral frequency, [radius x azimuth][y][x].
  const laterals = radial.flatMap((radius) =>
    Array.from({ length: AZIMUTHS }, (_, a) => {
      const angle = ((a + 0.5) * Math.PI) / AZIMUTHS;
      return planeWave(
        waves([radius * Math.sin(angle)], height, voxelSizeUm[1]),
        waves([radius * Math.cos(angle)], width, voxelSizeUm[2]),
      );
    }),
  );
  return (kernel) => {
    // Sums over each plane, [lateral][z].
    const planes = laterals.map(({ real, imaginary }) => {
      const sums = { real: new Float64Array(depth), imaginary: new Float64Array(depth) };
      for (let z = 0; z < depth; z++) {
        let [re, im] = [0, 0];
        for (let i = 0; i < area; i++) {
          const value = kernel[z * area + i];
          re += value * real[i];
          im += value * imaginary[i];
        }
        sums.real[z] = re;
        sums.imaginary[z] = im;
      }
      return sums;
    });
    const transfers = axialOf.map((k, bin) =>
      Array.from({ length: AZIMUTHS }, (_, a): readonly [number, number] => {
        const sums = planes[radialOf[bin] * AZIMUTHS + a];
        let [re, im] = [0, 0];
        for (let z = 0; z < depth; z++) {
          const [c, s] = [alongZ.real[k * depth + z], alongZ.imaginary[k * depth + z]];
          re += sums.real[z] * c - sums.imaginary[z] * s;
          im += sums.real[z] * s + sums.imaginary[z] * c;
        }
        return [re, im];
      }),
    );
    const square = Float64Array.from(
      transfers,
      (azimuths) => azimuths.reduce((sum, [re, im]) => sum + re * re + im * im, 0) / AZIMUTHS,
    );
    return {
      square,
      pullBack(gradient) {
        const toPlanes = planes.map(() => ({
          real: new Float64Array(depth),
          imaginary: new Float64Array(depth),
        }));
        transfers.forEach((azimuths, bin) => {
          const k = axialOf[bin];
          azimuths.forEach(([re, im], a) => {
            const to = toPlanes[radialOf[bin] * AZIMUTHS + a];
            const factor = (2 * gradient[bin]) / AZIMUTHS;
            for (let z = 0; z < depth; z++) {
              const [c, s] = [alongZ.real[k * depth + z], alongZ.imaginary[k * depth + z]];
              to.real[z] += factor * (re * c + im * s);
              to.imaginary[z] += factor * (im * c - re * s);
            }
          });
        });
        const toKernel = new Float64Array(depth * area);
        laterals.forEach(({ real, imaginary }, lateral) => {
          const from = toPlanes[lateral];
          for (let z = 0; z < depth; z++) {
            const [a, b] = [from.real[z], from.imaginary[z]];
            for (let i = 0; i < area; i++) toKernel[z * area + i] += a * real[i] + b * imaginary[i];
          }
        });
        return toKernel;
      },
    };
  };
}

interface Waves {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

/** exp(-2πi k j d) for offsets j from the center, [frequency][side]. */
function waves(frequencies: readonly number[], side: number, step: number): Waves {
  const angles = frequencies.flatMap((k) =>
    Array.from({ length: side }, (_, j) => -2 * Math.PI * k * (j - (side - 1) / 2) * step),
  );
  return {
    real: Float64Array.from(angles, Math.cos),
    imaginary: Float64Array.from(angles, Math.sin),
  };
}

function planeWave(alongY: Waves, alongX: Waves): Waves {
  const width = alongX.real.length;
  const count = alongY.real.length * width;
  const at = (i: number): readonly [number, number, number, number] => {
    const [y, x] = [Math.floor(i / width), i % width];
    return [alongY.real[y], alongY.imaginary[y], alongX.real[x], alongX.imaginary[x]];
  };
  return {
    real: Float64Array.from({ length: count }, (_, i) => {
      const [a, b, c, d] = at(i);
      return a * c - b * d;
    }),
    imaginary: Float64Array.from({ length: count }, (_, i) => {
      const [a, b, c, d] = at(i);
      return a * d + b * c;
    }),
  };
}
