import { assertRange, createVolume, voxelIndex, type Volume } from '@blurcycle/core';
import { cellRule } from './voxelGrid.ts';
import { assertOptics, vacuumWaveNumber, type Optics, type PsfOptions } from './optics.ts';

export interface GaussianPsfOptions extends PsfOptions {
  /** Standard deviations z, y, x in µm instead of those that follow from the optics. */
  readonly sigmaUm?: readonly [z: number, y: number, x: number];
}

/**
 * Standard deviations z, y, x in µm of the Gaussian with the curvature of the Born & Wolf PSF at
 * its focus.
 *
 * σ_xy = √2 / (k NA) and σ_z = 2√6 n / (k NA²), from [2 J1(v)/v]² ≈ 1 - v²/4 and sinc²(u/4) ≈ 1 -
 * u²/48.
 */
export function gaussianSigmaUm(optics: Optics): readonly [z: number, y: number, x: number] {
  assertOptics('gaussianPsf', optics);
  const k = vacuumWaveNumber(optics);
  const na = optics.numericalAperture;
  const lateral = Math.SQRT2 / (k * na);
  return [(2 * Math.sqrt(6) * optics.immersionIndex) / (k * na * na), lateral, lateral];
}

/**
 * A Gaussian point spread function, 1 in its center.
 *
 * exp(-z²/2σ_z² - y²/2σ_y² - x²/2σ_x²); the widths follow from the optics unless `sigmaUm` is
 * given.
 * With pixel integration, each voxel holds its mean, by a quadrature that is exact for the
 * spectrum.
 */
export function gaussianPsf(options: GaussianPsfOptions): Volume {
  const { shape, voxelSizeUm, pixelIntegration = 'none' } = options;
  const sigmas = options.sigmaUm ?? gaussianSigmaUm(options);
  assertRange(
    sigmas.every((sigma) => sigma > 0 && Number.isFinite(sigma)),
    'gaussianPsf',
    'sigmaUm',
    'be three positive lengths z, y, x in µm',
    sigmas,
  );
  const volume = createVolume(shape, voxelSizeUm);
  const integrates = {
    none: [false, false, false],
    lateral: [false, true, true],
    axial: [true, false, false],
    both: [true, true, true],
  }[pixelIntegration];
  const [alongZ, alongY, alongX] = [0, 1, 2].map((axis) =>
    gaussianLine(shape[axis], voxelSizeUm[axis], sigmas[axis], integrates[axis]),
  );
  for (let z = 0; z < shape[0]; z++) {
    for (let y = 0; y < shape[1]; y++) {
      const first = voxelIndex(shape, z, y, 0);
      for (let x = 0; x < shape[2]; x++) volume.data[first + x] = alongZ[z] * alongY[y] * alongX[x];
    }
  }
  return volume;
}

function gaussianLine(
  count: number,
  step: number,
  sigma: number,
  integrate: boolean,
): Float64Array {
  const line = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const center = (i - (count - 1) / 2) * step;
    line[i] = integrate
      ? gaussianMean(center, step, sigma)
      : Math.exp(-((center / sigma) ** 2) / 2);
  }
  return line;
}

/**
 * Mean over one voxel. A Gaussian's spectrum is below 1e-16 of its peak beyond 8.6/σ, so a rule
 * exact to there is exact.
 */
function gaussianMean(center: number, step: number, sigma: number): number {
  const { offsets, weights } = cellRule(step, 8.6 / sigma);
  let sum = 0;
  for (let j = 0; j < offsets.length; j++)
    sum += weights[j] * Math.exp(-(((center + offsets[j]) / sigma) ** 2) / 2);
  return sum;
}
