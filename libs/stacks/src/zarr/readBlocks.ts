import { type Volume } from '@blurcycle/core';
import type * as zarr from 'zarrita';
import { type FolderStore, MissingChunk } from './folderStore.ts';
import type { ZarrAxis } from './zarrImage.ts';

type NumberArray = zarr.Array<zarr.NumberDataType, FolderStore>;

/** Reading more chunks than this for one stack takes minutes: damage, or no image. */
const MOST_CHUNKS = 2 ** 20;
/** So many chunks of fewer values than 16 x 16 x 16 are damage, too. */
const MOST_SMALL_CHUNKS = 2 ** 15;
const SMALL_CHUNK = 16 ** 3;

/** A run of places along an axis: in the chunk, in the volume, and how many. */
interface Span {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly fromStride: number;
  readonly toStride: number;
}

/**
 * Reads one stack of an array, chunk after chunk, into a volume.
 *
 * @param fixed - Places along the axes that the volume does not have, from 0.
 * @returns Names of the chunks that are not there.
 */
export async function readBlocks(
  array: NumberArray,
  axes: readonly ZarrAxis[],
  fixed: Readonly<Record<'t' | 'c', number>>,
  { data, shape }: Volume,
): Promise<readonly string[]> {
  const { chunks } = array;
  const [, height, width] = shape;
  const strides = { t: 0, c: 0, z: height * width, y: width, x: 1 };
  const ranges = axes.map((axis, i): readonly [first: number, end: number] =>
    axis === 't' || axis === 'c' ? [fixed[axis], fixed[axis] + 1] : [0, array.shape[i]],
  );
  const grid = ranges.map(([first, end], i) => {
    const start = Math.floor(first / chunks[i]);
    return { start, count: Math.ceil(end / chunks[i]) - start };
  });
  const total = grid.reduce((product, { count }) => product * count, 1);
  const values = chunks.reduce((product, side) => product * side, 1);
  if (total > (values < SMALL_CHUNK ? MOST_SMALL_CHUNKS : MOST_CHUNKS))
    throw new Error(
      `a stack of it has ${total} chunks of ${values} values, which are too many (store it in larger ones)`,
    );
  const missing: string[] = [];
  for (let n = 0; n < total; n++) {
    const place = placeOf(n, grid);
    const chunk = await chunkAt(array, place);
    const spans = axes.map((axis, i): Span => {
      const [first, end] = ranges[i];
      const from = Math.max(first, place[i] * chunks[i]);
      const count = Math.min(end, (place[i] + 1) * chunks[i]) - from;
      return {
        ...{ from: from - place[i] * chunks[i], to: from - first, count },
        ...{ fromStride: chunk?.stride[i] ?? 0, toStride: strides[axis] },
      };
    });
    if (chunk === undefined) missing.push(place.join('/'));
    copyBlock(chunk?.data ?? [fillOf(array)], data, spans);
  }
  return missing;
}

function placeOf(
  n: number,
  grid: readonly { readonly start: number; readonly count: number }[],
): number[] {
  const place: number[] = [];
  let rest = n;
  for (let i = grid.length - 1; i >= 0; i--) {
    place[i] = grid[i].start + (rest % grid[i].count);
    rest = Math.floor(rest / grid[i].count);
  }
  return place;
}

/** A decoded chunk; undefined where it has no file. */
async function chunkAt(array: NumberArray, place: number[]) {
  try {
    const chunk = await array.getChunk(place);
    const expected = array.chunks.reduce((product, side) => product * side, 1);
    if (chunk.data.length !== expected)
      throw new Error(`a chunk has ${chunk.data.length} values instead of ${expected}: damaged`);
    return chunk;
  } catch (error) {
    if (error instanceof MissingChunk) return undefined;
    throw error;
  }
}

/** What an array holds where it has no chunk. */
function fillOf({ fillValue }: NumberArray): number {
  // Null: nobody said.
  if (fillValue === null || fillValue === undefined) return 0;
  if (typeof fillValue === 'number') return fillValue;
  throw new Error('its fill value is no number, and some of its chunks are not there');
}

/** Copies a box of values between arrays of any strides; a stride of 0 repeats a value. */
function copyBlock(
  values: ArrayLike<number>,
  into: Float32Array,
  spans: readonly Span[],
  at = 0,
  from = 0,
  to = 0,
): void {
  const span = spans[at];
  const source = from + span.from * span.fromStride;
  const target = to + span.to * span.toStride;
  if (at < spans.length - 1) {
    for (let i = 0; i < span.count; i++) {
      const [next, goal] = [source + i * span.fromStride, target + i * span.toStride];
      copyBlock(values, into, spans, at + 1, next, goal);
    }
    return;
  }
  for (let i = 0; i < span.count; i++)
    into[target + i * span.toStride] = values[source + i * span.fromStride];
}
