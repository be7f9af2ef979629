import {
  APODIZATIONS,
  describeUnknown,
  describeViolation,
  InputError,
  MODALITIES,
  PIXEL_INTEGRATIONS,
  POLARIZATIONS,
  PSF_MODELS,
  type PsfModelName,
} from '@blurcycle/core';
import { PSF_PRESETS, type PsfRequest } from '@blurcycle/psf';
import type { Options } from 'yargs';
import { type ArgumentsOf, namesOf, triple, voxelSize } from './commonOptions.ts';

/** Settings without a preset: those of the command line's help. */
const DEFAULTS = {
  model: 'born-wolf',
  numericalAperture: 1.4,
  immersionIndex: 1.5,
  emissionWavelengthUm: 0.5,
  voxelSizeUm: [0.25, 0.1, 0.1],
  shape: [31, 31, 31],
} as const satisfies PsfRequest;

/** Name of a setting that some optical model has. */
type Setting<R = PsfRequest> = R extends unknown ? keyof R : never;

/** An option of the optics, with the setting that it becomes. */
interface OpticsOption extends Options {
  readonly setting?: Setting;
  /** What the names of the only models that have the setting begin with. */
  readonly only?: readonly (
    'richards-wolf' | 'gibson-lanni' | 'gibson-lanni-vectorial' | 'gaussian'
  )[];
}

/** Model, voxels and sides of a PSF that is made for its own sake. */
export const GRID_OPTIONS = {
  model: {
    type: 'string',
    defaultDescription: DEFAULTS.model,
    describe: `optical model: ${PSF_MODELS.join(', ')}`,
  },
  voxel: {
    setting: 'voxelSizeUm',
    type: 'string',
    defaultDescription: DEFAULTS.voxelSizeUm.join(','),
    describe: 'voxel size in µm, z,y,x',
    coerce: voxelSize,
  },
  size: {
    setting: 'shape',
    type: 'string',
    defaultDescription: DEFAULTS.shape.join(','),
    describe: 'sides in voxels, z,y,x; odd',
    coerce: triple('--size', '31,31,31'),
  },
} as const satisfies Record<string, OpticsOption>;

/** The options of the optical models: first those that all have. */
export const OPTICS_OPTIONS = {
  preset: { type: 'string', describe: `start from: ${Object.keys(PSF_PRESETS).join(', ')}` },
  na: {
    setting: 'numericalAperture',
    type: 'number',
    defaultDescription: String(DEFAULTS.numericalAperture),
    describe: 'numerical aperture',
  },
  ni: {
    setting: 'immersionIndex',
    type: 'number',
    defaultDescription: String(DEFAULTS.immersionIndex),
    describe: 'refractive index of the immersion',
  },
  wavelength: {
    setting: 'emissionWavelengthUm',
    type: 'number',
    defaultDescription: String(DEFAULTS.emissionWavelengthUm),
    describe: 'emission wavelength in µm',
  },
  modality: {
    setting: 'modality',
    choices: MODALITIES,
    defaultDescription: 'widefield',
    describe: 'how the specimen is lit, and what of its light is recorded',
  },
  excitation: {
    setting: 'excitationWavelengthUm',
    type: 'number',
    describe: 'confocal, spinning-disk, two-photon: wavelength of the laser in µm',
  },
  pinhole: {
    setting: 'pinholeAiryUnits',
    type: 'number',
    defaultDescription: '1',
    describe: 'confocal, spinning-disk: diameter in Airy units of the emission, 1.22 λ/NA',
  },
  sheet: {
    setting: 'sheetThicknessUm',
    type: 'number',
    describe: 'light-sheet: its full width at half maximum in µm',
  },
  zernike: {
    setting: 'zernike',
    type: 'string',
    describe:
      "aberrations in rad RMS, Noll's 5, 6, 7, … (astigmatism 2, coma 2, trefoil 2, spherical)",
    coerce: numbers('--zernike', '0,0.3'),
  },
  integrate: {
    setting: 'pixelIntegration',
    choices: PIXEL_INTEGRATIONS,
    defaultDescription: 'none',
    describe: 'mean over the voxel instead of its center',
  },
  polarization: {
    ...{ setting: 'polarization', only: ['richards-wolf', 'gibson-lanni-vectorial'] },
    choices: POLARIZATIONS,
    defaultDescription: 'unpolarized',
    describe: 'richards-wolf: polarization',
  },
  apodization: {
    ...{ setting: 'apodization', only: ['richards-wolf', 'gibson-lanni-vectorial'] },
    choices: APODIZATIONS,
    defaultDescription: 'aplanatic',
    describe: 'richards-wolf: weight of the rays, √cos θ, 1 or 1/√cos θ',
  },
  ns: {
    ...{ setting: 'sampleIndex', only: ['gibson-lanni'] },
    type: 'number',
    defaultDescription: '--ni',
    describe: 'gibson-lanni: index of the sample',
  },
  depth: {
    ...{ setting: 'sourceDepthUm', only: ['gibson-lanni'] },
    type: 'number',
    defaultDescription: '0',
    describe: 'gibson-lanni: depth of the source below the cover glass in µm',
  },
  ng: {
    ...{ setting: 'coverslipIndex', only: ['gibson-lanni'] },
    type: 'number',
    defaultDescription: '--ng-design',
    describe: 'gibson-lanni: index of the cover glass',
  },
  'ng-design': {
    ...{ setting: 'coverslipIndexDesign', only: ['gibson-lanni'] },
    type: 'number',
    defaultDescription: '1.5255',
    describe: 'gibson-lanni: its design value',
  },
  tg: {
    ...{ setting: 'coverslipThicknessUm', only: ['gibson-lanni'] },
    type: 'number',
    defaultDescription: '--tg-design',
    describe: 'gibson-lanni: thickness of the cover glass in µm',
  },
  'tg-design': {
    ...{ setting: 'coverslipThicknessDesignUm', only: ['gibson-lanni'] },
    type: 'number',
    defaultDescription: '170',
    describe: 'gibson-lanni: its design value',
  },
  'ni-design': {
    ...{ setting: 'immersionIndexDesign', only: ['gibson-lanni'] },
    type: 'number',
    defaultDescription: '--ni',
    describe: 'gibson-lanni: immersion index that the objective is made for',
  },
  'working-distance': {
    ...{ setting: 'workingDistanceUm', only: ['gibson-lanni'] },
    type: 'number',
    defaultDescription: '150',
    describe: 'gibson-lanni: thickness of the immersion layer in the design, µm',
  },
  'center-depth': {
    ...{ setting: 'centerDepthUm', only: ['gibson-lanni'] },
    type: 'number',
    defaultDescription: 'the brightest',
    describe: 'gibson-lanni: nominal focus depth of the central plane in µm',
  },
  sigma: {
    ...{ setting: 'sigmaUm', only: ['gaussian'] },
    type: 'string',
    defaultDescription: 'from the optics',
    describe: 'gaussian: standard deviations in µm, z,y,x',
    coerce: triple('--sigma', '0.3,0.1,0.1'),
  },
} as const satisfies Record<string, OpticsOption>;

const PSF_OPTIONS: Readonly<Record<keyof PsfOptions, OpticsOption>> = {
  ...GRID_OPTIONS,
  ...OPTICS_OPTIONS,
};
type PsfOptions = typeof GRID_OPTIONS & typeof OPTICS_OPTIONS;

/**
 * The request that a command line describes: preset (or defaults), then what is given.
 *
 * @param modelFlag - What the command calls the option of the optical model.
 * @throws {InputError} If a name is unknown, or an option is given to a model that has no use for
 *   it.
 */
export function psfRequest(args: ArgumentsOf<PsfOptions>, modelFlag = '--model'): PsfRequest {
  const base: PsfRequest = args.preset === undefined ? DEFAULTS : preset(args.preset);
  const model = args.model === undefined ? base.model : modelName(args.model);
  const settings: Record<string, unknown> = {};
  for (const option of namesOf(PSF_OPTIONS)) {
    const { setting, only } = PSF_OPTIONS[option];
    if (setting === undefined || args[option] === undefined) continue;
    if (only?.some((known) => model.startsWith(known)) === false) {
      throw new InputError(
        `psf: --${option} must go with ${modelFlag} ${only.join(' or ')}, got ${modelFlag} ${model} (leave it out)`,
      );
    }
    settings[setting] = args[option];
  }
  return { ...base, ...settings, model };
}

/** Parser of numbers from text as `0,0.3`. */
function numbers(option: string, example: string) {
  return (text: string): readonly number[] => {
    const values = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
    if (values.every(Number.isFinite)) return values;
    const remedy = `for example ${example}`;
    throw new InputError(
      describeViolation(option, 'value', 'be numbers with commas between them', text, remedy),
    );
  };
}

function preset(name: string): PsfRequest {
  const found = Object.entries(PSF_PRESETS).find(([known]) => known === name);
  if (found === undefined)
    throw new InputError(describeUnknown('psf', 'preset', name, Object.keys(PSF_PRESETS)));
  return found[1].request;
}

function modelName(name: string): PsfModelName {
  const found = PSF_MODELS.find((known) => known === name);
  if (found === undefined) throw new InputError(describeUnknown('psf', 'model', name, PSF_MODELS));
  return found;
}
