import { describeViolation, InputError, type Volume } from '@blurcycle/core';
import { applyTiled, planTiles, type TileOptions } from '@blurcycle/data';
import type { ClassicalSettings } from '@blurcycle/experiment';
import { deconvolveClassically } from './deconvolveClassically.ts';
import { iterationRow, type IterationRow, type ScoredTruth } from './iterationLog.ts';

/** What to do with one stack. */
export interface StackDeconvolution {
  readonly stack: Volume;
  /** Fits the stack; see `stackPsf`. */
  readonly psf: Volume;
  readonly settings: ClassicalSettings;
  /** First estimate of the Richardson-Lucy methods, above the setting. */
  readonly start?: Volume;
  /** Cut the stack into tiles, which are deconvolved one after the other. */
  readonly tiles?: TileOptions;
  /** Keep the statistics of every iteration, scored against the truth where there is one. */
  readonly log?: { readonly truth: ScoredTruth | undefined };
  /** Told after each update how many are done and how many there are at most, in all tiles together. */
  readonly onUpdate: (done: number, most: number) => void;
}

/** A result and how it came about. */
export interface StackEstimate {
  readonly estimate: Volume;
  /** Estimated by a blind method. */
  readonly psf?: Volume;
  /** Updates done; those of all tiles. */
  readonly updates: number;
  readonly tiles: number;
  readonly log: readonly IterationRow[];
}

/** Deconvolves a stack, whole or in tiles; the estimate has its shape, voxel size and intensity scale. */
export async function deconvolveStack(request: StackDeconvolution): Promise<StackEstimate> {
  const { stack, psf, settings, start, tiles, log, onUpdate } = request;
  if (tiles !== undefined) return deconvolveTiles(request, tiles);
  const rows: IterationRow[] = [];
  let updates = 0;
  const result = deconvolveClassically(stack, psf, settings, {
    onUpdate: (done, most) => {
      updates = done;
      onUpdate(done, most);
    },
    ...(log === undefined
      ? {}
      : { onIteration: (statistics, estimate) => rows.push(iterationRow(statistics, estimate, log.truth)) }),
    ...(start === undefined ? {} : { start }),
  });
  return { ...result, updates, tiles: 1, log: rows };
}

async function deconvolveTiles(
  { stack, psf, settings, start, log, onUpdate }: StackDeconvolution,
  tiles: TileOptions,
): Promise<StackEstimate> {
  refuseWhole(settings, start, log);
  const count = planTiles(stack.shape, tiles).tiles.length;
  let finished = 0;
  let updates = 0;
  let ofTile = 0;
  const estimate = await applyTiled(
    stack,
    tiles,
    (tile) =>
      deconvolveClassically(
        tile,
        psf,
        settings,
        {
          onUpdate: (done, most) => {
            ofTile = done;
            onUpdate(finished * most + done, count * most);
          },
        },
        stack,
      ).estimate,
    (done) => {
      finished = done;
      updates += ofTile;
    },
  );
  return { estimate, updates, tiles: count, log: [] };
}

/** What only makes sense for a stack that is deconvolved as a whole. */
function refuseWhole(
  settings: ClassicalSettings,
  start: Volume | undefined,
  log: StackDeconvolution['log'],
): void {
  const whole = [
    [settings.algorithm === 'blind-rl', '--method blind-rl', 'every tile would find a PSF of its own'],
    ['relativeTolerance' in settings, '--tolerance', 'every tile would stop at an iteration of its own'],
    [start !== undefined, '--start from a file', "give 'flat' or 'observed'"],
    [log !== undefined, '--stats', 'tiles are deconvolved one after the other'],
  ] as const;
  const found = whole.find(([applies]) => applies);
  if (found === undefined) return;
  throw new InputError(
    describeViolation('deconvolve', '--tile', `not go with ${found[1]}`, 'both', found[2]),
  );
}
