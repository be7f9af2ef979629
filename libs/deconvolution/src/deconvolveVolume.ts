import { createHash } from 'node:crypto';
import {
  describeViolation,
  formatValue,
  InputError,
  type Shape3,
  sum,
  type Volume,
} from '@blurcycle/core';
import type { TileOptions } from '@blurcycle/data';
import type { ClassicalSettings } from '@blurcycle/experiment';
import { availableMemoryBytes } from '@blurcycle/files';
import { type UpdatesEnd, wienerPrior } from '@blurcycle/imaging';
import { relativeResidual } from '@blurcycle/metrics';
import { type BadVoxelOptions, findBadVoxels } from './badVoxels.ts';
import { assertMemory } from './classicalMemory.ts';
import { blurAgain } from './blurAgain.ts';
import { deconvolveStack, type StackDeconvolution } from './deconvolveStack.ts';
import type { IterationRow, ScoredTruth } from './iterationLog.ts';
import { judgeResult, type Offset, subtractOffset } from './light.ts';
import type { StackPsf } from './fitPsf.ts';

/** How one z stack is deconvolved. */
export interface VolumeDeconvolution {
  readonly settings: ClassicalSettings;
  readonly offset: Offset | undefined;
  readonly tile: Shape3 | undefined;
  readonly overlap: Shape3 | undefined;
  /** First estimate. */
  readonly start: Volume | undefined;
  /** Keep statistics of every iteration. */
  readonly log: boolean;
  readonly truth: ScoredTruth | undefined;
  /** Whether the stack holds what a camera counted. */
  readonly isRaw: boolean;
  readonly hotVoxels: BadVoxelOptions['hotVoxels'];
  readonly saturation: BadVoxelOptions['saturation'];
  readonly excluded?: BadVoxelOptions['excluded'];
  readonly onUpdate: StackDeconvolution['onUpdate'];
}

/** Report on one deconvolved z stack. */
export interface VolumeReport {
  /** What was asked for, with what was chosen from the data. */
  readonly settings: ClassicalSettings;
  /** What was subtracted from the stack. */
  readonly offset: number;
  /** Voxels that were found; see `findBadVoxels`. */
  readonly hot: number;
  readonly saturated: number;
  /** Voxels that the mask of the user leaves out. */
  readonly excluded: number;
  /**
   * The PSF that was used. `notes`: what was done to its file; `sha256`: of its values as 32-bit
   * floating point.
   */
  readonly psf: Pick<StackPsf, 'keptLight' | 'notes'> & {
    readonly shape: Shape3;
    readonly sha256: string;
  };
  readonly updates: number;
  readonly tiles: number;
  /** Where updates ended, and why; null for linear and blind methods, and where there are tiles. */
  readonly end: UpdatesEnd | null;
  readonly seconds: number;
  /** Estimated memory beside that of the program itself. */
  readonly memoryBytes: number;
  /** Sums over the voxels: of the data above background, and of the result. */
  readonly flux: { readonly input: number; readonly output: number };
  /** See `relativeResidual`; null where the stack was cut into tiles. */
  readonly reblurResidual: number | null;
  readonly warnings: readonly string[];
}

/** A result, the PSF behind it, its statistics and the report on it. */
interface DeconvolvedVolume {
  readonly estimate: Volume;
  readonly psf: Volume;
  readonly log: readonly IterationRow[];
  readonly report: VolumeReport;
}

/** Deconvolves one z stack by a classical method, and judges the result. */
export async function deconvolveVolume(
  volume: Volume,
  { psf, keptLight, notes, warnings: psfWarnings }: StackPsf,
  request: VolumeDeconvolution,
): Promise<DeconvolvedVolume> {
  const bad = findBadVoxels(volume, request);
  const light = subtractOffset(bad.stack, request.offset, request.settings, request.isRaw);
  const { stack } = light;
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
    ...(bad.mask === undefined ? {} : { mask: bad.mask }),
    ...(request.start === undefined ? {} : { start: request.start }),
    ...(request.log ? { log: { truth: request.truth } } : {}),
  });
  const seconds = (performance.now() - began) / 1000;
  const { background = 0, boundary } = settings;
  const usedPsf = result.psf ?? psf;
  const isSeen = bad.excluded > 0 || result.tiles === 1;
  const expected = isSeen ? blurAgain(result.estimate, usedPsf, boundary) : undefined;
  const judged = withoutExcluded(stack, request.excluded, expected, background);
  const flux = {
    input: sum(judged.data) - background * judged.data.length,
    output: sum(result.estimate.data),
  };
  const reblurResidual =
    result.tiles > 1 || expected === undefined
      ? null
      : relativeResidual(judged.data, expected, background);
  return {
    estimate: result.estimate,
    psf: usedPsf,
    log: result.log,
    report: {
      settings,
      offset: light.offset,
      hot: bad.hot,
      saturated: bad.saturated,
      excluded: bad.excluded,
      psf: { shape: psf.shape, keptLight, notes, sha256: hashOf(usedPsf) },
      updates: result.updates,
      tiles: result.tiles,
      end: result.end ?? null,
      seconds,
      memoryBytes,
      flux,
      reblurResidual,
      warnings: [
        ...psfWarnings,
        ...bad.warnings,
        ...light.warnings,
        ...judgeResult({ stack: judged, psf: usedPsf, background, flux, reblurResidual }),
      ],
    },
  };
}

/** The stack with what the result explains in place of voxels that do not count. */
function withoutExcluded(
  stack: Volume,
  excluded: Volume | undefined,
  expected: ArrayLike<number> | undefined,
  background: number,
): Volume {
  if (excluded === undefined || expected === undefined) return stack;
  const data = stack.data.map((value, i) =>
    excluded.data[i] === 0 ? value : expected[i] + background,
  );
  return { ...stack, data };
}

function hashOf({ data }: Volume): string {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return createHash('sha256').update(bytes).digest('hex');
}

/** The settings; for the Wiener filter with the ratio that its data ask for, unless given. */
function withRatio(settings: ClassicalSettings, stack: Volume, psf: Volume): ClassicalSettings {
  if (settings.algorithm !== 'wiener' || settings.noiseToSignal !== undefined) return settings;
  const { noiseToSignal } = wienerPrior(stack, psf, settings.background);
  return { ...settings, noiseToSignal };
}

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
