import type { DefocusModel } from '@blurcycle/core';
import { gaussLegendre } from '../gaussLegendre.ts';
import type { Optics } from '../optics.ts';
import type { FieldGrid } from './pupilField.ts';
import { zernike, type ZernikeMode } from './zernike.ts';

/** Room for a larger NA/λ, and for the phase of the Zernike polynomials, in rad. */
const GROWTH = 1.15;
const ABERRATION_SPAN = 10;

/** Mirror images of a point in the first quadrant of the pupil. */
export const IMAGES = [
  [1, 1],
  [-1, 1],
  [1, -1],
  [-1, -1],
] as const;

/** Points in the first quadrant of the unit disk, each with three mirror images. */
export interface DiskPoints {
  readonly rhoX: Float64Array;
  readonly rhoY: Float64Array;
  readonly rhoSquare: readonly number[];
  /** Quadrature weights; those of all images sum to 1. */
  readonly weights: Float64Array;
  /** Zernike polynomials, [image][term][point]. */
  readonly zernike: readonly (readonly Float64Array[])[];
}

/**
 * Points that integrate the pupil for every voxel of the window.
 *
 * A rule of N equal steps of φ is exact up to the Bessel function J_N of the largest phase, one of
 * N Gauss–Legendre nodes up to J_2N of its largest rate; both fall faster than any power beyond
 * their turning point.
 */
export function diskPoints(
  { shape, voxelSizeUm }: FieldGrid,
  design: Optics,
  modes: readonly ZernikeMode[],
): DiskPoints {
  const [zUm, yUm, xUm] = shape.map((side, axis) => ((side - 1) / 2) * voxelSizeUm[axis]);
  const { numericalAperture: na, immersionIndex: n, emissionWavelengthUm } = design;
  const waveNumber = (2 * Math.PI * GROWTH) / emissionWavelengthUm;
  const lateral = waveNumber * na * Math.hypot(yUm, xUm);
  const axial = waveNumber * (n - Math.sqrt((n - na) * (n + na))) * zUm;
  const span = (lateral + axial) / 2 + ABERRATION_SPAN;
  const rule = gaussLegendre(Math.ceil(span / 2 + 1.5 * Math.cbrt(span) + 3));
  const around = lateral + ABERRATION_SPAN;
  const perQuadrant = Math.ceil((around + 2 * Math.cbrt(around) + 2) / 4);
  const points = Array.from(rule.nodes).flatMap((node, ring) =>
    Array.from({ length: perQuadrant }, (_, j) => ({
      square: (1 + node) / 2,
      phi: ((j + 0.5) * Math.PI) / (2 * perQuadrant),
      weight: rule.weights[ring] / (8 * perQuadrant),
    })),
  );
  return {
    rhoX: Float64Array.from(points, ({ square, phi }) => Math.sqrt(square) * Math.cos(phi)),
    rhoY: Float64Array.from(points, ({ square, phi }) => Math.sqrt(square) * Math.sin(phi)),
    rhoSquare: points.map(({ square }) => square),
    weights: Float64Array.from(points, ({ weight }) => weight),
    zernike: IMAGES.map(([signX, signY]) =>
      modes.map((mode) =>
        Float64Array.from(points, ({ square, phi }) =>
          zernike(
            mode,
            Math.sqrt(square),
            Math.atan2(signY * Math.sin(phi), signX * Math.cos(phi)),
          ),
        ),
      ),
    ),
  };
}

/** Axial frequency and amplitude at one radius of the pupil, with derivatives. */
export interface Ring {
  /** rad/µm, 0 on the axis. */
  readonly axial: number;
  readonly axialToRim: number;
  readonly axialToIndex: number;
  readonly amplitude: number;
  readonly logAmplitudeToRim: number;
  readonly logAmplitudeToIndex: number;
}

/**
 * @param square - ρ².
 * @param rim - NA/λ per µm.
 * @param index - n/λ per µm.
 */
export function ringAt(
  square: number,
  rim: number,
  index: number,
  defocus: DefocusModel,
  amplitude: 'uniform' | 'aplanatic',
): Ring {
  const lateral = rim * rim * square;
  const along = Math.sqrt(index * index - lateral); // n cos θ / λ
  const paraxial = defocus === 'paraxial';
  const aplanatic = amplitude === 'aplanatic';
  return {
    axial: paraxial ? (-Math.PI * lateral) / index : (-2 * Math.PI * lateral) / (along + index),
    axialToRim: (-2 * Math.PI * rim * square) / (paraxial ? index : along),
    axialToIndex: paraxial
      ? (Math.PI * lateral) / (index * index)
      : (2 * Math.PI * lateral) / (along * (along + index)),
    // cos θ = along / index
    amplitude: aplanatic ? Math.sqrt(index / along) : 1,
    logAmplitudeToRim: aplanatic ? (rim * square) / (2 * along * along) : 0,
    logAmplitudeToIndex: aplanatic ? -lateral / (2 * index * along * along) : 0,
  };
}
