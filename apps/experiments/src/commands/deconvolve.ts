import { setThreads } from '@blurcycle/compute/transforms';
import {
  assertRange,
  describeViolation,
  formatShape,
  InputError,
  type Volume,
} from '@blurcycle/core';
import { type ReadTiffOptions, readTiffStack } from '@blurcycle/data';
import { deconvolveFile, type FileReport, type ScoredTruth } from '@blurcycle/deconvolution';
import type { ModelFileReport } from '@blurcycle/inference';
import type { Progress } from '@blurcycle/pipeline';
import { defineCommand, stackChoice } from './commonOptions.ts';
import {
  classicalRequest,
  DECONVOLVE_OPTIONS,
  type DeconvolveArguments,
} from './deconvolveOptions.ts';
import { createProgress } from './progress.ts';
import { namesPsf, PSF_GROUP, psfSource } from './psfSource.ts';

const STACK = {
  type: 'string',
  demandOption: true,
  describe: 'TIFF stack to deconvolve',
} as const;

/** `blurcycle deconvolve`: a sharper stack of the same shape, voxel size and intensity scale. */
export const deconvolveCommand = defineCommand({
  builder: (yargs) =>
    yargs
      .positional('stack', STACK)
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
        '$0 deconvolve cell.tif --method richardson-lucy --psf psf.tif --offset auto --stats stats.csv --out sharp.tif',
        'without the offset of the camera, statistics of all iterations',
      ),
  handler: (args) => (args.model === undefined ? applyMethod(args) : applyModel(args.model, args)),
});

type Arguments = DeconvolveArguments & { readonly stack: string };

async function applyMethod(args: Arguments): Promise<void> {
  const { settings, startFile } = classicalRequest(args);
  if (args.threads !== undefined) setThreads(args.threads);
  const reading = stackChoice(args);
  let display: Progress | undefined;
  const report = await deconvolveFile({
    ...args,
    reading,
    psf: psfSource(args),
    settings,
    startFile,
    statistics: args.stats,
    truth: await readTruth(args, reading),
    onUpdate: (done, most) => {
      display ??= createProgress({ label: settings.algorithm, total: most });
      display.update(done);
    },
  }).finally(() => display?.stop());
  if (args.json) console.log(JSON.stringify(report, null, 2));
  else {
    for (const warning of report.warnings) console.error(`warning: ${warning}`);
    console.log(describe(report).join('\n'));
  }
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
  const { volume }: { volume: Volume } = await readTiffStack(
    truth,
    voxelSizeUm === undefined ? { defaultVoxelSizeUm: [1, 1, 1] } : { voxelSizeUm },
  );
  return { path: truth, volume, dataRange };
}

function describe(report: FileReport): string[] {
  const { settings, shape, voxelSizeUm, updates, seconds, flux, psf, offset } = report;
  const most = updates === 1 ? 'update' : 'updates';
  const tiles = report.tiles > 1 ? ` in ${report.tiles} tiles` : '';
  const kept =
    psf.keptLight < 1 ? `, cut to ${(100 * psf.keptLight).toFixed(1)} % of its light` : '';
  const residual =
    report.reblurResidual === null
      ? []
      : [
          `data minus blurred estimate: ${(100 * report.reblurResidual).toPrecision(3)} % of the data (RMS)`,
        ];
  return [
    `${report.file}: ${settings.algorithm}, ${updates} ${most}${tiles}, ${seconds.toFixed(1)} s`,
    `${formatShape(shape)} voxels of ${formatShape(voxelSizeUm, 4)} µm, ${report.sampleType}`,
    `PSF: ${formatShape(psf.shape)} voxels${kept}; about ${Math.round(report.memoryBytes / 2 ** 20)} MiB of memory`,
    ...psf.notes.map((note) => `PSF: ${note}`),
    ...('noiseToSignal' in settings && settings.noiseToSignal !== undefined
      ? [`noise-to-signal: ${settings.noiseToSignal.toPrecision(3)}`]
      : []),
    ...(offset === 0 ? [] : [`offset: ${offset.toPrecision(5)} subtracted`]),
    `light: ${flux.input.toPrecision(5)} in the stack above background, ${flux.output.toPrecision(5)} in the result`,
    ...residual,
    ...(report.clipped > 0 ? [`clipped to 0 ... 65535: ${report.clipped} voxels`] : []),
  ];
}

/** Loads and checks the model, applies it, and reports how far the result can be trusted. */
async function applyModel(folder: string, args: Arguments): Promise<void> {
  refuseClassical(args);
  // Loaded only when needed: the libraries behind models take longer to load than a classical
  // method to start.
  const { openBackend } = await import('@blurcycle/pipeline');
  const { deconvolveFileWithModel, loadModel } = await import('@blurcycle/inference');
  await openBackend(args);
  const model = await loadModel(folder);
  let display: Progress | undefined;
  try {
    const report = await deconvolveFileWithModel(model, {
      ...args,
      reading: stackChoice(args),
      say: (line) => console.error(line),
      onTile: (done, total) => {
        display ??= createProgress({ label: 'tiles', total });
        display.update(done);
      },
    });
    display?.stop();
    for (const warning of report.warnings) console.error(`warning: ${warning}`);
    console.log(
      args.json ? JSON.stringify(report, null, 2) : describeModelReport(report).join('\n'),
    );
  } finally {
    display?.stop();
    model.dispose();
  }
}

function refuseClassical(args: Arguments): void {
  const refuse = (option: string, value: unknown, remedy?: string): InputError =>
    new InputError(
      describeViolation('deconvolve', option, 'be left out with --model', value, remedy),
    );
  if (args.method !== undefined) throw refuse('--method', args.method);
  if (args.offset !== undefined)
    throw refuse('--offset', args.offset, 'the model knows what is black');
  if (namesPsf(args)) throw refuse('a PSF', 'one', 'the model was trained with its own');
  if (args.whole && args.tile !== undefined) {
    throw new InputError(
      describeViolation('deconvolve', '--tile', 'be left out with --whole', args.tile),
    );
  }
}

function describeModelReport(report: ModelFileReport): string[] {
  const { shape, voxelSizeUm, tile, tiles, tileMismatch, reblurResidual, memoryBytes } = report;
  const percent = (part: number): string => `${(100 * part).toPrecision(3)} %`;
  return [
    `${report.file}: ${report.model}, ${report.seconds.toFixed(1)} s`,
    `${formatShape(shape)} voxels of ${formatShape(voxelSizeUm, 4)} µm, ${report.sampleType}`,
    `${tiles} ${tiles === 1 ? 'tile' : 'tiles'} of ${formatShape(tile)}, about ${Math.round(memoryBytes / 2 ** 20)} MiB for the network, ${report.precision}`,
    ...(tileMismatch === null
      ? []
      : [
          `tile mismatch: ${percent(tileMismatch)} of the result's standard deviation, between tiles before blending (--whole has none)`,
        ]),
    ...(reblurResidual === null
      ? ['data minus blurred estimate: not known, the model has no kernel']
      : [`data minus blurred estimate: ${percent(reblurResidual)} of the data (RMS)`]),
    ...(report.clipped > 0 ? [`clipped to 0 ... 65535: ${report.clipped} voxels`] : []),
  ];
}
