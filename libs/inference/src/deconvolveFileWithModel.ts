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
import { checkOutputs, readStack, type StackFormat, writeStack } from '@blurcycle/stacks';
import {
  deconvolveWithModel,
  type ModelDeconvolution,
  type ModelDeconvolutionOptions,
} from './deconvolveWithModel.ts';
import type { LoadedModel } from './loadModel.ts';

/** What to do with one file. */
interface ModelFileDeconvolution
  extends StackFormat, Omit<ModelDeconvolutionOptions, 'availableBytes'> {
  readonly stack: string;
  readonly reading: ReadTiffOptions;
  readonly out: string;
  /** Deconvolve also when voxel sizes differ. */
  readonly anyVoxelSize: boolean;
}

/** Report on a deconvolved file. */
export interface ModelFileReport extends Omit<ModelDeconvolution, 'estimate'>, StackFormat {
  readonly file: string;
  readonly model: string;
  readonly shape: Shape3;
  readonly voxelSizeUm: Volume['voxelSizeUm'];
  readonly seconds: number;
  /** Values that did not fit the sample type. */
  readonly clipped: number;
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
 * Deconvolves a file with a model. Everything that can be checked is checked before the work
 * begins.
 *
 * @throws {InputError} One line if the file cannot be read, its voxels differ from the model's, or
 *   the output cannot be written.
 */
export async function deconvolveFileWithModel(
  model: LoadedModel,
  request: ModelFileDeconvolution,
): Promise<ModelFileReport> {
  const { out, sampleType, format } = request;
  await checkOutputs('deconvolve', { '--out': out }, [request.stack]);
  const { volume: stack } = await readStack(request.stack, request.reading);
  const warnings = compareVoxels(stack.voxelSizeUm, model.config.voxelSizeUm, request.anyVoxelSize);
  const began = performance.now();
  const availableBytes = availableMemoryBytes();
  const { estimate, ...report } = await deconvolveWithModel(model, stack, {
    ...request,
    availableBytes,
  });
  const seconds = (performance.now() - began) / 1000;
  const { clipped } = await writeStack(out, estimate, { sampleType, format });
  const { name } = model.config;
  const { shape, voxelSizeUm } = stack;
  return {
    file: out,
    model: name,
    shape,
    voxelSizeUm,
    sampleType,
    format,
    ...report,
    seconds,
    clipped,
    warnings,
  };
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
