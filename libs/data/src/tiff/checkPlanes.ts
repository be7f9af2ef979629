import type { Plane } from './choosePlanes.ts';
import type { OpenTiff } from './openTiff.ts';
import { SAMPLE_LAYOUTS } from './sampleType.ts';
import { pagedDimensions, type StackDimensions } from './stackDimensions.ts';
import type { TiffPage } from './tiffPage.ts';

/**
 * Checks that the file holds as many planes as its metadata speak of, before memory is taken for
 * them.
 *
 * @returns True for the one-directory form, in which ImageJ lets the planes follow the first
 *   without pages of their own.
 * @throws {Error} One line that gives both numbers.
 */
export function planesFollow({ pages, source }: OpenTiff, dimensions: StackDimensions): boolean {
  const [first] = pages;
  const { channels, slices, timePoints } = pagedDimensions(dimensions, first.samplesPerPixel);
  const total = channels * slices * timePoints;
  if (dimensions.pages !== null || total === pages.length) return false;
  if (pages.length > 1) {
    throw new Error(
      `its description speaks of ${total} planes, it holds ${pages.length} (save it again)`,
    );
  }
  const bytes = total * first.width * first.height * SAMPLE_LAYOUTS[first.sampleType].bytes;
  if (bytes > source.fileSize) {
    throw new Error(
      `its description speaks of ${total} planes, it holds fewer: it is cut off or damaged`,
    );
  }
  return true;
}

/**
 * Checks that the planes of a stack are there and of one size and type.
 *
 * @throws {Error} One line that names the page.
 */
export function checkAlike(pages: readonly TiffPage[], planes: readonly Plane[]): void {
  const [first] = pages;
  for (const { page } of planes) {
    if (page < 0 || page >= pages.length)
      throw new Error('some of its planes are in another file or missing');
    const { width, height, sampleType, samplesPerPixel } = pages[page];
    if (
      width !== first.width ||
      height !== first.height ||
      sampleType !== first.sampleType ||
      samplesPerPixel !== first.samplesPerPixel
    ) {
      throw new Error(`page ${page + 1} differs from the first in size or type (it is no stack)`);
    }
  }
}
