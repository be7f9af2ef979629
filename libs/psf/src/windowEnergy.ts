import type { Volume } from '@blurcycle/core';
import { gaussianSigmaUm } from './gaussianPsf.ts';
import { psfPupil, type PsfRequest } from './createPsf.ts';

/** The fraction of the light inside the window. */
export interface WindowEnergy {
  /**
   * Relative to the light of its planes (for a Gaussian, to all light); the light of a wide-field
   * PSF has no end along z.
   */
  readonly fraction: number;
  /** Relative to the light of a plane, for the plane that holds the least. */
  readonly poorestPlane: number;
}

/**
 * The fraction of the light that the window of a PSF holds: each plane of a diffraction model
 * carries the same, known amount of light.
 *
 * Sums over voxels stand for integrals, which is exact below the Nyquist limit or with pixel
 * integration.
 *
 * @returns null for `richards-wolf-psfgenerator`, which is no physical field, and for modalities
 *   other than widefield, whose planes differ.
 */
export function windowEnergy(request: PsfRequest, psf: Volume): WindowEnergy | null {
  const [dz, dy, dx] = psf.voxelSizeUm;
  const [depth, height, width] = psf.shape;
  const area = height * width;
  const planes = Array.from({ length: depth }, (_, z) => {
    let sum = 0;
    for (let i = z * area; i < (z + 1) * area; i++) sum += psf.data[i];
    return sum * dy * dx;
  });
  const total = planes.reduce((sum, plane) => sum + plane, 0);
  if (request.model === 'gaussian') {
    const [sigmaZ, sigmaY, sigmaX] = request.sigmaUm ?? gaussianSigmaUm(request);
    const lateral = 2 * Math.PI * sigmaY * sigmaX;
    const poorest = planes.map((plane, z) => {
      const position = ((z - (depth - 1) / 2) * dz) / sigmaZ;
      return plane / (lateral * Math.exp(-(position * position) / 2));
    });
    return {
      fraction: (total * dz) / (lateral * Math.sqrt(2 * Math.PI) * sigmaZ),
      poorestPlane: Math.min(...poorest),
    };
  }
  if ((request.modality ?? 'widefield') !== 'widefield') return null;
  const { planeEnergyUm2 } = psfPupil(request).discretize(64);
  if (planeEnergyUm2 === null) return null;
  return {
    fraction: total / depth / planeEnergyUm2,
    poorestPlane: Math.min(...planes) / planeEnergyUm2,
  };
}
