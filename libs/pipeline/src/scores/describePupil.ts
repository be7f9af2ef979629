import type { DatasetSettings, RunRecord } from '@blurcycle/experiment';
import { gibsonLanniZernike, type Optics } from '@blurcycle/psf';
import type { KernelFigures } from './describeKernel.ts';

/** Noll's index of the first coefficient of a pupil. */
const FIRST_NOLL_INDEX = 5;

type Pupil = NonNullable<RunRecord['pupil']>;
type TruePupil = Optics & { readonly zernike: ArrayLike<number> };

/**
 * Numbers of a learned pupil beside those of the true one, under the names that they have among the
 * figures of a kernel: optics, Zernike coefficients in rad RMS (`zernike11`, Noll's index), their
 * root of the sum of squares, `zernikeRms`, and that of what differs from the true ones,
 * `zernikeErrorRms`. Nothing for a free kernel; no comparison where the true PSF has no scalar
 * pupil or is not known.
 */
export function pupilFigures(pupil: Pupil | undefined, dataset: DatasetSettings): KernelFigures {
  if (pupil === undefined) return {};
  const truth = truePupil(dataset, pupil.zernike.length);
  const { zernike } = pupil;
  return {
    ...numbersOf(pupil, (name) => name),
    ...(truth === null
      ? {}
      : {
          ...numbersOf(truth, (name) => `true${name.charAt(0).toUpperCase()}${name.slice(1)}`),
          zernikeErrorRms: rms(zernike.map((value, j) => value - truth.zernike[j])),
        }),
  };
}

function numbersOf(
  { numericalAperture, immersionIndex, emissionWavelengthUm, zernike }: TruePupil,
  named: (name: string) => string,
): KernelFigures {
  const optics = { numericalAperture, immersionIndex, emissionWavelengthUm };
  const coefficients = Array.from(zernike, (value, j): [string, number] => [
    named(`zernike${FIRST_NOLL_INDEX + j}`),
    value,
  ]);
  return {
    ...Object.fromEntries(Object.entries(optics).map(([name, value]) => [named(name), value])),
    ...Object.fromEntries(coefficients),
    [named('zernikeRms')]: rms(Array.from(zernike)),
  };
}

function rms(coefficients: readonly number[]): number {
  return Math.hypot(...coefficients);
}

/** The pupil of a simulated PSF; null where it has none that is scalar, or nobody knows. */
function truePupil({ kind, psf }: DatasetSettings, terms: number): TruePupil | null {
  if (kind === 'tiff-folders' || (psf.modality ?? 'widefield') !== 'widefield') return null;
  const { numericalAperture, immersionIndex, emissionWavelengthUm } = psf;
  const optics = { numericalAperture, immersionIndex, emissionWavelengthUm };
  switch (psf.model) {
    case 'born-wolf':
      return { ...optics, zernike: stated(new Array<number>(terms).fill(0), psf.zernike) };
    case 'gibson-lanni': {
      const { sampleIndex, sourceDepthUm } = psf;
      const layers = {
        ...(sampleIndex === undefined ? {} : { sampleIndex }),
        ...(sourceDepthUm === undefined ? {} : { sourceDepthUm }),
      };
      const pupil = gibsonLanniZernike({ ...optics, ...layers }, terms);
      return { ...pupil, zernike: stated(Array.from(pupil.zernike), psf.zernike) };
    }
    case 'richards-wolf':
    case 'richards-wolf-psfgenerator':
    case 'gibson-lanni-vectorial':
    case 'gaussian':
      return null;
  }
}

/** Coefficients of the layers and those that are stated beside them. */
function stated(ofLayers: readonly number[], zernike: readonly number[] = []): number[] {
  return ofLayers.map((coefficient, i) => coefficient + (zernike[i] ?? 0));
}
