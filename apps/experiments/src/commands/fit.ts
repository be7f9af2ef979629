import { existsSync, readFileSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { describeViolation, InputError } from '@blurcycle/core';
import type { PsfSource } from '@blurcycle/deconvolution';
import type { ModelConfig } from '@blurcycle/experiment';
import { useRunFolder } from '@blurcycle/files';
import { checkModelPlace, MODEL_FILES } from '@blurcycle/inference';
import {
  describePlan,
  estimateTraining,
  type FitInput,
  fitPlan,
  openBackend,
  type Progress,
  type PreparedFit,
  prepareFit,
  readFit,
  type SharpSource,
  trainModel,
} from '@blurcycle/pipeline';
import { expandPatterns } from '@blurcycle/stacks';
import { defineCommand, stackChoice } from './commonOptions.ts';
import { FIT_OPTIONS, type FitArguments } from './fitOptions.ts';
import { createProgress } from './progress.ts';
import { namesPsf, PSF_GROUP, psfSource } from './psfSource.ts';

/** `blurcycle fit`: a model from one's own stacks. */
export const fitCommand = defineCommand({
  builder: (yargs) =>
    yargs
      .options(FIT_OPTIONS)
      .group(...PSF_GROUP)
      .example(
        "$0 fit --blurred 'raw/*.tif' --sharp 'sharp/*.tif' --out model",
        'blind: the kernel is learned, too',
      )
      .example(
        "$0 fit --blurred 'raw/*.tif' --sharp 'sharp/*.tif' --psf psf.tif --out model",
        'with a PSF',
      )
      .example(
        "$0 fit --blurred 'raw/*.tif' --sharp-from richardson-lucy --na 1.4 --ni 1.515 --wavelength 0.52 --dry-run",
        'no sharp stacks; check everything, train nothing',
      ),
  handler: async (args) => {
    const out = normalize(join(args.out, '.'));
    await checkModelPlace(out);
    const psf = namesPsf(args) ? psfSource(args, args.voxel) : null;
    const input = await readFit({
      blurred: expandPatterns('fit', '--blurred', args.blurred),
      sharp: sharpSource(args),
      psf,
      reading: stackChoice(args),
      cropPsf: args.cropPsf,
      experimentsDir: args.experimentsDir,
      wishes: { ...args, kernelSize: args.kernel },
    });
    const { name, description } = await openBackend(args);
    const request = {
      args,
      input,
      out,
      trainingFolder: `${out}.training`,
      optics: opticsOf(args, psf),
    };
    const work = (): Promise<void> => {
      say(`back-end ${name}, ${description}`);
      return fitInto(request);
    };
    if (args.dryRun) return work();
    const { trainingFolder } = request;
    await useRunFolder(trainingFolder, 'fit', work, '--out').finally(() =>
      // Where nothing was trained the folder is empty; one that is not stays.
      rmdir(trainingFolder).catch(() => undefined),
    );
  },
});

interface FitRequest {
  readonly args: FitArguments;
  readonly input: FitInput;
  readonly out: string;
  readonly trainingFolder: string;
  readonly optics: ModelConfig['optics'];
}

/** Tells the plan, and trains the model unless it is there already or only the plan is wanted. */
async function fitInto({ args, input, out, trainingFolder, optics }: FitRequest): Promise<void> {
  const prepared = await prepare(args, input, trainingFolder);
  for (const warning of prepared.warnings) say(`warning: ${warning}`);
  if (!args.restart && !args.dryRun && refuseOther(out, prepared.key)) {
    say(`${out}: up to date`);
    if (args.json) console.log(JSON.stringify({ model: out, upToDate: true }, null, 2));
    return;
  }
  const plan = fitPlan(prepared, await estimateTraining(prepared));
  if (args.dryRun) {
    console.log(args.json ? JSON.stringify(plan, null, 2) : describePlan(plan).join('\n'));
    return;
  }
  for (const line of describePlan(plan)) say(line);
  const { config } = await trainModel(prepared, {
    out,
    trainingFolder,
    restart: args.restart,
    name: args.name,
    authors: args.author,
    license: args.license,
    optics,
    progress: createProgress,
    warn: (line) => say(`warning: ${line}`),
  });
  if (args.json)
    console.log(JSON.stringify({ model: out, upToDate: false, plan, config }, null, 2));
  else {
    const [{ file }] = input.blurred;
    console.log(
      `${out}: model of update ${config.training.selectedUpdate}, training kept in ${trainingFolder}`,
    );
    console.log(`next: npx blurcycle deconvolve ${file} --model ${out} --out deconvolved.tif`);
  }
}

function say(line: string): void {
  console.error(line);
}

function sharpSource({ sharp, sharpFrom, iterations }: FitArguments): SharpSource {
  if ((sharp === undefined) === (sharpFrom === undefined)) {
    const value = sharp === undefined ? 'none' : 'both';
    throw new InputError(
      describeViolation('fit', 'one of --sharp and --sharp-from', 'be given', value),
    );
  }
  if (sharp !== undefined) return { kind: 'files', files: expandPatterns('fit', '--sharp', sharp) };
  if (!(Number.isSafeInteger(iterations) && iterations > 0)) {
    throw new InputError(
      describeViolation('fit', '--iterations', 'be a positive integer', iterations),
    );
  }
  return { kind: 'classical', method: sharpFrom ?? 'richardson-lucy', iterations };
}

async function prepare(
  args: FitArguments,
  input: FitInput,
  trainingFolder: string,
): Promise<PreparedFit> {
  let display: Progress | undefined;
  return prepareFit(input, {
    sharpFolder: args.dryRun ? null : join(trainingFolder, 'sharp'),
    onSharpUpdate: (done, most) => {
      display ??= createProgress({ label: args.sharpFrom ?? 'sharp', total: most });
      display.update(done);
    },
  }).finally(() => display?.stop());
}

/**
 * Whether the model of that key is there already.
 *
 * @throws {InputError} If another one is: hours of training are not overwritten by accident.
 */
function refuseOther(out: string, key: string): boolean {
  const path = join(out, MODEL_FILES.config);
  if (!existsSync(path)) return false;
  const { training } = JSON.parse(readFileSync(path, 'utf8')) as Pick<ModelConfig, 'training'>;
  if (training.key === key) return true;
  const remedy = 'name another folder, or give --restart to replace it';
  throw new InputError(
    describeViolation(
      'fit',
      '--out',
      'be a new folder',
      `a model of other data or settings in ${out}`,
      remedy,
    ),
  );
}

function opticsOf(args: FitArguments, psf: PsfSource | null): ModelConfig['optics'] {
  if (psf === null) return null;
  if (psf.kind === 'file') return { psf: psf.path };
  const { preset, psfModel: model, na, ni, wavelength } = args;
  const given = {
    preset,
    model,
    numericalAperture: na,
    immersionIndex: ni,
    emissionWavelengthUm: wavelength,
  };
  return Object.fromEntries(
    Object.entries(given).filter(
      (entry): entry is [string, string | number] => entry[1] !== undefined,
    ),
  );
}
