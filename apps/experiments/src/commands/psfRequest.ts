import {
  describeUnknown,
  InputError,
  PSF_MODELS,
  type Apodization,
  type PixelIntegration,
  type Polarization,
  type PsfModelName,
} from '@blurcycle/core';
import { PSF_PRESETS, type PsfRequest } from '@blurcycle/psf';

type Triple = [number, number, number];

/** The options of `blurcycle psf` that describe the PSF; undefined where not given. */
export interface PsfArguments {
  preset?: string | undefined;
  model?: string | undefined;
  na?: number | undefined;
  ni?: number | undefined;
  wavelength?: number | undefined;
  voxel?: Triple | undefined;
  size?: Triple | undefined;
  integrate?: PixelIntegration | undefined;
  polarization?: Polarization | undefined;
  apodization?: Apodization | undefined;
  ns?: number | undefined;
  depth?: number | undefined;
  ng?: number | undefined;
  ngDesign?: number | undefined;
  tg?: number | undefined;
  tgDesign?: number | undefined;
  niDesign?: number | undefined;
  workingDistance?: number | undefined;
  centerDepth?: number | undefined;
  sigma?: Triple | undefined;
}

/** Settings without a preset: those of the command line's help. */
export const DEFAULTS = {
  model: 'born-wolf',
  numericalAperture: 1.4,
  immersionIndex: 1.5,
  emissionWavelengthUm: 0.5,
  voxelSizeUm: [0.25, 0.1, 0.1],
  shape: [31, 31, 31],
} as const satisfies PsfRequest;

/** Options that only some models understand, by their name in the library. */
const MODEL_OPTIONS = {
  polarization: ['polarization', 'richards-wolf'],
  apodization: ['apodization', 'richards-wolf'],
  ns: ['sampleIndex', 'gibson-lanni'],
  depth: ['sourceDepthUm', 'gibson-lanni'],
  ng: ['coverslipIndex', 'gibson-lanni'],
  ngDesign: ['coverslipIndexDesign', 'gibson-lanni'],
  tg: ['coverslipThicknessUm', 'gibson-lanni'],
  tgDesign: ['coverslipThicknessDesignUm', 'gibson-lanni'],
  niDesign: ['immersionIndexDesign', 'gibson-lanni'],
  workingDistance: ['workingDistanceUm', 'gibson-lanni'],
  centerDepth: ['centerDepthUm', 'gibson-lanni'],
  sigma: ['sigmaUm', 'gaussian'],
} as const;

/**
 * The request that a command line describes: preset (or defaults), then what is given.
 *
 * @param modelFlag - What the command calls the option of the optical model.
 * @throws {InputError} If a name is unknown, or an option is given to a model that has no use for
 *   it.
 */
export function psfRequest(args: PsfArguments, modelFlag = '--model'): PsfRequest {
  const base: PsfRequest = args.preset === undefined ? DEFAULTS : preset(args.preset);
  const model = args.model === undefined ? base.model : modelName(args.model);
  return {
    ...base,
    ...given({
      numericalAperture: args.na,
      immersionIndex: args.ni,
      emissionWavelengthUm: args.wavelength,
      voxelSizeUm: args.voxel,
      shape: args.size,
      pixelIntegration: args.integrate,
    }),
    ...modelOptions(args, model, modelFlag),
    model,
  };
}

function modelOptions(
  args: PsfArguments,
  model: PsfModelName,
  modelFlag: string,
): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const option of Object.keys(MODEL_OPTIONS) as (keyof typeof MODEL_OPTIONS)[]) {
    if (args[option] === undefined) continue;
    const [name, owner] = MODEL_OPTIONS[option];
    if (!model.startsWith(owner)) {
      const flag = option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      throw new InputError(
        `psf: --${flag} must go with ${modelFlag} ${owner}, got ${modelFlag} ${model} (leave it out)`,
      );
    }
    options[name] = args[option];
  }
  return options;
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

function given(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
