import { parseImagejDescription } from './imagejDescription.ts';
import { parseOmeXml } from './parseOmeXml.ts';
import type { StackDimensions } from './stackDimensions.ts';
import { fieldValue, type TiffPage } from './tiffPage.ts';
import { parseTifffileDescription } from './tifffileDescription.ts';
import { TAG } from './tiffTags.ts';

/**
 * What the pages of a file stand for: by ImageJ's, OME's or tifffile's metadata, otherwise slices
 * without a known size.
 *
 * @throws {Error} One line, for metadata that contradict themselves.
 */
export function readStackDimensions(pages: readonly TiffPage[]): StackDimensions {
  const [first] = pages;
  const text = textField(first, TAG.imageDescription);
  const imagej = parseImagejDescription(text, [
    unitsPerPixel(first, TAG.yResolution),
    unitsPerPixel(first, TAG.xResolution),
  ]);
  const known =
    imagej ??
    parseOmeXml(text, pages.length, first.samplesPerPixel) ??
    parseTifffileDescription(text);
  return (
    known ?? {
      source: 'plain',
      order: 'zct',
      channels: first.samplesPerPixel,
      slices: pages.length,
      timePoints: 1,
      pages: null,
      voxelSizeUm: [null, null, null],
    }
  );
}

function textField(page: TiffPage, tag: number): string {
  const value = fieldValue(page.image, tag);
  return typeof value === 'string' ? value.replace(/\0+$/, '').trimStart() : '';
}

/**
 * Length of a pixel in the unit of the resolution tag, or null where it is missing, zero or
 * infinite.
 */
function unitsPerPixel(page: TiffPage, tag: number): number | null {
  const value = fieldValue(page.image, tag);
  if (!(value instanceof Uint32Array) || value.length < 2 || value[0] === 0 || value[1] === 0)
    return null;
  return value[1] / value[0];
}
