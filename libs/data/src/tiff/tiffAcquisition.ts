import { createVolume, InputError, type Shape3, type Volume } from '@blurcycle/core';
import {
  type Acquisition,
  assertFits,
  chooseStack,
  chooseVoxelSize,
  isPlausible,
  pickFrom1,
  type ReadTiffOptions,
} from '../acquisition.ts';
import { baseName, type ByteFile } from './byteFile.ts';
import { parseImagejDescription, parseTifffileDescription } from './descriptions.ts';
import { labelPlanes } from './labelPlanes.ts';
import { type OmeSeries, type OmeText, parseOmeXml } from './omeSeries.ts';
import { explained, type OpenTiff, openTiff } from './openTiff.ts';
import { isContiguous, readFollowingPlane, readPlane } from './readPlanes.ts';
import { pagedDimensions, type StackDimensions } from './stackDimensions.ts';
import { SAMPLE_LAYOUTS, TAG } from './tags.ts';
import { fieldValue, type TiffPage } from './tiffPage.ts';
import { readVendorDimensions } from './vendorDimensions.ts';

/** Name of the reader in messages. */
export const WHERE = 'readTiffStack';

/** Opens another file of the same folder; it stays open until the acquisition is closed. */
export type OpenSibling = (name: string) => Promise<ByteFile>;

/**
 * Opens a TIFF file, or the text of OME-XML that describes a set of them, as an acquisition.
 *
 * Memory: the fields of its pages; a damaged file cannot demand more than its size justifies. Of
 * the other files of a set the fields of one are kept at a time.
 *
 * @param sibling - For sets of files; without it planes in other files are an error.
 * @throws {InputError} One line that names the file, what is wrong, and what to do.
 */
export async function openTiffAcquisition(
  file: ByteFile,
  options: ReadTiffOptions = {},
  sibling: OpenSibling = () => Promise.reject(new Error('some of its planes are in another file')),
): Promise<Omit<Acquisition, 'close'>> {
  const path = file.name;
  return explained(path, WHERE, async () => {
    const own = isOmeText(path) ? undefined : await openTiff(file);
    const open = openSet(own, sibling);
    const dimensions = await readStackDimensions(file, own, options, sibling);
    const start = dimensions.pages?.[0];
    const { pages } = await open(start?.file ?? null);
    const first = pageOf(pages, start?.page ?? 0);
    const planes = labelPlanes(baseName(path), dimensions, first.samplesPerPixel, options);
    const shape: Shape3 = [planes.slices, first.height, first.width];
    const following = own !== undefined && planesFollow(own, dimensions);
    const unnamed = dimensions.source === 'plain';
    const stated = dimensions.voxelSizeUm;
    if (options.single === true) chooseStack(path, { ...planes, shape }, options);
    const voxelSizeUm = chooseVoxelSize(WHERE, path, stated, options, unnamed);
    assertFits(shape, options.maxBytes);
    const planeSize = first.height * first.width;
    const read = async (channel: number, timePoint: number): Promise<Volume> => {
      const list = Array.from({ length: planes.slices }, (_, z) =>
        planes.plane(channel - 1, z, timePoint - 1),
      );
      // All before memory is taken for them.
      if (!following) {
        for (const { page, file: other } of list)
          assertAlike(first, (await open(other)).pages, page);
      }
      const volume = createVolume(shape, voxelSizeUm);
      for (const [z, { page, file: other, sample }] of list.entries()) {
        const target = volume.data.subarray(z * planeSize, (z + 1) * planeSize);
        const tiff = await open(other);
        if (following) await readFollowingPlane(tiff.source, first, page, target);
        else if (isContiguous(tiff.pages[page]))
          await readFollowingPlane(tiff.source, tiff.pages[page], 0, target);
        else await readPlane(tiff.pages[page], sample, target);
      }
      return volume;
    };
    return {
      shape,
      voxelSizeUm,
      statedVoxelSizeUm: stated,
      isSizeStated: isPlausible(stated),
      sampleType: first.sampleType,
      channels: planes.channels,
      timePoints: planes.timePoints,
      read: (channel, timePoint) => explained(path, WHERE, () => read(channel, timePoint)),
    };
  });
}

/**
 * Channels, slices and time points of a file by its metadata, and its first page.
 *
 * @throws {Error} One line without the name of the file.
 */
export async function openDimensions(file: ByteFile): Promise<{
  readonly dimensions: StackDimensions;
  readonly first: TiffPage;
}> {
  const tiff = await openTiff(file);
  const none = (): Promise<ByteFile> =>
    Promise.reject(new Error('some of its planes are in another file'));
  const dimensions = await readStackDimensions(file, tiff, {}, none);
  planesFollow(tiff, dimensions);
  return { dimensions, first: tiff.pages[0] };
}

function isOmeText(path: string): boolean {
  return /\.(ome|ome\.xml)$/i.test(path);
}

/** The files of a set, by name; null for the first. */
function openSet(
  own: OpenTiff | undefined,
  sibling: OpenSibling,
): (name: string | null) => Promise<OpenTiff> {
  let other: { readonly name: string; readonly tiff: OpenTiff } | undefined;
  return async (name) => {
    if (name === null) {
      if (own === undefined) throw new Error('its OME-XML names no file of its planes');
      return own;
    }
    if (other?.name !== name) {
      const file = await sibling(name);
      other = { name, tiff: await explained(file.name, WHERE, () => openTiff(file)) };
    }
    return other.tiff;
  };
}

/**
 * Dimensions by the metadata of ImageJ, OME, tifffile, MetaMorph or Zeiss; without these the pages
 * are slices of unknown voxel size.
 *
 * @throws {Error} One line, for contradictory metadata.
 */
async function readStackDimensions(
  file: ByteFile,
  tiff: OpenTiff | undefined,
  options: ReadTiffOptions,
  sibling: OpenSibling,
): Promise<StackDimensions> {
  const path = file.name;
  if (tiff === undefined) return chooseSeries(path, await readMetadata(file), options);
  const [first] = tiff.pages;
  const text = textField(first, TAG.imageDescription);
  const imagej = parseImagejDescription(text, [
    unitsPerPixel(first, TAG.yResolution),
    unitsPerPixel(first, TAG.xResolution),
  ]);
  const ome = parseOmeXml(text, {
    name: baseName(path),
    pages: tiff.pages.length,
    samplesPerPixel: first.samplesPerPixel,
  });
  const known =
    (await readVendorDimensions(tiff)) ??
    imagej ??
    (ome === null ? null : chooseSeries(path, await followMetadata(ome, sibling), options)) ??
    parseTifffileDescription(text);
  if (ome === null) pickFrom1(seriesOf(path, 1), options.series);
  return (
    known ?? {
      source: 'plain',
      order: 'zct',
      channels: first.samplesPerPixel,
      slices: tiff.pages.length,
      timePoints: 1,
      pages: null,
      voxelSizeUm: [null, null, null],
    }
  );
}

function seriesOf(path: string, available: number) {
  return { name: baseName(path), what: 'serie', flag: '--series', available };
}

/** The images of a text, or of the companion file that it names. */
async function followMetadata(ome: OmeText, sibling: OpenSibling): Promise<readonly OmeSeries[]> {
  if ('series' in ome) return ome.series;
  return readMetadata(await sibling(ome.metadataFile));
}

/** Text of OME-XML that is larger is damage. */
const MOST_TEXT_BYTES = 2 ** 28;

async function readMetadata(file: ByteFile): Promise<readonly OmeSeries[]> {
  return explained(file.name, WHERE, async () => {
    if (file.size > MOST_TEXT_BYTES) throw new Error('it is too large for OME-XML');
    const bytes = await file.read(0, file.size);
    // Skips a byte order mark.
    const text = new TextDecoder().decode(bytes).trimStart();
    const ome = parseOmeXml(text, {
      ...{ name: baseName(file.name), pages: undefined, samplesPerPixel: undefined },
    });
    if (ome === null || !('series' in ome)) throw new Error('it describes no pixels');
    return ome.series;
  });
}

function chooseSeries(
  path: string,
  series: readonly OmeSeries[],
  { series: chosen }: ReadTiffOptions,
): StackDimensions {
  if (chosen === undefined && series.length > 1) {
    const names = series.map(({ name }, i) => `${i + 1} '${name}'`).slice(0, 8);
    const more = series.length > names.length ? ', ...' : '';
    throw new InputError(
      `${WHERE}: '${baseName(path)}' must be a single image, got ${series.length} series ` +
        `(choose one with --series: ${names.join(', ')}${more})`,
    );
  }
  const number = pickFrom1(seriesOf(path, series.length), chosen);
  return series[number - 1].dimensions;
}

function textField(page: TiffPage, tag: number): string {
  const value = fieldValue(page.image, tag);
  return typeof value === 'string' ? value.replace(/\0+$/, '').trimStart() : '';
}

/** Length of a pixel in the unit of the resolution tag, or null if missing, zero or infinite. */
function unitsPerPixel(page: TiffPage, tag: number): number | null {
  const value = fieldValue(page.image, tag);
  if (!(value instanceof Uint32Array) || value.length < 2 || value[0] === 0 || value[1] === 0)
    return null;
  return value[1] / value[0];
}

/**
 * Checks that the file has as many planes as its metadata state, before memory is allocated for
 * them.
 *
 * @returns True for the form of ImageJ and MetaMorph with one directory, in which the planes follow
 *   the first without directories.
 * @throws {Error} One line with both numbers.
 */
function planesFollow({ pages, source }: OpenTiff, dimensions: StackDimensions): boolean {
  const [first] = pages;
  const { channels, slices, timePoints } = pagedDimensions(dimensions, first.samplesPerPixel);
  const total = channels * slices * timePoints;
  if (dimensions.pages !== null || total === pages.length) return false;
  if (pages.length > 1) {
    throw new Error(
      `its description states ${total} planes, it has ${pages.length} (save it again)`,
    );
  }
  const bytes = total * first.width * first.height * SAMPLE_LAYOUTS[first.sampleType].bytes;
  if (bytes > source.fileSize) {
    throw new Error(
      `its description states ${total} planes, it has fewer: it is cut off or damaged`,
    );
  }
  return true;
}

function pageOf(pages: readonly TiffPage[], page: number): TiffPage {
  if (page < 0 || page >= pages.length)
    throw new Error('some of its planes are in another file or missing');
  return pages[page];
}

/**
 * Checks that a page exists and has the size and type of the first.
 *
 * @throws {Error} One line that names the page.
 */
function assertAlike(first: TiffPage, pages: readonly TiffPage[], page: number): void {
  const { width, height, sampleType, samplesPerPixel } = pageOf(pages, page);
  if (
    width !== first.width ||
    height !== first.height ||
    sampleType !== first.sampleType ||
    samplesPerPixel !== first.samplesPerPixel
  ) {
    throw new Error(`page ${page + 1} differs from the first in size or type (it is not a stack)`);
  }
}
