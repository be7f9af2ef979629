import { createVolume, InputError, type Shape3 } from '@blurcycle/core';
import {
  type Acquisition,
  assertFits,
  chooseStack,
  chooseVoxelSize,
  explained,
  isPlausible,
  pickFrom1,
  type ReadTiffOptions,
  SAMPLE_TYPES,
} from '@blurcycle/data';
import { availableMemoryBytes } from '@blurcycle/files';
import * as zarr from 'zarrita';
import { boundCodecs } from './boundedCodecs.ts';
import { describeZarrError } from './describeZarrError.ts';
import { FolderStore } from './folderStore.ts';
import { readBlocks } from './readBlocks.ts';
import { listOf, omeFields, parseImages, type ZarrImage } from './zarrImage.ts';

const WHERE = 'readStack';

/**
 * Opens a folder of OME-Zarr: versions 2 and 3 of Zarr, the first level of its multiscales.
 *
 * Axes t, c, z, y, x in any order; integers of 8 to 32 bits and floating point of 32 and 64 bits;
 * without compression or with blosc, zstd, lz4, gzip or zlib; shards. A chunk that is not there
 * holds the fill value, as Zarr says; a warning counts them.
 *
 * Memory: one stack and one chunk; a damaged folder cannot demand more.
 *
 * @throws {InputError} One line that names the folder, what is wrong, and what to do: for plates,
 *   label images, arrays without the metadata of OME, damage.
 */
export async function openZarr(path: string, options: ReadTiffOptions = {}): Promise<Acquisition> {
  boundCodecs();
  const { maxBytes = availableMemoryBytes() } = options;
  return explained(path, WHERE, async () => {
    const { group, image } = await findImage(path, options);
    const array = await openNode(group.resolve(image.level));
    if (array.kind === 'group') throw new Error(`its level '${image.level}' is no array`);
    const sampleType = SAMPLE_TYPES.find((known) => known === array.dtype);
    if (sampleType === undefined || !array.is('number')) {
      throw new Error(
        `its values are ${array.dtype}, where integers of 8 to 32 bits and floating point of 32 and 64 are read`,
      );
    }
    const { axes } = image;
    assertSides(array.shape, axes.length, 'shape');
    assertSides(array.chunks, axes.length, 'chunks');
    const sideOf = (name: (typeof axes)[number]): number =>
      axes.includes(name) ? array.shape[axes.indexOf(name)] : 1;
    const shape: Shape3 = [sideOf('z'), sideOf('y'), sideOf('x')];
    const [channels, timePoints] = [sideOf('c'), sideOf('t')];
    if (options.pageAxis !== undefined) {
      throw new Error(
        `its axes have names, ${axes.join(', ')} (leave out --page-axis ${options.pageAxis})`,
      );
    }
    const place = { channels, timePoints, shape };
    if (options.single === true) chooseStack(path, place, options);
    const stated = image.statedVoxelSizeUm;
    const voxelSizeUm = chooseVoxelSize(WHERE, path, stated, options, false);
    assertFits(shape, maxBytes);
    assertChunkFits(array.chunks, maxBytes);
    const missing = new Set<string>();
    return {
      ...{ ...place, voxelSizeUm, sampleType },
      statedVoxelSizeUm: stated,
      isSizeStated: isPlausible(stated),
      read: (channel, timePoint) =>
        explained(path, WHERE, () =>
          understood('a chunk is damaged', async () => {
            const volume = createVolume(shape, voxelSizeUm);
            const fixed = { t: timePoint - 1, c: channel - 1 };
            for (const key of await readBlocks(array, axes, fixed, volume)) missing.add(key);
            return volume;
          }),
        ),
      warnings: () => describeMissing(missing.size),
      close: () => Promise.resolve(),
    };
  });
}

function describeMissing(count: number): readonly string[] {
  if (count === 0) return [];
  const what =
    count === 1 ? '1 chunk of the Zarr folder is' : `${count} chunks of the Zarr folder are`;
  return [`${what} not there and taken for empty, as Zarr says: was all of it copied?`];
}

type Group = zarr.Group<FolderStore>;

/** An image and the group that describes it. */
interface FoundImage {
  readonly group: Group;
  readonly image: ZarrImage;
}

/** The image of a folder; of several the one that is chosen. */
async function findImage(path: string, { series }: ReadTiffOptions): Promise<FoundImage> {
  const root = await openNode(zarr.root(new FolderStore(path)));
  if (root.kind === 'array') {
    throw new Error(
      'it is an array of Zarr without the metadata of OME (name the folder above it, which tells of its axes and voxels)',
    );
  }
  const images = await listImages(root);
  if (images.length === 0) {
    throw new Error(
      omeFields(root.attrs).has('labels')
        ? 'it lists label images (name the image that they belong to)'
        : 'it is a group of Zarr without multiscales, which is what makes it OME-Zarr',
    );
  }
  if (series === undefined && images.length > 1) {
    const names = images.map(({ image }, i) => `${i + 1} '${image.name ?? ''}'`).slice(0, 8);
    const more = images.length > names.length ? ', ...' : '';
    throw new InputError(
      `${WHERE}: '${path}' must be a single image, got ${images.length} series ` +
        `(choose one with --series: ${names.join(', ')}${more})`,
    );
  }
  const available = { name: path, what: 'serie', flag: '--series', available: images.length };
  return images[pickFrom1(available, series) - 1];
}

/** Images beyond so many are no acquisition. */
const MOST_SERIES = 10_000;

/** The images that a group describes, or those of the groups in it, as bioformats2raw puts them. */
async function listImages(root: Group): Promise<readonly FoundImage[]> {
  const own = parseImages(root.attrs).map((image) => ({ group: root, image }));
  if (own.length > 0 || !omeFields(root.attrs).has('bioformats2raw.layout')) return own;
  const listed = await childGroup(root, 'OME');
  const names = listOf(omeFields(listed?.attrs).get('series')).map(String);
  const images: FoundImage[] = [];
  for (let i = 0; i < MOST_SERIES && (names.length === 0 || i < names.length); i++) {
    const group = await childGroup(root, names[i] ?? String(i));
    if (group === undefined) {
      if (names.length === 0) break;
      throw new Error(`its image '${names[i]}' is missing`);
    }
    const [image] = parseImages(group.attrs);
    if (image !== undefined)
      images.push({ group, image: { ...image, name: image.name ?? names[i] } });
  }
  return images;
}

/** A group in a group, or undefined. */
async function childGroup(root: Group, name: string): Promise<Group | undefined> {
  const place = root.resolve(name);
  const found = await Promise.all(
    ['zarr.json', '.zgroup'].map((file) => place.store.get(place.resolve(file).path)),
  );
  if (found.every((bytes) => bytes === undefined)) return undefined;
  const node = await openNode(place);
  return node.kind === 'group' ? node : undefined;
}

/**
 * Opens an array or a group of the version whose metadata are there: zarrita alone would try both
 * and report the error of the second.
 */
function openNode(place: zarr.Location<FolderStore>) {
  return understood('its metadata are damaged', async () => {
    const isNew = (await place.store.get(place.resolve('zarr.json').path)) !== undefined;
    return isNew ? zarr.open.v3(place) : zarr.open.v2(place);
  });
}

/** What `use` gives; errors of zarrita in plain words. */
async function understood<Result>(otherwise: string, use: () => Promise<Result>): Promise<Result> {
  try {
    return await use();
  } catch (error) {
    throw describeZarrError(error, otherwise);
  }
}

function assertSides(sides: unknown, rank: number, what: string): void {
  const list = listOf(sides);
  const isSound = list.every((side) => Number.isSafeInteger(side) && Number(side) >= 1);
  if (list.length === rank && isSound) return;
  const shown = JSON.stringify(sides)?.slice(0, 60);
  throw new Error(`its ${what} are ${shown}, where ${rank} whole numbers are needed: damaged`);
}

/** No chunk of Zarr is larger: blosc takes at most 2 GiB. */
const MOST_CHUNK_BYTES = 2 ** 31;

function assertChunkFits(chunks: readonly number[], maxBytes: number): void {
  const bytes = chunks.reduce((product, side) => product * side, 8);
  if (bytes <= Math.min(MOST_CHUNK_BYTES, maxBytes)) return;
  throw new Error(
    `its chunks of ${chunks.join(' x ')} values are too large (store it in smaller ones)`,
  );
}
