import {
  BORDERS,
  createRandomStream,
  createVolume,
  describeViolation,
  InputError,
  type RandomStream,
  type Volume,
} from '@blurcycle/core';
import { exposureGain, writeTiffStack } from '@blurcycle/data';
import {
  addPhotonNoise,
  addReadNoise,
  averageSnrDb,
  calibrateReadNoise,
  createForwardModel,
} from '@blurcycle/imaging';
import { stackPsf } from '@blurcycle/deconvolution';
import { checkOutputs, readStackFile } from '@blurcycle/stacks';
import {
  defineCommand,
  JSON_OPTION,
  type OptionGroup,
  STACK_OPTIONS,
  stackChoice,
} from './commonOptions.ts';
import { PSF_GROUP, PSF_SOURCE_OPTIONS, psfSource } from './psfSource.ts';

const TRUTH = {
  type: 'string',
  demandOption: true,
  describe: 'TIFF stack of the specimen',
} as const;

const OPTIONS = {
  out: { type: 'string', demandOption: true, describe: 'TIFF file to write' },
  snr: {
    type: 'string',
    default: '20',
    describe: 'average SNR of the image in dB, set by the read noise; none: no read noise',
    coerce: (text: string) => numberOrNull('--snr', text, 'none'),
  },
  photons: {
    type: 'string',
    default: '256',
    describe: 'photons at intensity 1 (after the gain); none: no photon noise',
    coerce: (text: string) => numberOrNull('--photons', text, 'none'),
  },
  gain: {
    type: 'string',
    default: 'auto',
    describe: 'exposure factor; auto scales the brightest voxels to 1',
    coerce: (text: string) => numberOrNull('--gain', text, 'auto'),
  },
  border: {
    choices: BORDERS,
    default: 'periodic',
    describe: 'values outside of the volume',
  },
  seed: { type: 'number', default: 1, describe: 'seed of the noise' },
  ...STACK_OPTIONS,
  ...PSF_SOURCE_OPTIONS,
  ...JSON_OPTION,
} as const satisfies OptionGroup;

/** `blurcycle degrade`: what a microscope would record of a specimen. */
export const degradeCommand = defineCommand({
  builder: (yargs) =>
    yargs
      .positional('truth', TRUTH)
      .options(OPTIONS)
      .group(...PSF_GROUP)
      .example(
        '$0 degrade truth.tif --psf psf.tif --snr 20 --seed 1 --out blurred.tif',
        'as in the paper',
      )
      .example(
        '$0 degrade truth.tif --psf psf.tif --snr none --photons none --out clean.tif',
        'blur only',
      )
      .example(
        '$0 degrade truth.tif --na 1.4 --ni 1.515 --wavelength 0.52 --out blurred.tif',
        'PSF from the optics',
      ),
  handler: async (options) => {
    const source = psfSource(options);
    const inputs = [options.truth, ...(source.kind === 'file' ? [source.path] : [])];
    await checkOutputs('degrade', { '--out': options.out }, inputs);
    const { volume: truth } = await readStackFile(options.truth, stackChoice(options));
    const { psf, notes, warnings } = await stackPsf(source, truth, false, 'any');
    for (const warning of warnings) console.error(`warning: ${warning}`);
    const blurred = createForwardModel(psf, truth.shape, { border: options.border }).forward(truth);
    const gain = options.gain ?? exposureGain([blurred]);
    const clean = createVolume(
      truth.shape,
      truth.voxelSizeUm,
      blurred.data.map((value) => gain * value),
    );
    const stream = (part: string): RandomStream =>
      createRandomStream(options.seed, `noise/degrade/${part}`);
    const counted = addPhotonNoise(clean, options.photons, stream('photons'));
    const readNoiseSigma = findReadNoise(clean, counted, options.snr);
    const image = addReadNoise(counted, readNoiseSigma, stream('read'));
    await writeTiffStack(options.out, image);
    const snr = averageSnrDb([clean], [image]);
    const facts = {
      file: options.out,
      gain,
      readNoiseSigma,
      averageSnrDb: Number.isFinite(snr) ? snr : null,
      photons: options.photons,
      border: options.border,
      seed: options.seed,
      psf: { shape: psf.shape, notes },
    };
    if (options.json) console.log(JSON.stringify(facts, null, 2));
    else {
      const noise = Number.isFinite(snr) ? `average SNR ${snr.toFixed(2)} dB` : 'no noise';
      console.log(
        `${options.out}: gain ${gain.toFixed(4)}, read noise ${readNoiseSigma.toFixed(5)}, ${noise}`,
      );
      for (const note of notes) console.log(`PSF: ${note}`);
    }
  },
});

function numberOrNull(option: string, text: string, nothing: string): number | null {
  if (text === nothing) return null;
  const value = text.trim() === '' ? NaN : Number(text);
  if (Number.isFinite(value) && (value > 0 || (value === 0 && option === '--snr'))) return value;
  const rule =
    option === '--snr'
      ? `be a number of dB, not negative, or ${nothing}`
      : `be a positive number or ${nothing}`;
  throw new InputError(describeViolation('degrade', option, rule, text));
}

function findReadNoise(clean: Volume, counted: Volume, snr: number | null): number {
  const { readNoiseSigma, reachable, photonSnrDb } = calibrateReadNoise(
    [clean],
    [counted],
    snr ?? Infinity,
  );
  if (snr !== null && !reachable) {
    throw new InputError(
      describeViolation(
        'degrade',
        '--snr',
        `be at most the ${photonSnrDb.toFixed(2)} dB that photon noise leaves`,
        snr,
        'ask for more --photons, or for --snr none',
      ),
    );
  }
  return readNoiseSigma;
}
