import { asGpuMemoryError } from '@blurcycle/compute';
import {
  createVolume,
  formatShape,
  type Precision,
  standardDeviation,
  voxelIndex,
  type Shape3,
  type Volume,
} from '@blurcycle/core';
import { addTile, cutTile, planTiles, type TileOptions, type TilePlan } from '@blurcycle/data';
import { fromNetworkScale, toNetworkScale } from '@blurcycle/stacks';
import {
  chooseTiles,
  explainTileMemory,
  smallerTiles,
  tileMemoryBytes,
  type TileWishes,
} from './gpuMemory.ts';
import { kernelResidual } from './kernelResidual.ts';
import type { LoadedModel } from './loadModel.ts';
import { applyWhole } from './predictVolume.ts';

/**
 * A volume put together from tiles, and how well neighboring tiles agreed before they were
 * blended.
 */
interface TiledPrediction {
  readonly estimate: Volume;
  readonly tiles: number;
  /**
   * Root mean square difference of two tiles where both show a voxel; null when no tiles overlap.
   */
  readonly mismatch: number | null;
}

/**
 * Applies an operation to a volume tile by tile, blends the overlaps, and measures how far the
 * tiles disagree there.
 *
 * Instance normalization takes its statistics from the tile, so two tiles give two values for one
 * voxel; blending hides the difference, which is therefore measured. Each further value of a voxel
 * is compared with its first.
 *
 * Memory: two volumes beside the input, one tile and its result.
 *
 * @param apply - Gives a volume of the shape it gets.
 */
export async function predictTiles(
  volume: Volume,
  options: TileOptions,
  apply: (tile: Volume) => Promise<Volume>,
  onTile?: (done: number, total: number) => void,
): Promise<TiledPrediction> {
  const plan = planTiles(volume.shape, options);
  const tiles = plan.tiles.length;
  const estimate = createVolume(volume.shape, volume.voxelSizeUm);
  const comparison = createComparison(plan);
  for (let i = 0; i < tiles; i++) {
    const tile = await apply(cutTile(volume, plan, i));
    addTile(estimate, plan, i, tile);
    comparison.add(i, tile);
    onTile?.(i + 1, tiles);
  }
  return { estimate, tiles, mismatch: comparison.rootMeanSquare() };
}

function createComparison({ shape, tile: tileShape, tiles }: TilePlan) {
  const first = new Float32Array(tiles.length > 1 ? shape[0] * shape[1] * shape[2] : 0).fill(NaN);
  let sum = 0;
  let count = 0;
  return {
    add(index: number, tile: Volume): void {
      if (first.length === 0) return;
      const { origin } = tiles[index];
      const start = origin.map((place) => Math.max(0, -place));
      const end = origin.map((place, axis) => Math.min(tileShape[axis], shape[axis] - place));
      for (let z = start[0]; z < end[0]; z++) {
        for (let y = start[1]; y < end[1]; y++) {
          const from = voxelIndex(tileShape, z, y, 0);
          const to = voxelIndex(shape, origin[0] + z, origin[1] + y, origin[2]);
          for (let x = start[2]; x < end[2]; x++) {
            const difference = tile.data[from + x] - first[to + x];
            if (Number.isNaN(difference)) first[to + x] = tile.data[from + x];
            else {
              sum += difference ** 2;
              count++;
            }
          }
        }
      }
    },
    rootMeanSquare: (): number | null => (count === 0 ? null : Math.sqrt(sum / count)),
  };
}

/** How a model is applied to a stack. */
export interface ModelDeconvolutionOptions extends TileWishes {
  /** Available memory in bytes; tiles are made smaller until they fit. */
  readonly availableBytes: number;
  /** Called when the tiles are chosen, and again if they must be made smaller. */
  readonly say: (line: string) => void;
  readonly onTile?: (done: number, total: number) => void;
  /** Of the factors of convolutions. @defaultValue that of the model */
  readonly precision?: Precision | undefined;
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
  readonly precision: Precision;
  /**
   * Root mean square difference of two tiles where both show a voxel, as a fraction of the result's
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
  const { availableBytes, say, onTile, precision = config.inference.precision } = options;
  const { apply = (tile) => applyWhole(generator, tile, precision) } = options;
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
      say(
        `out of memory with tiles of ${formatShape(tiles.tile)}; trying ${formatShape(smaller.tile)}`,
      );
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
    precision,
    tileMismatch: mismatch === null ? null : mismatch / spread,
    reblurResidual: kernel === null ? null : kernelResidual(estimate, observed, kernel),
  };
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
