import { setThreads } from '@blurcycle/compute';
import {
  assertRange,
  formatShape,
  TIFF_FORMATS,
  WRITABLE_SAMPLE_TYPES,
  type Volume,
} from '@blurcycle/core';
import { type ReadTiffOptions, readTiffStack } from '@blurcycle/data';
import { deconvolveFile, type FileReport, type ScoredTruth } from '@blurcycle/deconvolution';
import type { Argv, CommandModule } from 'yargs';
import {
  type ClassicalArguments,
  classicalRequest,
  withClassicalMethod,
} from './classicalRequest.ts';
import { withCompute, withJson } from './commonOptions.ts';
import type { ModelArguments } from './deconvolveByModel.ts';
import { optionalTriple } from './opticsOptions.ts';
import { createProgress } from './progress.ts';
import { psfSource, withPsfSource } from './psfSourceOptions.ts';
import { stackChoice, withStackChoice } from './stackOptions.ts';

interface DeconvolveArguments extends ClassicalArguments, Omit<ModelArguments, 'method'> {
  psfOut: string | undefined;
  stats: string | undefined;
  truth: string | undefined;
  dataRange: number | undefined;
}

/** `blurcycle deconvolve`: a sharper stack of the same shape, voxel size and intensity scale. */
export const deconvolveCommand: CommandModule<object, DeconvolveArguments> = {
  command: 'deconvolve <stack>',
  describe: 'a sharper stack, by a classical method or a trained model',
  builder: (yargs) =>
    withJson(
      withCompute(
        withPsfSource(
          withOutput(withModel(withClassicalMethod(withStackChoice(withInput(yargs))))),
        ),
      ),
    )
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
        '$0 deconvolve cell.tif --method richardson-lucy --psf psf.tif --background 100 --stats stats.csv --out sharp.tif',
        "the camera's offset named, statistics of every iteration",
      ) as unknown as Argv<DeconvolveArguments>,
  handler: async (args) => {
    if (args.model !== undefined) {
      // Loaded when it is needed: what is behind models takes longer to load than classical work to
      // start.
      const { deconvolveByModel } = await import('./deconvolveByModel.ts');
      return deconvolveByModel(args.model, args);
    }
    const { settings, startFile } = classicalRequest(args);
    if (args.threads !== undefined) setThreads(args.threads);
    const reading = stackChoice(args);
    const progress = { display: undefined as ReturnType<typeof createProgress> | undefined };
    const report = await deconvolveFile({
      stack: args.stack,
      reading,
      psf: psfSource(args, args.voxel),
      cropPsf: args.cropPsf,
      settings,
      startFile,
      out: args.out,
      psfOut: args.psfOut,
      sampleType: args.sampleType,
      format: args.format,
      tile: args.tile,
      overlap: args.overlap,
      statistics: args.stats,
      truth: await readTruth(args, reading),
      onUpdate: (done, most) => {
        progress.display ??= createProgress({ label: settings.algorithm, total: most });
        progress.display.update(done);
      },
    }).finally(() => progress.display?.stop());
    if (args.json) console.log(JSON.stringify(report, null, 2));
    else {
      for (const warning of report.warnings) console.error(`warning: ${warning}`);
      console.log(describe(report).join('\n'));
    }
  },
};

function withInput<T>(yargs: Argv<T>): Argv<T> {
  return yargs.positional('stack', {
    type: 'string',
    demandOption: true,
    describe: 'TIFF stack to deconvolve',
  });
}

function withModel<T>(yargs: Argv<T>): Argv<T> {
  return yargs
    .option('model', {
      type: 'string',
      describe: 'folder of a trained model, instead of --method and a PSF',
    })
    .option('whole', {
      type: 'boolean',
      default: false,
      describe: 'with --model: all of the stack at once, no tiles; takes the most memory',
    })
    .option('any-voxel-size', {
      type: 'boolean',
      default: false,
      describe: 'with --model: go on though the voxels are not those of the model',
    });
}

function withOutput<T>(yargs: Argv<T>): Argv<T> {
  return yargs
    .option('out', { type: 'string', demandOption: true, describe: 'TIFF file to write' })
    .option('psf-out', {
      type: 'string',
      describe: 'TIFF file for the PSF as it was used, or found by blind-rl',
    })
    .option('sample-type', {
      choices: WRITABLE_SAMPLE_TYPES,
      default: 'float32' as const,
      describe: 'how values are stored; uint16 rounds and clips, and says how many',
    })
    .option('format', {
      choices: TIFF_FORMATS,
      default: 'imagej' as const,
      describe: 'whose metadata carry the voxel size',
    })
    .option('tile', {
      type: 'string',
      describe: 'for large stacks: sides z,y,x of tiles deconvolved one after the other',
      coerce: optionalTriple('--tile', '64,256,256'),
    })
    .option('overlap', {
      type: 'string',
      defaultDescription: "the sides of the PSF; the model's",
      describe: 'voxels that neighboring tiles share, z,y,x',
      coerce: optionalTriple('--overlap', '31,31,31'),
    })
    .option('stats', {
      type: 'string',
      describe: 'CSV file for the statistics of every iteration; wiener, tikhonov: of the result',
    })
    .option('truth', {
      type: 'string',
      describe: 'with --stats: TIFF stack for PSNR and SSIM of every iteration',
    })
    .option('data-range', {
      type: 'number',
      describe: 'with --truth: largest minus smallest possible intensity; it is never guessed',
    });
}

async function readTruth(
  { truth, stats, dataRange }: DeconvolveArguments,
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
  return { volume, dataRange };
}

function describe(report: FileReport): string[] {
  const { shape, voxelSizeUm, updates, seconds, flux, psf } = report;
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
    `${report.file}: ${report.settings.algorithm}, ${updates} ${most}${tiles}, ${seconds.toFixed(1)} s`,
    `${formatShape(shape)} voxels of ${formatShape(voxelSizeUm, 4)} µm, ${report.sampleType}`,
    `PSF: ${formatShape(psf.shape)} voxels${kept}; about ${Math.round(report.memoryBytes / 2 ** 20)} MiB of memory`,
    `light: ${flux.input.toPrecision(5)} in the stack above background, ${flux.output.toPrecision(5)} in the result`,
    ...residual,
    ...(report.clipped > 0 ? [`clipped to 0 ... 65535: ${report.clipped} voxels`] : []),
  ];
}
