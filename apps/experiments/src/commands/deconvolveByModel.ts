import {
  describeViolation,
  formatShape,
  InputError,
  type Shape3,
  type TiffFormat,
  type WritableSampleType,
} from '@blurcycle/core';
import { deconvolveFileWithModel, loadModel, type ModelFileReport } from '@blurcycle/inference';
import type { ComputeArguments } from './commonOptions.ts';
import { openBackend, type Progress } from '@blurcycle/pipeline';
import { createProgress } from './progress.ts';
import { namesPsf, type PsfSourceArguments } from './psfSourceOptions.ts';
import { type StackArguments, stackChoice } from './stackOptions.ts';

/** The options of `deconvolve` that a model needs. */
export interface ModelArguments extends ComputeArguments, PsfSourceArguments, StackArguments {
  stack: string;
  out: string;
  model: string | undefined;
  method: string | undefined;
  whole: boolean;
  anyVoxelSize: boolean;
  tile: Shape3 | undefined;
  overlap: Shape3 | undefined;
  sampleType: WritableSampleType;
  format: TiffFormat;
  json: boolean;
}

/**
 * `blurcycle deconvolve --model`: loads and checks the model, applies it, says how far the result
 * can be trusted.
 */
export async function deconvolveByModel(folder: string, args: ModelArguments): Promise<void> {
  refuseClassical(args);
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
    console.log(args.json ? JSON.stringify(report, null, 2) : describe(report).join('\n'));
  } finally {
    display?.stop();
    model.dispose();
  }
}

function refuseClassical(args: ModelArguments): void {
  const refuse = (option: string, value: unknown, remedy?: string): InputError =>
    new InputError(
      describeViolation('deconvolve', option, 'be left out with --model', value, remedy),
    );
  if (args.method !== undefined) throw refuse('--method', args.method);
  if (namesPsf(args)) throw refuse('a PSF', 'one', 'the model has learned with its own');
  if (args.whole && args.tile !== undefined) {
    throw new InputError(
      describeViolation('deconvolve', '--tile', 'be left out with --whole', args.tile),
    );
  }
}

function describe(report: ModelFileReport): string[] {
  const { shape, voxelSizeUm, tile, tiles, tileMismatch, reblurResidual, memoryBytes } = report;
  const percent = (part: number): string => `${(100 * part).toPrecision(3)} %`;
  return [
    `${report.file}: ${report.model}, ${report.seconds.toFixed(1)} s`,
    `${formatShape(shape)} voxels of ${formatShape(voxelSizeUm, 4)} µm, ${report.sampleType}`,
    `${tiles} ${tiles === 1 ? 'tile' : 'tiles'} of ${formatShape(tile)}, about ${Math.round(memoryBytes / 2 ** 20)} MiB for the network`,
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
