import {
  PSF_MODEL_LABELS,
  type DatasetSettings,
  type MicrotubulesSettings,
  type SimulatedMicroscopeSettings,
} from '@blurcycle/experiment';
import { formatList, formatSignificant } from '../html/formatNumber.ts';

/** What was trained on and tested, in two sentences. */
export function describeData(dataset: DatasetSettings): string {
  const { volumes } = dataset;
  return (
    `${dataset.kind === 'tiff-folders' ? describeStacks(dataset) : describeSimulation(dataset)}. ${volumes.train} volumes served for training, ` +
    `${volumes.validation} for validation and ${volumes.test} for testing.`
  );
}

/** Lengths along z, y, x. */
export function sides(values: readonly number[]): string {
  return values.map((value) => formatSignificant(value, 4)).join(' × ');
}

type Simulated = MicrotubulesSettings | SimulatedMicroscopeSettings;

function describeSimulation(dataset: Simulated): string {
  const noises = describeNoise(dataset);
  return (
    `Simulated microtubules (${formatSignificant(dataset.filamentDensityPerUm2)} µm of filament per µm³, radius ` +
    `${formatSignificant(dataset.filamentRadiusUm)} µm, persistence length ${formatSignificant(dataset.persistenceLengthUm)} µm) in volumes of ` +
    `${describeVoxels(dataset)} were blurred with a ${describePsf(dataset)}` +
    (noises.length === 0 ? ' without noise' : `, with ${formatList(noises)}`)
  );
}

function describeStacks(dataset: DatasetSettings & { readonly kind: 'tiff-folders' }): string {
  return (
    `Recorded stacks, of which the middle ${describeVoxels(dataset)} were taken, were restored with an unmatched set of sharp stacks; ` +
    `where a method knows the point spread function, it is a ${describePsf(dataset)}; ` +
    (dataset.truth === undefined ? 'no truth is known' : 'the truth of the tested stacks was given')
  );
}

function describeVoxels({ shape, voxelSizeUm }: DatasetSettings): string {
  return `${sides(shape)} voxels of ${sides(voxelSizeUm)} µm (z, y, x)`;
}

function describePsf({ psf }: DatasetSettings): string {
  return (
    `${PSF_MODEL_LABELS[psf.model]} point spread function of ${sides(psf.size)} voxels (numerical aperture ` +
    `${formatSignificant(psf.numericalAperture)}, immersion index ${formatSignificant(psf.immersionIndex)}, emission wavelength ` +
    `${formatSignificant(psf.emissionWavelengthUm)} µm)`
  );
}

function describeNoise(dataset: Simulated): string[] {
  if (dataset.kind === 'simulated-microscope') {
    const { camera } = dataset;
    return [
      `the noise of an EMCCD camera (${formatSignificant(camera.peakPhotoelectrons)} photoelectrons in the brightest voxels, multiplied by ` +
        `${formatSignificant(camera.multiplication)}, read noise ${formatSignificant(camera.readNoiseElectrons)} electrons, ${camera.bits} bits)`,
    ];
  }
  const { poissonPeakCounts, averageSnrDb } = dataset.noise;
  return [
    ...(poissonPeakCounts === null
      ? []
      : [`Poisson noise with ${formatSignificant(poissonPeakCounts)} counts at intensity 1`]),
    ...(averageSnrDb === null
      ? []
      : [
          `Gaussian noise to an average signal-to-noise ratio of ${formatSignificant(averageSnrDb)} dB`,
        ]),
  ];
}
