import {
  DEFOCUS_MODELS,
  formatValue,
  KERNEL_CONSTRAINTS,
  KERNEL_FORMS,
  KERNEL_GAUGES,
  KERNEL_INITS,
  OPTICS_NAMES,
  type OpticsName,
} from '@blurcycle/core';
import { z } from 'zod';
import { oddShape3Schema, psfSettingsSchema } from './datasetSettings.ts';
import type { SettingsViolation } from './checkRunSettings.ts';
import type { RunSettings } from './runSettings.ts';

const optics = psfSettingsSchema.shape;
const stated =
  'as it is stated before the training, right or wrong; null takes that of dataset.psf';

/** Settings of a kernel with a pupil. */
const pupilSchema = z
  .strictObject({
    numericalAperture: optics.numericalAperture.nullable().describe(`numerical aperture ${stated}`),
    immersionIndex: optics.immersionIndex.nullable().describe(`refractive index ${stated}`),
    emissionWavelengthUm: optics.emissionWavelengthUm
      .nullable()
      .describe(`emission wavelength in µm ${stated}`),
    learn: z
      .array(z.enum(OPTICS_NAMES))
      .readonly()
      .describe('optics that are learned; the kernel depends on ratios to the wavelength alone'),
    zernikeTerms: z
      .int()
      .nonnegative()
      .max(60)
      .describe(
        "learned Zernike coefficients, Noll's indices 5, 6, ...: no piston, tip, tilt or defocus; 18 reach secondary spherical aberration",
      ),
    sphericalStart: z
      .tuple([z.number(), z.number()])
      .readonly()
      .nullable()
      .describe(
        "with the start 'spectra': primary and secondary spherical aberration (Noll's 11 and 22) in rad RMS that the fit starts from; spectra do not tell its sign; null fits none",
      ),
    defocus: z
      .enum(DEFOCUS_MODELS)
      .describe('phase of a defocus: exact, or expanded for a low NA as in Born & Wolf'),
  })
  .describe("kernel of the form 'pupil'; its optics alone where a free kernel starts from them");

/** The learned blur kernel among the settings of the networks. */
export const blurKernelFields = {
  blurKernelForm: z
    .enum(KERNEL_FORMS)
    .describe('free: a number for each voxel; pupil: the PSF of a few numbers of a pupil'),
  blurKernelSize: oddShape3Schema.describe('sides of the learned blur kernel in voxels, z, y, x'),
  blurKernelInit: z
    .enum(KERNEL_INITS)
    .describe(
      'start: a unit-sum Gaussian, N(0, 0.02) noise, the PSF of the stated optics, or what the power spectra of both training sets say',
    ),
  blurKernelSigmaVoxels: z
    .number()
    .positive()
    .describe('standard deviation of the Gaussian start in voxels'),
  blurKernelGauge: z
    .enum(KERNEL_GAUGES)
    .describe(
      'what holds a learned kernel in place. none: nothing determines its shift; point: h(r) = h(-r); core: its core is centered after every update',
    ),
  blurKernelConstraint: z
    .enum(KERNEL_CONSTRAINTS)
    .describe(
      'none: a free kernel; non-negative: a PSF times a free gain, its sum; unit-sum: non-negative with sum 1; mean-ratio: its sum is within 20 % of the mean of the blurred training volumes over that of the sharp ones',
    ),
  blurKernelPupil: pupilSchema,
};

/** Optics that are stated before a training. */
export type StatedOptics = Readonly<Record<OpticsName, number>>;

/**
 * Optics that a learned kernel starts from: those of its settings, and of the data set where its
 * settings name none.
 */
export function statedOptics(
  { blurKernelPupil }: Pick<RunSettings['network'], 'blurKernelPupil'>,
  recording: StatedOptics | null,
): StatedOptics {
  const of = (name: OpticsName): number => {
    const value = blurKernelPupil[name] ?? recording?.[name];
    if (value === undefined) throw new Error(`internal: nobody states the ${name}`);
    return value;
  };
  return {
    numericalAperture: of('numericalAperture'),
    immersionIndex: of('immersionIndex'),
    emissionWavelengthUm: of('emissionWavelengthUm'),
  };
}

/** Zernike coefficients that a fit of spectra needs: Noll's index 22 is the 18th from 5 on. */
const SPHERICAL_TERMS = 18;

/** Rules between the settings of a learned kernel. */
export function checkBlurKernel({
  network,
  dataset,
  method,
}: Pick<RunSettings, 'network' | 'dataset' | 'method'>): SettingsViolation[] {
  if (method.blurPath !== 'learned-kernel') return [];
  const { blurKernelForm: form, blurKernelInit: init } = network;
  const found: SettingsViolation[] = [];
  if (form === 'pupil' && init !== 'optics' && init !== 'spectra') {
    const rule = "be 'optics' or 'spectra' for a kernel with a pupil";
    found.push({ path: 'network.blurKernelInit', rule, value: init });
  }
  for (const key of ['blurKernelGauge', 'blurKernelConstraint'] as const) {
    if (form !== 'pupil' || network[key] === 'none') continue;
    const rule = "be 'none' for a kernel with a pupil, which cannot shift or be negative";
    found.push({ path: `network.${key}`, rule, value: network[key] });
  }
  if (network.blurKernelConstraint === 'mean-ratio' && init === 'normal') {
    const rule = "be 'gaussian', 'optics' or 'spectra' where blurKernelConstraint is 'mean-ratio'";
    const remedy = 'noise may have the sum 0';
    found.push({ path: 'network.blurKernelInit', rule, value: init, remedy });
  }
  if (form === 'pupil' || init === 'optics') {
    const { numericalAperture, immersionIndex } = statedOptics(network, dataset.psf);
    if (numericalAperture >= immersionIndex) {
      const rule = `be below the refractive index ${immersionIndex}`;
      const path = 'network.blurKernelPupil.numericalAperture';
      found.push({ path, rule, value: numericalAperture });
    }
  }
  return init === 'spectra' ? [...found, ...checkSpectra(network, dataset)] : found;
}

function checkSpectra(
  { blurKernelForm, blurKernelPupil, blurKernelSize }: RunSettings['network'],
  { shape }: RunSettings['dataset'],
): SettingsViolation[] {
  const found: SettingsViolation[] = [];
  const { sphericalStart, zernikeTerms } = blurKernelPupil;
  if (blurKernelForm === 'pupil' && sphericalStart !== null) {
    if (zernikeTerms < SPHERICAL_TERMS) {
      const rule = `be ${SPHERICAL_TERMS} or more where sphericalStart is given`;
      found.push({ path: 'network.blurKernelPupil.zernikeTerms', rule, value: zernikeTerms });
    }
    if (sphericalStart.every((value) => value === 0)) {
      const path = 'network.blurKernelPupil.sphericalStart';
      const rule = 'not be 0, where power spectra have no slope';
      found.push({ path, rule, value: sphericalStart, remedy: 'give a guess, or null' });
    }
  }
  if (blurKernelSize.some((side, axis) => 1.5 * side > shape[axis])) {
    const rule = `be at most 2/3 of dataset.shape ${formatValue(shape)} for the start 'spectra'`;
    found.push({ path: 'network.blurKernelSize', rule, value: blurKernelSize });
  }
  return found;
}
