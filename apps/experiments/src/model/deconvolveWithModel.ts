import { asGpuMemoryError } from '@blurcycle/compute';
import { standardDeviation, type Shape3, type Volume } from '@blurcycle/core';
import type { TileOptions } from '@blurcycle/data';
import { explainTileMemory } from '../explainGpuMemory.ts';
import { applyWhole } from '../runs/predictVolume.ts';
import { chooseTiles, smallerTiles, tileMemoryBytes, type TileWishes } from './fitTiles.ts';
import { fromNetworkScale, toNetworkScale } from '../stacks/intensityScale.ts';
import { kernelResidual } from '../runs/kernelResidual.ts';
import type { LoadedModel } from './loadModel.ts';
import { predictTiles, type TiledPrediction } from './predictTiles.ts';

/** How a stack goes through a model. */
export interface ModelDeconvolutionOptions extends TileWishes {
  /** Memory in bytes that may be taken; tiles are made smaller until they fit. */
  readonly availableBytes: number;
  /** Told once the tiles are chosen, and again if they had to be made smaller. */
  readonly say: (line: string) => void;
  readonly onTile?: (done: number, total: number) => void;
  /** Applies the network to one tile. @defaultValue the model's generator */
  readonly apply?: (tile: Volume) => Promise<Volume>;
}

/** A deconvolved stack and how far it can be trusted. */
export interface ModelDeconvolution {
  /** Shape, voxel size and intensity scale of the stack. */
  readonly estimate: Volume;
  readonly tile: Shape3;
  readonly overlap: Shape3;
  readonly tiles: number;
  readonly memoryBytes: number;
  /**
   * Root mean square difference of two tiles where both show a voxel, as a part of the result's
   * standard deviation; null without overlaps.
   */
  readonly tileMismatch: number | null;
  /** See `kernelResidual`; null for a model without a kernel. */
  readonly reblurResidual: number | null;
}

/**
 * Deconvolves a stack with a model: intensities to the network's scale, tile by tile, and back.
 *
 * When memory runs out the tiles are halved along their longest side, down to 16 voxels. A GPU that
 * was lost does not come back in this process: its error names the tiles to try next.
 *
 * Memory: two volumes beside the stack and the result, and `tileMemoryBytes` for the network.
 */
export async function deconvolveWithModel(
  { config, generator, kernel }: Pick<LoadedModel, 'config' | 'generator' | 'kernel'>,
  stack: Volume,
  options: ModelDeconvolutionOptions,
): Promise<ModelDeconvolution> {
  const { availableBytes, say, onTile, apply = (tile) => applyWhole(generator, tile) } = options;
  const { width } = config.network;
  const observed = toNetworkScale(stack, config.intensity);
  let tiles = fitInto(
    availableBytes,
    chooseTiles(stack.shape, config.inference, options),
    width,
    say,
  );
  let prediction: TiledPrediction | undefined;
  while (prediction === undefined) {
    try {
      prediction = await predictTiles(observed, tiles, apply, onTile);
    } catch (error) {
      const smaller = isOutOfMemory(error) ? smallerTiles(tiles) : null;
      if (smaller === null) throw explainTileMemory(error, 'deconvolve', tiles.tile, '--tile');
      say(`out of memory with tiles of ${sides(tiles.tile)}; trying ${sides(smaller.tile)}`);
      tiles = smaller;
    }
  }
  const { estimate, mismatch } = prediction;
  const spread = standardDeviation(estimate.data);
  return {
    estimate: fromNetworkScale(estimate, config.intensity),
    tile: tiles.tile,
    overlap: tiles.overlap,
    tiles: prediction.tiles,
    memoryBytes: tileMemoryBytes(tiles.tile, width),
    tileMismatch: mismatch === null ? null : mismatch / spread,
    reblurResidual: kernel === null ? null : kernelResidual(estimate, observed, kernel),
  };
}

/** Tiles that the estimate says will fit. */
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
      `tiles of ${sides(wanted.tile)} need about ${need} MiB, ${mebibytes(availableBytes)} MiB are free: taking ${sides(tiles.tile)}`,
    );
  }
  return tiles;
}

/** What GPU back-ends, V8 and the native kernels say when there is no more memory. */
function isOutOfMemory(error: unknown): boolean {
  if (asGpuMemoryError(error) !== null) return true;
  const text = error instanceof Error ? error.message : String(error);
  return /allocation failed|bad_alloc|invalid (typed )?array( buffer)? length|cannot allocate/i.test(
    text,
  );
}

function sides(shape: Shape3): string {
  return shape.join(' x ');
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
