import { describeViolation, InputError, type Shape3, type Volume } from '@blurcycle/core';
import type { ReadTiffOptions } from '@blurcycle/data';
import { availableMemoryBytes } from '@blurcycle/files';
import {
  checkOutputs,
  checkRecord,
  chooseStacks,
  hashInputs,
  openStack,
  processStacks,
  recordPath,
  type StackFormat,
  type StackPlace,
  type StoredValues,
  writeResult,
} from '@blurcycle/stacks';
import {
  deconvolveWithModel,
  type ModelDeconvolution,
  type ModelDeconvolutionOptions,
} from './deconvolveWithModel.ts';
import { compareVoxels, judgeTrust, refuseNoise, type Trust } from './judgeModelResult.ts';
import { asPsf } from './kernelResidual.ts';
import type { LoadedModel } from './readModel.ts';

/** What to do with one file. */
interface ModelFileDeconvolution
  extends
    StackFormat,
    Omit<ModelDeconvolutionOptions, 'availableBytes' | 'onTile' | 'compare' | 'refine'> {
  readonly stack: string;
  readonly reading: ReadTiffOptions;
  readonly out: string;
  /** Deconvolve also when voxel sizes differ. */
  readonly anyVoxelSize: boolean;
  /** Updates of Richardson-Lucy TV from the result. @defaultValue none */
  readonly refine?: number | undefined;
  /** Their PSF for a stack. @defaultValue the model's kernel */
  readonly refinePsf?: ((stack: Volume) => Promise<Volume>) | undefined;
  /** The folder of the model. */
  readonly folder: string;
  /** The command that makes the result, for the record of it. */
  readonly command: readonly string[];
  /** Tiles done and in all of the stack at a place among those of the file. */
  readonly onTile: (done: number, total: number, place: StackPlace) => void;
}

/** Report on one z stack of a file. */
interface ModelStackReport extends Omit<ModelDeconvolution, 'estimate'> {
  readonly channel: number;
  readonly timePoint: number;
  readonly seconds: number;
  /** Whether the result explains the data as well as Richardson-Lucy does. */
  readonly trust: Trust | null;
}

/** Report on a deconvolved file. */
export interface ModelFileReport extends Pick<StackFormat, 'sampleType' | 'format'>, StoredValues {
  readonly file: string;
  readonly model: string;
  /** Sides of each z stack. */
  readonly shape: Shape3;
  readonly voxelSizeUm: Volume['voxelSizeUm'];
  /** In the order of the stacks in the file: channels run faster than time points. */
  readonly stacks: readonly ModelStackReport[];
  readonly warnings: readonly string[];
}

/**
 * Deconvolves a file with a model: all of its channels and time points that are chosen, one at a
 * time. Everything that can be checked is checked before the work begins.
 *
 * @throws {InputError} One line if the file cannot be read, its voxels differ from the model's, or
 *   the output cannot be written.
 */
export async function deconvolveFileWithModel(
  model: LoadedModel,
  request: ModelFileDeconvolution,
): Promise<ModelFileReport> {
  const { out, sampleType, format, command, stack: path } = request;
  const outputs = { '--out': out, 'the record': recordPath(out) };
  await checkOutputs('deconvolve', outputs, [path], '--out');
  await checkRecord('deconvolve', out);
  const acquisition = await openStack(path, request.reading);
  try {
    const { shape, voxelSizeUm } = acquisition;
    const chosen = chooseStacks(path, acquisition, request.reading);
    const warnings = compareVoxels(voxelSizeUm, model.config.voxelSizeUm, request.anyVoxelSize);
    const inputs = await hashInputs([path, request.folder]);
    const { reports, range, stackOf, dispose } = await processStacks<ModelStackReport>({
      ...{ path, acquisition, chosen, out, key: { command, inputs } },
      process: async (stack, place) => {
        if (model.kernel !== null) refuseNoise(path, stack, asPsf(model.kernel, stack.voxelSizeUm));
        const refine = await refinement(request, stack);
        const began = performance.now();
        const { estimate, ...report } = await deconvolveWithModel(model, stack, {
          ...{ ...request, refine },
          ...{ availableBytes: availableMemoryBytes(), compare: true },
          onTile: (done, total) => request.onTile(done, total, place),
        });
        const seconds = (performance.now() - began) / 1000;
        const { channel, timePoint } = place;
        const trust = judgeTrust(report, model.config);
        return { estimate, report: { channel, timePoint, ...report, seconds, trust } };
      },
    });
    const image = {
      ...{ shape, voxelSizeUm, range },
      channels: chosen.channels.length,
      timePoints: chosen.timePoints.length,
    };
    const report = (stored: StoredValues): ModelFileReport => ({
      ...{ file: out, model: model.config.name, shape, voxelSizeUm, sampleType, format },
      ...{
        ...stored,
        stacks: reports,
        warnings: [...(acquisition.warnings?.() ?? []), ...warnings, ...untrusted(reports)],
      },
    });
    const made = await writeResult(out, image, request, stackOf, { command, inputs, report });
    await dispose();
    return made;
  } finally {
    await acquisition.close();
  }
}

async function refinement(
  { refine, refinePsf }: Pick<ModelFileDeconvolution, 'refine' | 'refinePsf'>,
  stack: Volume,
): Promise<ModelDeconvolutionOptions['refine']> {
  if (refine === undefined) return undefined;
  if (!(Number.isSafeInteger(refine) && refine > 0)) {
    const rule = 'be a positive integer';
    throw new InputError(describeViolation('deconvolve', '--refine', rule, refine));
  }
  return { iterations: refine, psf: await refinePsf?.(stack) };
}

function untrusted(reports: readonly ModelStackReport[]): string[] {
  const doubtful = reports.flatMap(({ trust, channel, timePoint }) =>
    trust?.explains === false ? [{ channel, timePoint, sentence: trust.sentence }] : [],
  );
  return doubtful.map(({ channel, timePoint, sentence }) =>
    reports.length === 1 ? sentence : `channel ${channel}, time point ${timePoint}: ${sentence}`,
  );
}
