import { lengthUnitUm } from './lengthUnit.ts';
import {
  pagedDimensions,
  planeIndex,
  type PlaneOrder,
  type StackDimensions,
} from './stackDimensions.ts';
import { xmlTags } from './xmlTags.ts';

type Attributes = ReadonlyMap<string, string>;

/**
 * Dimensions that OME-XML states, or null when the text is not OME-XML.
 *
 * A physical size without a unit is in µm, the schema's default. Planes without `TiffData` follow
 * one another.
 * Source: OME-XML schema 2016-06; OME-TIFF specification, section "TiffData".
 *
 * @param pageCount - Pages of the file, to which the listed planes must belong.
 * @param samplesPerPixel - Channels that lie side by side in a page.
 * @throws {Error} One line, for several images, planes in other files, or sizes that contradict the
 *   pages.
 */
export function parseOmeXml(
  text: string,
  pageCount: number,
  samplesPerPixel: number,
): StackDimensions | null {
  if (!text.startsWith('<') || !/<(\w+:)?OME[\s>]/.test(text.slice(0, 4096))) return null;
  let pixels: Attributes | undefined;
  let images = 0;
  const blocks: Attributes[] = [];
  for (const { name, attributes } of xmlTags(text)) {
    if (name === 'Image') images++;
    if (images > 1)
      throw new Error('it holds several images (save the one you want as a file of its own)');
    if (name === 'Pixels') pixels ??= attributes;
    if (name === 'TiffData') blocks.push(attributes);
  }
  if (pixels === undefined) throw new Error('its OME-XML describes no pixels');
  const order = (pixels.get('DimensionOrder') ?? 'XYZCT').slice(2).toLowerCase();
  if (!isPlaneOrder(order)) throw new Error(`its OME-XML has the dimension order '${order}'`);
  const dimensions: StackDimensions = {
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
  return {
    ...dimensions,
    pages: listPages(pagedDimensions(dimensions, samplesPerPixel), blocks, pageCount),
  };
}

/** Page of every plane, from the TiffData blocks; null when they only say "in order". */
function listPages(
  dimensions: StackDimensions,
  blocks: readonly Attributes[],
  pageCount: number,
): number[] | null {
  if (!blocks.some((block) => block.size > 0)) return null;
  const { channels, slices, timePoints } = dimensions;
  const total = channels * slices * timePoints;
  if (total > pageCount) {
    throw new Error(
      `its OME-XML lists ${total} planes, the file holds ${pageCount} pages (join its files in Fiji first)`,
    );
  }
  const pages = new Array<number>(total).fill(-1);
  blocks.forEach((block) => {
    const first = planeIndex(
      dimensions,
      whole(block, 'FirstC', 0),
      whole(block, 'FirstZ', 0),
      whole(block, 'FirstT', 0),
    );
    const page = whole(block, 'IFD', 0);
    const planes = whole(block, 'PlaneCount', block.has('IFD') ? 1 : total);
    for (let i = 0; i < planes && first + i < total && page + i < pageCount; i++)
      pages[first + i] = page + i;
  });
  return pages;
}

function isPlaneOrder(order: string): order is PlaneOrder {
  return ['czt', 'ctz', 'zct', 'ztc', 'tcz', 'tzc'].includes(order);
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
