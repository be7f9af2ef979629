import { describeViolation, InputError, type Volume } from '@blurcycle/core';
import { applyTiled, cutTile, planTiles, type TileOptions } from '@blurcycle/data';
import type { ClassicalSettings } from '@blurcycle/experiment';
import type { UpdatesEnd } from '@blurcycle/imaging';
import { blurAgain } from './blurAgain.ts';
import { deconvolveClassically } from './deconvolveClassically.ts';
import {
  iterationRow,
  type IterationRow,
  linearStatistics,
  type ScoredTruth,
} from './iterationLog.ts';

/** What to do with one stack. */
export interface StackDeconvolution {
  readonly stack: Volume;
  /** Fits the stack; see `stackPsf`. */
  readonly psf: Volume;
  readonly settings: ClassicalSettings;
  /** First estimate of the Richardson-Lucy methods; overrides the setting. */
  readonly start?: Volume;
  /** 1 for voxels to believe, 0 for others; for the Richardson-Lucy methods. */
  readonly mask?: Float32Array;
  /** Cut the stack into tiles, which are deconvolved one after the other. */
  readonly tiles?: TileOptions;
  /**
   * Keep the statistics of every iteration (a linear method has one), in every tile, scored against
   * the truth where there is one.
   */
  readonly log?: { readonly truth: ScoredTruth | undefined };
  /**
   * Called after each update with the number of updates done and the most that there can be, over
   * all tiles.
   */
  readonly onUpdate: (done: number, most: number) => void;
}

/** A result and how it was computed. */
interface StackEstimate {
  readonly estimate: Volume;
  /** Estimated by a blind method. */
  readonly psf?: Volume;
  /** Updates done; those of all tiles. */
  readonly updates: number;
  readonly tiles: number;
  /** Where updates ended; of Richardson-Lucy on a whole stack. */
  readonly end?: UpdatesEnd;
  readonly log: readonly IterationRow[];
}

/**
 * Deconvolves a stack, whole or in tiles; the estimate has its shape, voxel size and intensity
 * scale.
 */
export async function deconvolveStack(request: StackDeconvolution): Promise<StackEstimate> {
  const { stack, tiles, log, onUpdate } = request;
  if (tiles !== undefined) return deconvolveTiles(request, tiles);
  return { ...deconvolveOne(request, stack, request.mask, log?.truth, onUpdate), tiles: 1 };
}

/** Deconvolves the stack or a tile of it in one piece. */
function deconvolveOne(
  { stack, psf, settings, start, log }: StackDeconvolution,
  piece: Volume,
  mask: Float32Array | undefined,
  truth: ScoredTruth | undefined,
  onUpdate: StackDeconvolution['onUpdate'],
): Omit<StackEstimate, 'tiles'> {
  const rows: IterationRow[] = [];
  let updates = 0;
  let end: UpdatesEnd | undefined;
  const result = deconvolveClassically(
    piece,
    psf,
    settings,
    {
      onUpdate: (done, most) => {
        updates = done;
        onUpdate(done, most);
      },
      onEnd: (found) => {
        end = found;
        updates = found.updates;
      },
      ...(log === undefined
        ? {}
        : {
            onIteration: (statistics, estimate) =>
              rows.push(iterationRow(statistics, estimate, truth)),
          }),
      ...(start === undefined ? {} : { start }),
      ...(mask === undefined ? {} : { mask }),
    },
    stack,
  );
  if (log !== undefined && rows.length === 0) {
    const { data } = result.estimate;
    const expected = blurAgain(result.estimate, psf, settings.boundary);
    const statistics = linearStatistics(
      updates,
      piece.data,
      expected,
      data,
      settings.background ?? 0,
    );
    rows.push(iterationRow(statistics, data, truth));
  }
  return { ...result, updates, ...(end === undefined ? {} : { end }), log: rows };
}

async function deconvolveTiles(
  request: StackDeconvolution,
  tiles: TileOptions,
): Promise<StackEstimate> {
  const { stack, settings, start, log, onUpdate } = request;
  refuseWhole(settings, start);
  const plan = planTiles(stack.shape, tiles);
  const count = plan.tiles.length;
  const rows: IterationRow[] = [];
  let finished = 0;
  let updates = 0;
  const estimate = await applyTiled(
    stack,
    tiles,
    (tile) => {
      const truth =
        log?.truth === undefined
          ? undefined
          : { ...log.truth, volume: cutTile(log.truth.volume, plan, finished) };
      const mask =
        request.mask === undefined
          ? undefined
          : cutTile({ ...stack, data: request.mask }, plan, finished).data;
      const result = deconvolveOne(request, tile, mask, truth, (done, most) =>
        onUpdate(finished * most + done, count * most),
      );
      updates += result.updates;
      rows.push(...result.log.map((row) => ({ tile: finished + 1, ...row })));
      return result.estimate;
    },
    (done) => {
      finished = done;
    },
  );
  return { estimate, updates, tiles: count, log: rows };
}

/** Refuses what only makes sense for a stack that is deconvolved as a whole. */
function refuseWhole(settings: ClassicalSettings, start: Volume | undefined): void {
  const whole = [
    [
      settings.algorithm === 'blind-rl',
      '--method blind-rl',
      'every tile would find a PSF of its own',
    ],
    [
      'relativeTolerance' in settings,
      '--tolerance',
      'every tile would stop at an iteration of its own',
    ],
    [
      'stop' in settings && settings.stop !== 'iterations',
      '--stop discrepancy or held-out',
      'every tile would stop at an iteration of its own',
    ],
    [start !== undefined, '--start from a file', "give 'flat' or 'observed'"],
  ] as const;
  const found = whole.find(([applies]) => applies);
  if (found === undefined) return;
  throw new InputError(
    describeViolation('deconvolve', '--tile', `not go with ${found[1]}`, 'both', found[2]),
  );
}
