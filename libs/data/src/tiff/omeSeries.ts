import { baseName } from './byteFile.ts';
import {
  isPlaneOrder,
  lengthUnitUm,
  pagedDimensions,
  type PageReference,
  planeIndex,
  type StackDimensions,
} from './stackDimensions.ts';
import { xmlTags } from './xmlTags.ts';

type Attributes = ReadonlyMap<string, string>;

/** One image of an OME file or set of files. */
export interface OmeSeries {
  readonly name: string;
  readonly dimensions: StackDimensions;
}

/** What OME-XML says: images, or the name of the file that describes them. */
export type OmeText = { readonly series: readonly OmeSeries[] } | { readonly metadataFile: string };

/** What is known of the file that the text is for. */
interface OmeFile {
  /** Name without folder. */
  readonly name: string;
  /** Pages; undefined for a file of text, which has none. */
  readonly pages: number | undefined;
  /** Interleaved channels of a page; by the text unless given. */
  readonly samplesPerPixel: number | undefined;
}

/** Planes of one image; more would be damage. */
const MOST_PLANES = 2 ** 22;

/**
 * The images in OME-XML, or null for any other text.
 *
 * A physical size without a unit is in µm, the default of the schema. Planes without `TiffData`
 * follow one another. A file that is alone may have been renamed, so that its own name in the text
 * counts only in sets of files.
 * Source: OME-XML schema 2016-06; OME-TIFF specification, sections "TiffData" and "BinaryOnly".
 *
 * @throws {Error} One line, for sizes that contradict the pages, and for names of files that are
 *   not in the same folder.
 */
export function parseOmeXml(text: string, file: OmeFile): OmeText | null {
  if (!text.startsWith('<') || !/<(\w+:)?OME[\s>]/.test(text.slice(0, 4096))) return null;
  const images = collectImages(text);
  if (typeof images === 'string') return { metadataFile: ownFolder(images) };
  const described = images.filter(({ pixels }) => pixels !== undefined);
  if (described.length === 0) throw new Error('its OME-XML describes no pixels');
  const names = new Set(
    described.flatMap(({ blocks }) => blocks.map((block) => block.file ?? file.name)),
  );
  const isSet = names.size > 1 || file.pages === undefined;
  let following = 0;
  const series = described.map(({ name, pixels = new Map<string, string>(), samples, blocks }) => {
    const dimensions = readDimensions(pixels);
    const paged = pagedDimensions(dimensions, file.samplesPerPixel ?? samples);
    const total = planeCount(paged);
    const own = isSet ? blocks : blocks.map((block): TiffData => ({ ...block, file: undefined }));
    let pages = listPages(paged, own, file);
    if (pages === null && described.length > 1) {
      const from = following;
      pages = Array.from({ length: total }, (_, i) => ({ page: from + i, file: null }));
    }
    following += total;
    return { name, dimensions: { ...dimensions, pages } };
  });
  return { series };
}

interface TiffData {
  readonly attributes: Attributes;
  /** Named by its UUID. */
  file: string | undefined;
}

interface OmeImage {
  readonly name: string;
  pixels: Attributes | undefined;
  samples: number;
  readonly blocks: TiffData[];
}

/** What the tags say of each image, or the name of the file that says it. */
function collectImages(text: string): OmeImage[] | string {
  const images: OmeImage[] = [];
  for (const { name, attributes } of xmlTags(text)) {
    if (name === 'BinaryOnly') {
      const described = attributes.get('MetadataFile');
      if (described !== undefined) return described;
    }
    if (name === 'Image' || (name === 'Pixels' && images.length === 0)) {
      images.push({
        name: attributes.get('Name') ?? '',
        pixels: undefined,
        samples: 1,
        blocks: [],
      });
    }
    const image = images.at(-1);
    if (image === undefined) continue;
    if (name === 'Pixels') image.pixels ??= attributes;
    if (name === 'Channel')
      image.samples = Math.max(image.samples, whole(attributes, 'SamplesPerPixel', 1));
    if (name === 'TiffData') image.blocks.push({ attributes, file: undefined });
    const [block, file] = [image.blocks.at(-1), attributes.get('FileName')];
    if (name === 'UUID' && block !== undefined && file !== undefined) block.file = ownFolder(file);
  }
  return images;
}

/** The files of a set lie in one folder: nothing else may be opened in their name. */
function ownFolder(file: string): string {
  if (file === baseName(file) && file !== '..' && file !== '') return file;
  throw new Error(`its OME-XML names '${file}', which is no file of the same folder`);
}

function readDimensions(pixels: Attributes): StackDimensions {
  const order = (pixels.get('DimensionOrder') ?? 'XYZCT').slice(2).toLowerCase();
  if (!isPlaneOrder(order)) throw new Error(`its OME-XML has the dimension order '${order}'`);
  return {
    source: 'OME',
    order,
    channels: count(pixels, 'SizeC'),
    slices: count(pixels, 'SizeZ'),
    timePoints: count(pixels, 'SizeT'),
    pages: null,
    voxelSizeUm: [
      physicalSize(pixels, 'PhysicalSizeZ'),
      physicalSize(pixels, 'PhysicalSizeY'),
      physicalSize(pixels, 'PhysicalSizeX'),
    ],
  };
}

function planeCount({ channels, slices, timePoints }: StackDimensions): number {
  return channels * slices * timePoints;
}

/** Page of every plane by the TiffData blocks; null if these list nothing. */
function listPages(
  dimensions: StackDimensions,
  blocks: readonly TiffData[],
  file: OmeFile,
): PageReference[] | null {
  const total = planeCount(dimensions);
  const alone = blocks.every((block) => block.file === undefined);
  if (total > (alone ? (file.pages ?? 0) : MOST_PLANES)) {
    throw new Error(
      `its OME-XML lists ${total} planes, the file holds ${file.pages ?? 'no'} pages (join its files in Fiji first)`,
    );
  }
  if (!blocks.some(({ attributes }) => attributes.size > 0) && alone) return null;
  const pages = new Array<PageReference>(total).fill({ page: -1, file: null });
  let listed = 0;
  for (const block of blocks) {
    const { attributes } = block;
    const first = planeIndex(
      dimensions,
      whole(attributes, 'FirstC', 0),
      whole(attributes, 'FirstZ', 0),
      whole(attributes, 'FirstT', 0),
    );
    const page = whole(attributes, 'IFD', 0);
    const isOwn = block.file === undefined || block.file === file.name;
    const stated = attributes.has('IFD') || !isOwn ? 1 : total;
    const planes = whole(attributes, 'PlaneCount', stated);
    const most = isOwn ? (file.pages ?? 0) : MOST_PLANES;
    for (let i = 0; i < planes && first + i < total && page + i < most; i++) {
      pages[first + i] = { page: page + i, file: isOwn ? null : (block.file ?? null) };
      // Blocks of a sound file list each plane once.
      if (++listed > 16 * total + blocks.length) throw new Error('its OME-XML lists planes again');
    }
  }
  return pages;
}

function count(attributes: Attributes, name: string): number {
  const value = Number(attributes.get(name));
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Error(`its OME-XML has no sound ${name}`);
  return value;
}

function whole(attributes: Attributes, name: string, fallback: number): number {
  const value = Number(attributes.get(name) ?? fallback);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new Error(`its OME-XML has a damaged ${name}`);
  return value;
}

function physicalSize(attributes: Attributes, name: string): number | null {
  const value = Number(attributes.get(name));
  const unitUm = lengthUnitUm(attributes.get(`${name}Unit`) ?? 'um');
  return value > 0 && Number.isFinite(value) && unitUm !== null ? value * unitUm : null;
}
