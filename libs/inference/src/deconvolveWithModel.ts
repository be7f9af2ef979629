import { asGpuMemoryError } from '@blurcycle/compute';
import {
  formatShape,
  type Precision,
  standardDeviation,
  type Shape3,
  type Volume,
} from '@blurcycle/core';
import type { TileOptions } from '@blurcycle/data';
import type { ModelConfig } from '@blurcycle/experiment';
import { type IntensityScale, toNetworkScale } from '@blurcycle/stacks';
import { averageTurns, turnsOf } from './averageTurns.ts';
import { explainTileMemory } from './gpuMemory.ts';
import { asPsf } from './kernelResidual.ts';
import type { LoadedModel } from './readModel.ts';
import { predictTiles, type TiledPrediction } from './predictTiles.ts';
import { applyWhole } from './predictVolume.ts';
import { scaleOfStack, stackLevels } from './stackScale.ts';
import { chooseTiles, smallerTiles, tileMemoryBytes, type TileWishes } from './tiles.ts';
import { type LightResult, type LightWishes, toLight } from './toLight.ts';

/** How a model is applied to a stack. */
export interface ModelDeconvolutionOptions extends TileWishes, LightWishes {
  /** Available memory in bytes; tiles are made smaller until they fit. */
  readonly availableBytes: number;
  /** Called when the tiles are chosen, and again if they must be made smaller. */
  readonly say: (line: string) => void;
  readonly onTile?: (done: number, total: number) => void;
  /** Of the factors of convolutions. @defaultValue that of the model */
  readonly precision?: Precision | undefined;
  /**
   * The result is the mean over so many flips and turns of the stack (`turnsOf`), or over all that
   * tiles and PSF allow where these are fewer. @defaultValue 8 for a model of simulated pairs,
   * which has learned them, otherwise 1
   */
  readonly turns?: number | undefined;
  /** Applies the network to one tile. @defaultValue the model's generator */
  readonly apply?: (tile: Volume) => Promise<Volume>;
}

/** A deconvolved stack and how far it can be trusted. */
export interface ModelDeconvolution extends LightResult {
  readonly tile: Shape3;
  readonly overlap: Shape3;
  readonly tiles: number;
  readonly memoryBytes: number;
  readonly precision: Precision;
  /** Flips and turns of the stack, over which the result is the mean. */
  readonly turns: number;
  /**
   * Root mean square difference of two tiles where both show a voxel, as a fraction of the result's
   * standard deviation; null without overlaps.
   */
  readonly tileMismatch: number | null;
}

/** What is needed of a model. */
type AppliedModel = Pick<LoadedModel, 'generator' | 'kernel'> & {
  readonly config: Pick<ModelConfig, 'intensity' | 'inference' | 'stackScale'> & {
    readonly network: Pick<ModelConfig['network'], 'width' | 'normalization'>;
  };
};

/**
 * Deconvolves a stack with a model: intensities to the network's scale, tile by tile, and back to
 * the light of the stack (`fitLight`). A factor or an offset of the stack is one of the result.
 *
 * When memory runs out the tiles are halved along their longest side, down to 16 voxels. A GPU that
 * was lost does not come back in this process: its error names the tiles to try next.
 *
 * Memory: two volumes beside the stack and the result, and `tileMemoryBytes` for the network. Time:
 * that of the network times `turns`.
 */
export async function deconvolveWithModel(
  { config, generator, kernel }: AppliedModel,
  stack: Volume,
  options: ModelDeconvolutionOptions,
): Promise<ModelDeconvolution> {
  const { availableBytes, say, onTile, precision = config.inference.precision } = options;
  const { width, normalization = 'instance' } = config.network;
  const psf = kernel === null ? null : asPsf(kernel, stack.voxelSizeUm);
  const { apply: once = (tile) => applyWhole(generator, tile, precision) } = options;
  const { turns: most = config.stackScale === undefined ? 1 : TURNS } = options;
  const turnsFor = ({ tile }: TileOptions): ReturnType<typeof turnsOf> =>
    turnsOf(psf, stack, tile).slice(0, most);
  const intensity = scaleFor(config, stack, psf);
  const observed = toNetworkScale(stack, intensity);
  let tiles = fitInto(
    availableBytes,
    chooseTiles(stack.shape, config.inference, options),
    width,
    say,
  );
  let prediction: TiledPrediction | undefined;
  while (prediction === undefined) {
    try {
      const trim = normalization === 'none' ? trimOf(tiles.overlap) : NO_TRIM;
      const apply = averageTurns(once, turnsFor(tiles));
      prediction = await predictTiles(observed, { ...tiles, trim }, apply, onTile);
    } catch (error) {
      const smaller = isOutOfMemory(error) ? smallerTiles(tiles) : null;
      if (smaller === null) throw explainTileMemory(error, 'deconvolve', tiles.tile, '--tile');
      say(
        `out of memory with tiles of ${formatShape(tiles.tile)}; trying ${formatShape(smaller.tile)}`,
      );
      tiles = smaller;
    }
  }
  const { estimate, mismatch } = prediction;
  const spread = standardDeviation(estimate.data);
  return {
    ...toLight(estimate, stack, intensity, psf, options),
    tile: tiles.tile,
    overlap: tiles.overlap,
    tiles: prediction.tiles,
    memoryBytes: tileMemoryBytes(tiles.tile, width),
    precision,
    turns: turnsFor(tiles).length,
    tileMismatch: mismatch === null ? null : mismatch / spread,
  };
}

/** The scale of a stack: its own for a model that asks for it. */
function scaleFor(
  { intensity, stackScale }: AppliedModel['config'],
  stack: Volume,
  psf: Volume | null,
): IntensityScale {
  if (stackScale === undefined || psf === null) return intensity;
  return scaleOfStack(stackLevels(stack, psf), stackScale.brightness);
}

/** All flips: half of all turns of a symmetric PSF, for most of what they gain. */
const TURNS = 8;
const NO_TRIM: Shape3 = [0, 0, 0];

/**
 * A quarter of the overlap at each side: there the network sees the zeros around a tile. The rest
 * of the overlap is blended.
 */
function trimOf(overlap: Shape3): Shape3 {
  const side = (axis: 0 | 1 | 2): number => Math.floor(overlap[axis] / 4);
  return [side(0), side(1), side(2)];
}

/** Tiles that fit the memory by its estimate. */
function fitInto(
  availableBytes: number,
  wanted: TileOptions,
  width: number,
  say: (line: string) => void,
): TileOptions {
  let tiles = wanted;
  while (tileMemoryBytes(tiles.tile, width) > availableBytes) {
    const smaller = smallerTiles(tiles);
    if (smaller === null) break;
    tiles = smaller;
  }
  if (tiles !== wanted) {
    const need = mebibytes(tileMemoryBytes(wanted.tile, width));
    say(
      `tiles of ${formatShape(wanted.tile)} need about ${need} MiB, ${mebibytes(availableBytes)} MiB are free: using ${formatShape(tiles.tile)}`,
    );
  }
  return tiles;
}

/** Messages of GPU back-ends, V8 and the native kernels when there is no more memory. */
function isOutOfMemory(error: unknown): boolean {
  if (asGpuMemoryError(error) !== null) return true;
  const text = error instanceof Error ? error.message : String(error);
  return /allocation failed|bad_alloc|invalid (typed )?array( buffer)? length|cannot allocate/i.test(
    text,
  );
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
