import {
  assertRange,
  describeViolation,
  formatValue,
  InputError,
  sameShape,
  type Shape3,
  sum,
  type Volume,
} from '@blurcycle/core';
import {
  type ReadTiffOptions,
  readTiffStack,
  type TileOptions,
  writeTiffStack,
} from '@blurcycle/data';
import type { ClassicalSettings } from '@blurcycle/experiment';
import { availableMemoryBytes } from '@blurcycle/files';
import { wienerPrior } from '@blurcycle/imaging';
import { relativeResidual } from '@blurcycle/metrics';
import { checkOutputs, readStack, type StackFormat, writeStack } from '@blurcycle/stacks';
import { assertMemory } from './classicalMemory.ts';
import { blurAgain } from './blurAgain.ts';
import { deconvolveStack, type StackDeconvolution } from './deconvolveStack.ts';
import { type ScoredTruth, writeIterationLog } from './iterationLog.ts';
import { reachOf } from './fitPsf.ts';
import { judgeResult, type Offset, subtractOffset } from './light.ts';
import { type PsfSource, stackPsf } from './stackPsf.ts';

/**
 * Tiles for a deconvolution: no larger than the stack, and overlapping by the support of the PSF.
 *
 * The error at the edge of a tile reaches half of the PSF's support into it; there the blending
 * weights of an overlap as wide as the support are small.
 *
 * @param overlap - Overlap in voxels; the sides of the PSF unless given.
 * @throws {InputError} If a side that is cut is not larger than the PSF or the overlap, or the
 *   overlap is smaller than the PSF.
 */
function tileOptions(stack: Shape3, psf: Shape3, tile: Shape3, overlap: Shape3 = psf): TileOptions {
  const isCut = (axis: number): boolean => tile[axis] < stack[axis];
  const axes = [0, 1, 2].filter(isCut);
  if (axes.some((axis) => tile[axis] <= Math.max(psf[axis], overlap[axis]))) {
    throw new InputError(
      describeViolation(
        'deconvolve',
        '--tile',
        `be larger than the overlap ${formatValue(overlap)} wherever it cuts the stack ${formatValue(stack)}`,
        tile,
        'twice the sides of the PSF or more is sensible',
      ),
    );
  }
  if (axes.some((axis) => overlap[axis] < psf[axis])) {
    throw new InputError(
      describeViolation(
        'deconvolve',
        '--overlap',
        `be at least the sides of the PSF ${formatValue(psf)}`,
        overlap,
        'less would show at the seams',
      ),
    );
  }
  const side = (axis: number): number => (isCut(axis) ? tile[axis] : stack[axis]);
  const shared = (axis: number): number => (isCut(axis) ? overlap[axis] : 0);
  return { tile: [side(0), side(1), side(2)], overlap: [shared(0), shared(1), shared(2)] };
}

/** What to do with one file. */
interface FileDeconvolution extends StackFormat {
  readonly stack: string;
  readonly reading: ReadTiffOptions;
  readonly offset: Offset | undefined;
  readonly psf: PsfSource;
  readonly cropPsf: boolean;
  readonly settings: ClassicalSettings;
  /** TIFF stack of the first estimate. */
  readonly startFile: string | undefined;
  readonly out: string;
  readonly psfOut: string | undefined;
  readonly tile: Shape3 | undefined;
  readonly overlap: Shape3 | undefined;
  /** CSV file of the statistics. */
  readonly statistics: string | undefined;
  readonly truth: ScoredTruth | undefined;
  readonly onUpdate: StackDeconvolution['onUpdate'];
}

/** Report on a deconvolved file. */
export interface FileReport extends StackFormat {
  readonly file: string;
  /** What was asked for, with what was chosen from the data. */
  readonly settings: ClassicalSettings;
  readonly shape: Shape3;
  readonly voxelSizeUm: Volume['voxelSizeUm'];
  /** What was subtracted from the stack. */
  readonly offset: number;
  /** `notes`: what was done to its file. */
  readonly psf: {
    readonly shape: Shape3;
    readonly keptLight: number;
    readonly notes: readonly string[];
  };
  readonly updates: number;
  readonly tiles: number;
  readonly seconds: number;
  /** Estimated memory beside that of the program itself. */
  readonly memoryBytes: number;
  /** Sums over the voxels: of the data above background, and of the result. */
  readonly flux: { readonly input: number; readonly output: number };
  /** See `relativeResidual`; null where the stack was cut into tiles. */
  readonly reblurResidual: number | null;
  /** Values that did not fit the sample type. */
  readonly clipped: number;
  readonly warnings: readonly string[];
}

/**
 * Deconvolves a file by a classical method. Everything that can be checked is checked before the
 * work begins.
 */
export async function deconvolveFile(request: FileDeconvolution): Promise<FileReport> {
  const { out, psfOut, statistics, truth } = request;
  const inputs = [
    request.stack,
    ...(request.psf.kind === 'file' ? [request.psf.path] : []),
    ...(request.startFile === undefined ? [] : [request.startFile]),
    ...(truth === undefined ? [] : [truth.path]),
  ];
  const outputs = { '--out': out, '--psf-out': psfOut, '--stats': statistics };
  await checkOutputs('deconvolve', outputs, inputs);
  const { volume, sampleType } = await readStack(request.stack, request.reading);
  const light = subtractOffset(
    volume,
    request.offset,
    request.settings,
    sampleType !== 'float32' && sampleType !== 'float64',
  );
  const { stack } = light;
  if (truth !== undefined) assertShapeOf('--truth', truth.volume, stack);
  const start =
    request.startFile === undefined ? undefined : await readStart(request.startFile, stack);
  const {
    psf,
    keptLight,
    notes,
    warnings: psfWarnings,
  } = await stackPsf(request.psf, stack, request.cropPsf, reachOf(request.settings));
  const settings = withRatio(request.settings, stack, psf);
  const tiles =
    request.tile === undefined
      ? undefined
      : tileOptions(stack.shape, psf.shape, request.tile, request.overlap);
  const memoryBytes = assertMemory(stack.shape, psf.shape, settings, tiles, availableMemoryBytes());
  const began = performance.now();
  const result = await deconvolveStack({
    stack,
    psf,
    settings,
    onUpdate: request.onUpdate,
    ...(tiles === undefined ? {} : { tiles }),
    ...(start === undefined ? {} : { start }),
    ...(statistics === undefined ? {} : { log: { truth } }),
  });
  const seconds = (performance.now() - began) / 1000;
  const { background = 0, boundary } = settings;
  const { clipped } = await writeStack(out, result.estimate, request);
  if (psfOut !== undefined)
    await writeTiffStack(psfOut, result.psf ?? psf, { format: request.format });
  if (statistics !== undefined) await writeIterationLog(statistics, result.log);
  const flux = {
    input: sum(stack.data) - background * stack.data.length,
    output: sum(result.estimate.data),
  };
  const usedPsf = result.psf ?? psf;
  const reblurResidual =
    result.tiles > 1
      ? null
      : relativeResidual(stack.data, blurAgain(result.estimate, usedPsf, boundary), background);
  return {
    file: out,
    settings,
    shape: stack.shape,
    voxelSizeUm: stack.voxelSizeUm,
    sampleType: request.sampleType,
    format: request.format,
    offset: light.offset,
    psf: { shape: psf.shape, keptLight, notes },
    updates: result.updates,
    tiles: result.tiles,
    seconds,
    memoryBytes,
    flux,
    reblurResidual,
    clipped,
    warnings: [
      ...psfWarnings,
      ...light.warnings,
      ...judgeResult({ stack, psf: usedPsf, background, flux, reblurResidual }),
      ...fewLevels(result.estimate, request),
    ],
  };
}

/** So few gray values show as steps. */
const FEW_LEVELS = 256;

function fewLevels({ data }: Volume, { sampleType }: StackFormat): string[] {
  if (sampleType !== 'uint16') return [];
  const largest = data.reduce((most, value) => Math.max(most, value), 0);
  if (largest >= FEW_LEVELS) return [];
  const left = Math.round(largest) + 1;
  return [
    `uint16 keeps ${left} gray values of a result that ends at ${largest.toPrecision(4)}: give --sample-type float32`,
  ];
}

/** The settings; for the Wiener filter with the ratio that its data ask for, unless given. */
function withRatio(settings: ClassicalSettings, stack: Volume, psf: Volume): ClassicalSettings {
  if (settings.algorithm !== 'wiener' || settings.noiseToSignal !== undefined) return settings;
  const { noiseToSignal } = wienerPrior(stack, psf, settings.background);
  return { ...settings, noiseToSignal };
}

async function readStart(path: string, stack: Volume): Promise<Volume> {
  const { voxelSizeUm } = stack;
  const { volume } = await readTiffStack(path, { voxelSizeUm });
  assertShapeOf('--start', volume, stack);
  return volume;
}

function assertShapeOf(option: string, volume: Volume, stack: Volume): void {
  assertRange(
    sameShape(volume.shape, stack.shape),
    'deconvolve',
    option,
    `have the shape of the stack, ${formatValue(stack.shape)}`,
    volume.shape,
  );
}
