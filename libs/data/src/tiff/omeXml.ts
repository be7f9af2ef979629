import type { Volume } from '@blurcycle/core';
import {
  lengthUnitUm,
  pagedDimensions,
  planeIndex,
  type PlaneOrder,
  type StackDimensions,
} from './stackDimensions.ts';

/**
 * OME-XML of a z stack whose planes are the pages of the same file, in order.
 *
 * Lengths are in µm, the default unit of the schema. The text is ASCII, as the tag ImageDescription
 * requires.
 * Source: OME-XML schema 2016-06.
 */
export function formatOmeXml(
  volume: Volume,
  pixelType: 'float' | 'uint16',
  bigEndian = false,
): string {
  const [depth, height, width] = volume.shape;
  const [dz, dy, dx] = volume.voxelSizeUm;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"',
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"',
    ' xsi:schemaLocation="http://www.openmicroscopy.org/Schemas/OME/2016-06',
    ' http://www.openmicroscopy.org/Schemas/OME/2016-06/ome.xsd" Creator="blurcycle">',
    '<Image ID="Image:0" Name="volume">',
    `<Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="${pixelType}" BigEndian="${bigEndian}"`,
    ` SizeX="${width}" SizeY="${height}" SizeZ="${depth}" SizeC="1" SizeT="1"`,
    ` PhysicalSizeX="${dx}" PhysicalSizeXUnit="&#181;m"`,
    ` PhysicalSizeY="${dy}" PhysicalSizeYUnit="&#181;m"`,
    ` PhysicalSizeZ="${dz}" PhysicalSizeZUnit="&#181;m">`,
    '<Channel ID="Channel:0:0" SamplesPerPixel="1"/>',
    `<TiffData IFD="0" PlaneCount="${depth}"/>`,
    '</Pixels></Image></OME>',
  ].join('');
}

type Attributes = ReadonlyMap<string, string>;

/**
 * Dimensions in OME-XML, or null for any other text.
 *
 * A physical size without a unit is in µm, the default of the schema. Planes without `TiffData`
 * follow one another.
 * Source: OME-XML schema 2016-06; OME-TIFF specification, section "TiffData".
 *
 * @param pageCount - Pages of the file, which must hold the listed planes.
 * @param samplesPerPixel - Interleaved channels of a page.
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

/** Page of every plane by the TiffData blocks; null if these list nothing. */
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

/** A start tag: its name without prefix, and its attributes. */
interface XmlTag {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
}

const ENTITIES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
};
/** Longer tags are damage. Bounds the search for the end of a quote that is never closed. */
const LONGEST_TAG = 65536;

/**
 * The start tags of an XML text in order, without comments, end tags and text.
 *
 * Enough for the dimensions in OME-XML. Expands only the five named entities and characters by
 * number, so that the result cannot grow. Cost: linear in the text.
 */
export function* xmlTags(text: string): Generator<XmlTag> {
  let at = text.indexOf('<');
  while (at >= 0) {
    const comment = text.startsWith('<!--', at);
    const end = comment ? text.indexOf('-->', at) : tagEnd(text, at);
    if (end < 0) return;
    if (!comment && /[A-Za-z_]/.test(text[at + 1])) yield parseTag(text.slice(at + 1, end));
    at = text.indexOf('<', end);
  }
}

/** Index of the `>` that ends a tag, outside quotes; -1 if there is none. */
function tagEnd(text: string, start: number): number {
  let quote = '';
  for (let i = start + 1; i < text.length && i < start + LONGEST_TAG; i++) {
    const letter = text[i];
    if (quote !== '') {
      if (letter === quote) quote = '';
    } else if (letter === '"' || letter === "'") quote = letter;
    else if (letter === '>') return i;
  }
  return -1;
}

function parseTag(inside: string): XmlTag {
  const [name] = inside.split(/[\s/]/, 1);
  const attributes = new Map<string, string>();
  // A name begins where a word begins: from the middle of a long word the search would start again
  // and again.
  for (const [, key, double, single] of inside.matchAll(
    /(?<![\w:.-])([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g,
  )) {
    attributes.set(key, unescapeXml(double ?? single));
  }
  return { name: name.slice(name.indexOf(':') + 1), attributes };
}

function unescapeXml(value: string): string {
  return value.replace(
    /&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|(\w{2,4}));/gi,
    (whole, hex, decimal, name) => {
      if (typeof name === 'string') return ENTITIES[name] ?? whole;
      const code = typeof hex === 'string' ? parseInt(hex, 16) : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}
