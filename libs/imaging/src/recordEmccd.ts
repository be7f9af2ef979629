import { assertRange, createVolume, type RandomStream, type Volume } from '@blurcycle/core';
import { gammaDeviate, poissonDeviate } from './deviates.ts';

/** An electron-multiplying camera. */
export interface EmccdCamera {
  /** Mean gain of the multiplication register, at least 1; 1 is an ordinary CCD. */
  readonly multiplication: number;
  /** Standard deviation of the read noise in electrons, after the register. */
  readonly readNoiseElectrons: number;
  /** Electrons after the register for one count. */
  readonly electronsPerCount: number;
  /** Counts without light. */
  readonly offsetCounts: number;
  /** Depth of the converter: counts are whole numbers from 0 to 2^bits - 1. */
  readonly bits: number;
}

/**
 * Records a volume with an electron-multiplying CCD, in counts.
 *
 * n = Poisson(y); m = Gamma(n, g) electrons after the register; counts = round(offset + (m + σ ξ) /
 * e), clipped to the range of the converter. Above a gain of about 10 the output of the register
 * for n electrons is gamma distributed with variance n g², which doubles the variance of photon
 * noise: var(m) = 2 g² y, an excess noise factor of √2. With a gain of 1, m = n.
 *
 * Clock-induced charge and dark current are left out: a few hundredths of an electron on a cooled
 * chip.
 * Cost: a Poisson, a gamma and a normal deviate for each voxel that holds an electron.
 * Source: Basden, Haniff & Mackay (2003) doi:10.1046/j.1365-8711.2003.07020.x; Hirsch et al. (2013)
 * doi:10.1371/journal.pone.0053671.
 *
 * @param photoelectrons - Expected electrons in each voxel, before the register; negative values,
 *   which rounding leaves, count as zero.
 * @param stream - One stream for each volume, named after it.
 * @throws {RuleError} If the camera cannot exist.
 */
export function recordEmccd(
  photoelectrons: Volume,
  camera: EmccdCamera,
  stream: RandomStream,
): Volume {
  checkCamera(camera);
  const { multiplication, readNoiseElectrons, electronsPerCount, offsetCounts, bits } = camera;
  const most = 2 ** bits - 1;
  const data = Float32Array.from(photoelectrons.data, (expected) => {
    const electrons = poissonDeviate(stream, Math.max(expected, 0));
    const multiplied =
      multiplication === 1 || electrons === 0
        ? electrons
        : multiplication * gammaDeviate(stream, electrons);
    const counts =
      offsetCounts + (multiplied + readNoiseElectrons * stream.normal()) / electronsPerCount;
    return Math.min(most, Math.max(0, Math.round(counts)));
  });
  return createVolume(photoelectrons.shape, photoelectrons.voxelSizeUm, data);
}

function checkCamera(camera: EmccdCamera): void {
  const { multiplication, readNoiseElectrons, electronsPerCount, offsetCounts, bits } = camera;
  const where = 'recordEmccd';
  const gainRule = 'be 1 or from 10 on: below, the register is not gamma distributed';
  assertRange(
    multiplication === 1 || multiplication >= 10,
    where,
    'multiplication',
    gainRule,
    multiplication,
  );
  assertRange(
    readNoiseElectrons >= 0,
    where,
    'readNoiseElectrons',
    'not be negative',
    readNoiseElectrons,
  );
  assertRange(electronsPerCount > 0, where, 'electronsPerCount', 'be positive', electronsPerCount);
  assertRange(
    Number.isInteger(bits) && bits >= 8 && bits <= 16,
    where,
    'bits',
    'lie within 8 and 16',
    bits,
  );
  assertRange(
    offsetCounts >= 0 && offsetCounts < 2 ** bits,
    where,
    'offsetCounts',
    `lie within the ${bits} bits`,
    offsetCounts,
  );
}
