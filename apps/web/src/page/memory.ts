import { type Shape3, voxelCount } from '@blurcycle/core';
import { classicalMemoryBytes } from '@blurcycle/deconvolution';
import type { ClassicalSettings } from '@blurcycle/experiment';
import { chooseTiles, tileMemoryBytes } from '@blurcycle/inference/tiles';
import type { ModelFacts } from '../worker/protocol.ts';

/** Volumes of the stack's shape that the page keeps beside those of the worker. */
const PAGE_VOLUMES = 3;
/** Largest window of a computed PSF: that of `computedPsf`. */
const PSF_SIDE = 61;
/**
 * Volumes of the stack's shape while a model is applied: the stack on the network's scale, the
 * result, where tiles are compared, and the comparison with Richardson-Lucy with its spectra.
 */
const MODEL_VOLUMES = 10;
/** A layer lies in the module's memory once more while it runs: at most a quarter of all. */
const COPIED = 1.25;
/**
 * Bytes for each voxel of the grid while a GPU updates: three spectra, at most eight volumes; see
 * `createGpuUpdates`.
 */
const GPU_UPDATE_BYTES = 3 * 8 + 8 * 4;
/** Where `navigator.deviceMemory` tells so much, in GiB, there may be more: browsers cap it. */
const MOST_TOLD = 8;
const GIB = 2 ** 30;

/** What a deconvolution will take of the device, and whether that is there. */
export interface MemoryNeed {
  readonly bytes: number;
  /** Memory of the GPU in bytes; 0 without one. */
  readonly gpuBytes: number;
  /** Memory of the device in bytes; undefined where the browser does not say. */
  readonly device: number | undefined;
  readonly isTooMuch: boolean;
}

/**
 * The memory of a deconvolution, before it starts.
 *
 * @param deviceMemory - What `navigator.deviceMemory` says, in GiB.
 */
export function memoryNeed(
  stack: Shape3,
  settings: ClassicalSettings,
  deviceMemory: number | undefined,
  hasGpu = false,
): MemoryNeed {
  const side = (axis: number): number => Math.min(PSF_SIDE, stack[axis]);
  const bytes =
    classicalMemoryBytes(stack, [side(0), side(1), side(2)], settings) +
    PAGE_VOLUMES * 4 * voxelCount(stack);
  const grid = voxelCount([stack[0] + side(0) - 1, stack[1] + side(1) - 1, stack[2] + side(2) - 1]);
  const updates = hasGpu && settings.algorithm === 'richardson-lucy';
  return compare(bytes, updates ? GPU_UPDATE_BYTES * grid : 0, deviceMemory);
}

/** The memory that a model takes for a stack, before it starts. */
export function modelMemoryNeed(
  stack: Shape3,
  { tile, overlap, width }: Pick<ModelFacts, 'tile' | 'overlap' | 'width'>,
  deviceMemory: number | undefined,
  hasGpu = false,
): MemoryNeed {
  const wishes = { whole: false, tile: undefined, overlap: undefined };
  const tiles = chooseTiles(stack, { tile, overlap }, wishes);
  const network = tileMemoryBytes(tiles.tile, width);
  const volumes = (MODEL_VOLUMES + PAGE_VOLUMES) * 4 * voxelCount(stack);
  return hasGpu
    ? compare(volumes, network, deviceMemory)
    : compare(volumes + COPIED * network, 0, deviceMemory);
}

function compare(bytes: number, gpuBytes: number, deviceMemory: number | undefined): MemoryNeed {
  const device = deviceMemory === undefined ? undefined : deviceMemory * GIB;
  const known = deviceMemory !== undefined && deviceMemory < MOST_TOLD;
  return { bytes, gpuBytes, device, isTooMuch: known && bytes > deviceMemory * GIB };
}

/** The need in one line. */
export function describeMemory({ bytes, gpuBytes, device }: MemoryNeed): string {
  const size = (count: number): string =>
    count < GIB ? `${Math.round(count / 2 ** 20)} MiB` : `${(count / GIB).toPrecision(3)} GiB`;
  const told =
    device === undefined
      ? ''
      : `; this device says it has ${size(device)}${device >= MOST_TOLD * GIB ? ' or more' : ''}`;
  const onGpu = gpuBytes === 0 ? '' : ` and ${size(gpuBytes)} of the GPU's`;
  return `Takes about ${size(bytes)} of memory${onGpu}${told}.`;
}
