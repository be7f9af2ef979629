import {
  describeViolation,
  formatValue,
  InputError,
  type Shape3,
  type Volume,
  type VoxelSizeUm,
} from '@blurcycle/core';
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
import type { LoadedModel } from './loadModel.ts';

/** What to do with one file. */
interface ModelFileDeconvolution
  extends StackFormat, Omit<ModelDeconvolutionOptions, 'availableBytes' | 'onTile'> {
  readonly stack: string;
  readonly reading: ReadTiffOptions;
  readonly out: string;
  /** Deconvolve also when voxel sizes differ. */
  readonly anyVoxelSize: boolean;
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

/** Up to here two descriptions mean one voxel; */
const SAME_VOXEL = 0.01;
/**
 * up to here the kernel is about right; beyond, the model sees structures of another size than it
 * learned.
 */
const SIMILAR_VOXEL = 0.1;

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
  await checkOutputs('deconvolve', { '--out': out, 'the record': recordPath(out) }, [path]);
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
        const began = performance.now();
        const { estimate, ...report } = await deconvolveWithModel(model, stack, {
          ...request,
          availableBytes: availableMemoryBytes(),
          onTile: (done, total) => request.onTile(done, total, place),
        });
        const seconds = (performance.now() - began) / 1000;
        const { channel, timePoint } = place;
        return { estimate, report: { channel, timePoint, ...report, seconds } };
      },
    });
    const image = {
      ...{ shape, voxelSizeUm, range },
      channels: chosen.channels.length,
      timePoints: chosen.timePoints.length,
    };
    const report = (stored: StoredValues): ModelFileReport => ({
      ...{ file: out, model: model.config.name, shape, voxelSizeUm, sampleType, format },
      ...{ ...stored, stacks: reports, warnings },
    });
    const made = await writeResult(out, image, request, stackOf, { command, inputs, report });
    await dispose();
    return made;
  } finally {
    await acquisition.close();
  }
}

function compareVoxels(stack: VoxelSizeUm, model: VoxelSizeUm, any: boolean): string[] {
  const difference = Math.max(...stack.map((side, axis) => Math.abs(side / model[axis] - 1)));
  if (difference <= SAME_VOXEL) return [];
  const rounded = (voxel: VoxelSizeUm): number[] =>
    voxel.map((side) => Number(side.toPrecision(4)));
  const text = `be those of the model, ${formatValue(rounded(model))} µm`;
  if (difference > SIMILAR_VOXEL && !any) {
    const remedy =
      'resample the stack, give --voxel z,y,x where the file is wrong, or --any-voxel-size to go on regardless';
    throw new InputError(
      describeViolation('deconvolve', 'the voxels of the stack', text, rounded(stack), remedy),
    );
  }
  return [`the voxels of the stack should ${text}, but are ${formatValue(rounded(stack))} µm`];
}
