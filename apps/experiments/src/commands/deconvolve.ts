import { setThreads } from '@blurcycle/compute/transforms';
import { assertRange, describeViolation, InputError, type Volume } from '@blurcycle/core';
import type { ReadTiffOptions } from '@blurcycle/data';
import { deconvolveFile, type ScoredTruth } from '@blurcycle/deconvolution';
import { checkOutputs, expandPatterns, readStackFile } from '@blurcycle/stacks';
import { defineCommand, namesOf, stackChoice } from './commonOptions.ts';
import { runBatch } from './deconvolveBatch.ts';
import { classicalRequest } from './classicalOptions.ts';
import {
  DECONVOLVE_OPTIONS,
  type DeconvolveArguments,
  MODEL_OPTIONS,
  psfSources,
} from './deconvolveOptions.ts';
import { describeModelReport, describeReport } from './deconvolveReport.ts';
import { writePreview } from './preview.ts';
import { namesPsf, PSF_GROUP } from './psfSource.ts';

const STACKS = {
  type: 'string',
  array: true,
  demandOption: true,
  describe: "image files to deconvolve, folders of them, or quoted patterns such as 'raw/*.tif'",
} as const;

/** `blurcycle deconvolve`: sharper stacks of the same shape, voxel size and intensity scale. */
export const deconvolveCommand = defineCommand({
  builder: (yargs) =>
    yargs
      .positional('stacks', STACKS)
      .options(DECONVOLVE_OPTIONS)
      .group(...PSF_GROUP)
      .example(
        '$0 deconvolve cell.tif --method richardson-lucy --iterations 50 --psf psf.tif --out sharp.tif',
        'the standard, with a measured PSF',
      )
      .example(
        '$0 deconvolve cell.tif --model model --out sharp.tif',
        'by a model that blurcycle fit made',
      )
      .example(
        '$0 deconvolve cell.tif --method rl-tv --na 1.45 --ni 1.512 --wavelength 0.461 --out sharp.tif',
        'against noise, PSF from the optics',
      )
      .example(
        '$0 deconvolve cell.tif --method auto --offset auto --psf psf.tif --preview cell.png --out sharp.tif',
        'number of updates from the noise, and a picture of both',
      )
      .example(
        '$0 deconvolve cell.tif --method richardson-lucy --psf psf.tif --offset auto --stats stats.csv --out sharp.tif',
        'without the offset of the camera, statistics of all iterations',
      )
      .example(
        "$0 deconvolve 'raw/*.tif' --method rl-tv --na 1.4 --ni 1.515 --wavelength 0.46,0.52,0.61 --out-dir sharp",
        'a folder of files with three channels',
      ),
  handler: async (args) => {
    const { preview, out } = args;
    if (preview !== undefined)
      await checkOutputs('deconvolve', { '--preview': preview, '--out': out }, [], '--out');
    await (args.model === undefined ? applyMethod(args) : applyModel(args.model, args));
    if (preview !== undefined && out !== undefined) await showBoth(preview, args.stacks, out, args);
  },
});

/** Writes the picture of a stack and its result; of several channels and time points the first. */
async function showBoth(
  preview: string,
  stacks: readonly string[],
  out: string,
  args: DeconvolveArguments,
): Promise<void> {
  const size = { defaultVoxelSizeUm: [1, 1, 1] } as const;
  const [stack] = expandPatterns('deconvolve', 'the stack', stacks);
  const place = { channel: args.channel ?? 1, timePoint: args.timePoint ?? 1 };
  const { volume: before } = await readStackFile(stack, {
    ...size,
    ...stackChoice(args),
    ...place,
  });
  const { volume: after } = await readStackFile(out, { ...size, channel: 1, timePoint: 1 });
  await writePreview(preview, before, after);
}

type Arguments = DeconvolveArguments & { readonly stacks: readonly string[] };

async function applyMethod(args: Arguments): Promise<void> {
  refuseModelOptions(args);
  const { settings, startFile } = classicalRequest(args);
  const psf = psfSources(args);
  if (args.threads !== undefined) setThreads(args.threads);
  const reading = stackChoice(args);
  const truth = await readTruth(args, reading);
  const others = [
    ...psf.flatMap((source) => (source.kind === 'file' ? [source.path] : [])),
    ...(startFile === undefined ? [] : [startFile]),
    ...(args.mask === undefined ? [] : [args.mask]),
  ];
  await runBatch(args, reading, {
    ...{ others, describe: describeReport, label: settings.algorithm },
    deconvolve: (item, command, onUpdate) =>
      deconvolveFile({
        ...{ ...args, ...item, reading, psf, settings, startFile, truth, command, onUpdate },
        statistics: args.stats,
      }),
  });
}

async function readTruth(
  { truth, stats, dataRange }: Arguments,
  reading: ReadTiffOptions,
): Promise<ScoredTruth | undefined> {
  if (truth === undefined) return undefined;
  assertRange(stats !== undefined, 'deconvolve', '--truth', 'go with --stats', truth);
  const remedy = '1 for images in [0, 1], 65535 for full 16-bit ones';
  assertRange(
    dataRange !== undefined,
    'deconvolve',
    '--data-range',
    'be given with --truth',
    dataRange,
    remedy,
  );
  const { voxelSizeUm } = reading;
  const { volume } = await readStackFile(
    truth,
    voxelSizeUm === undefined ? { defaultVoxelSizeUm: [1, 1, 1] } : { voxelSizeUm },
  );
  return { path: truth, volume, dataRange };
}

/** Loads and checks the model, applies it, and reports how far the results can be trusted. */
async function applyModel(folder: string, args: Arguments): Promise<void> {
  refuseClassical(args);
  // Loaded only when needed: the libraries behind models take longer to load than a classical
  // method to start.
  const { openBackend } = await import('@blurcycle/pipeline');
  const { deconvolveFileWithModel, loadModel } = await import('@blurcycle/inference');
  await openBackend(args);
  const model = await loadModel(folder);
  const reading = stackChoice(args);
  const refinePsf = await psfToRefineWith(args);
  try {
    await runBatch(args, reading, {
      ...{ others: [folder], describe: describeModelReport, label: 'tiles' },
      deconvolve: (item, command, onTile) =>
        deconvolveFileWithModel(model, {
          ...{ ...args, ...item, reading, folder, command, onTile, refinePsf },
          say: (line) => console.error(line),
        }),
    });
  } finally {
    model.dispose();
  }
}

function namesOnePsf(args: Arguments): boolean {
  return namesPsf({ ...args, psf: args.psf?.[0], wavelength: args.wavelength?.[0] });
}

/** The PSF for --refine where the command line names one; the model's kernel otherwise. */
async function psfToRefineWith(
  args: Arguments,
): Promise<((stack: Volume) => Promise<Volume>) | undefined> {
  if (args.refine === undefined || !namesOnePsf(args)) return undefined;
  const { stackPsf } = await import('@blurcycle/deconvolution');
  const [source] = psfSources(args);
  return async (stack) => (await stackPsf(source, stack, args.cropPsf, 'beyond')).psf;
}

/** Options of a model say nothing to a classical method. */
function refuseModelOptions(args: Arguments): void {
  const found = namesOf(MODEL_OPTIONS).find((option) => {
    const value: unknown = args[option];
    return value !== undefined && value !== false;
  });
  if (found === undefined) return;
  throw new InputError(
    describeViolation('deconvolve', `--${found}`, 'go with --model', args[found], 'leave it out'),
  );
}

function refuseClassical(args: Arguments): void {
  const refuse = (option: string, value: unknown, remedy?: string): InputError =>
    new InputError(
      describeViolation('deconvolve', option, 'be left out with --model', value, remedy),
    );
  if (args.method !== undefined) throw refuse('--method', args.method);
  if (args.offset !== undefined)
    throw refuse('--offset', args.offset, 'the model knows what is black');
  if (args.mask !== undefined) throw refuse('--mask', args.mask, 'a network has no weights');
  if (args.refine === undefined && namesOnePsf(args))
    throw refuse('a PSF', 'one', 'the model was trained with its own');
  if (args.whole && args.tile !== undefined) {
    throw new InputError(
      describeViolation('deconvolve', '--tile', 'be left out with --whole', args.tile),
    );
  }
}
