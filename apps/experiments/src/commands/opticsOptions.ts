import { PSF_MODELS, PIXEL_INTEGRATIONS, POLARIZATIONS, APODIZATIONS } from '@blurcycle/core';
import { PSF_PRESETS } from '@blurcycle/psf';
import type { Argv } from 'yargs';
import { parseTriple } from './parseTriple.ts';

/** Adds `--model`, `--voxel` and `--size` of a PSF that is made for its own sake. */
export function withGrid<T>(yargs: Argv<T>): Argv<T> {
  return yargs
    .option('model', {
      type: 'string',
      defaultDescription: 'born-wolf',
      describe: `optical model: ${PSF_MODELS.join(', ')}`,
    })
    .option('voxel', {
      type: 'string',
      defaultDescription: '0.25,0.1,0.1',
      describe: 'voxel size in µm, z,y,x',
      coerce: optionalTriple('--voxel', '0.25,0.1,0.1'),
    })
    .option('size', {
      type: 'string',
      defaultDescription: '31,31,31',
      describe: 'sides in voxels, z,y,x; odd',
      coerce: optionalTriple('--size', '31,31,31'),
    });
}

/**
 * Adds the options of every optical model; `defaults` says what the help calls the values of those
 * not given.
 */
export function withOptics<T>(
  yargs: Argv<T>,
  defaults: { readonly na: string; readonly ni: string; readonly wavelength: string },
): Argv<T> {
  return yargs
    .option('preset', {
      type: 'string',
      describe: `start from: ${Object.keys(PSF_PRESETS).join(', ')}`,
    })
    .option('na', {
      type: 'number',
      defaultDescription: defaults.na,
      describe: 'numerical aperture',
    })
    .option('ni', {
      type: 'number',
      defaultDescription: defaults.ni,
      describe: 'refractive index of the immersion',
    })
    .option('wavelength', {
      type: 'number',
      defaultDescription: defaults.wavelength,
      describe: 'emission wavelength in µm',
    })
    .option('integrate', {
      choices: PIXEL_INTEGRATIONS,
      defaultDescription: 'none',
      describe: 'mean over the voxel instead of its centre',
    })
    .option('polarization', {
      choices: POLARIZATIONS,
      defaultDescription: 'unpolarized',
      describe: 'richards-wolf: polarization',
    })
    .option('apodization', {
      choices: APODIZATIONS,
      defaultDescription: 'aplanatic',
      describe: 'richards-wolf: weight of the rays, √cos θ, 1 or 1/√cos θ',
    });
}

/** Adds the options that only some optical models understand. */
export function withLayers<T>(yargs: Argv<T>): Argv<T> {
  return yargs
    .option('ns', {
      type: 'number',
      defaultDescription: '--ni',
      describe: 'gibson-lanni: index of the sample',
    })
    .option('depth', {
      type: 'number',
      defaultDescription: '0',
      describe: 'gibson-lanni: depth of the source below the cover glass in µm',
    })
    .option('ng', {
      type: 'number',
      defaultDescription: '--ng-design',
      describe: 'gibson-lanni: index of the cover glass',
    })
    .option('ng-design', {
      type: 'number',
      defaultDescription: '1.5255',
      describe: 'gibson-lanni: its design value',
    })
    .option('tg', {
      type: 'number',
      defaultDescription: '--tg-design',
      describe: 'gibson-lanni: thickness of the cover glass in µm',
    })
    .option('tg-design', {
      type: 'number',
      defaultDescription: '170',
      describe: 'gibson-lanni: its design value',
    })
    .option('ni-design', {
      type: 'number',
      defaultDescription: '--ni',
      describe: 'gibson-lanni: immersion index that the objective is made for',
    })
    .option('working-distance', {
      type: 'number',
      defaultDescription: '150',
      describe: 'gibson-lanni: thickness of the immersion layer in the design, µm',
    })
    .option('center-depth', {
      type: 'number',
      defaultDescription: 'the brightest',
      describe: 'gibson-lanni: nominal focus depth of the central plane in µm',
    })
    .option('sigma', {
      type: 'string',
      defaultDescription: 'from the optics',
      describe: 'gaussian: standard deviations in µm, z,y,x',
      coerce: optionalTriple('--sigma', '0.3,0.1,0.1'),
    });
}

/** Parser of an option z,y,x that may be left out. */
export function optionalTriple(option: string, example: string) {
  return (text: string | undefined): [number, number, number] | undefined =>
    text === undefined ? undefined : parseTriple(option, text, example);
}
