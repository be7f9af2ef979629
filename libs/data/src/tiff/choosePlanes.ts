import { InputError } from '@blurcycle/core';
import { pagedDimensions, planeIndex, type StackDimensions } from './stackDimensions.ts';

/** What to take from a file that holds more than one z stack, or whose pages have no names. */
export interface PlaneChoice {
  /** Which channel, counted from 1 as Fiji shows them. Needed when there are several. */
  readonly channel?: number;
  /** Which time point, counted from 1. Needed when there are several. */
  readonly timePoint?: number;
  /** What the pages are when the file does not say, or says it wrongly: slices or time points. */
  readonly pageAxis?: 'z' | 't';
}

/** A plane to read: page of the file and sample within its pixels, both from 0. */
export interface Plane {
  readonly page: number;
  readonly sample: number;
}

/** Names of files that are no z stack although nothing inside says so. */
const TIME_NAME = /time[-_ ]?(lapse|series|course|points?)/i;

/**
 * The planes of the one z stack that the user asks for, in order.
 *
 * @param name - File name: the only hint to time points where the metadata name no axis.
 * @param samplesPerPixel - Channels that lie side by side in each page.
 * @throws {InputError} When several channels or time points leave a choice, saying how to make it.
 */
export function choosePlanes(
  name: string,
  dimensions: StackDimensions,
  samplesPerPixel: number,
  choice: PlaneChoice,
): Plane[] {
  const { channels, slices, timePoints } = relabel(name, dimensions, choice);
  const labelled = { ...dimensions, channels, slices, timePoints };
  const channel = pick(name, 'channel', '--channel', channels, choice.channel);
  const hint = slices === 1 ? ', or give --page-axis z if its pages are slices' : '';
  const timePoint = pick(name, 'time point', '--time-point', timePoints, choice.timePoint, hint);
  const paged = pagedDimensions(labelled, samplesPerPixel);
  const sideBySide = paged !== labelled;
  return Array.from({ length: slices }, (_, slice) => {
    const index = planeIndex(paged, sideBySide ? 0 : channel, slice, timePoint);
    return { page: dimensions.pages?.[index] ?? index, sample: sideBySide ? channel : 0 };
  });
}

/** Dimensions after the user's word on what the pages are. */
function relabel(name: string, dimensions: StackDimensions, { pageAxis, timePoint }: PlaneChoice) {
  const { source, channels, slices, timePoints } = dimensions;
  const unnamed = source === 'plain' && slices > 1;
  if (pageAxis === undefined && unnamed && timePoint === undefined && TIME_NAME.test(name)) {
    throw new InputError(
      `readTiffStack: '${name}' must be a z stack, got ${slices} pages without axes that its name calls time points ` +
        `(choose one with --time-point 1 to ${slices}, or give --page-axis z if they are slices)`,
    );
  }
  const axis = pageAxis ?? (unnamed && timePoint !== undefined ? 't' : undefined);
  if (axis === undefined) return { channels, slices, timePoints };
  if (slices > 1 && timePoints > 1) {
    throw new InputError(
      `readTiffStack: --page-axis must be left out for '${name}', got '${axis}' ` +
        `(the file says itself that it holds ${slices} slices and ${timePoints} time points)`,
    );
  }
  const pages = slices * timePoints;
  return axis === 'z'
    ? { channels, slices: pages, timePoints: 1 }
    : { channels, slices: 1, timePoints: pages };
}

/** Position from 0 of the one to read. */
function pick(
  name: string,
  what: string,
  flag: string,
  available: number,
  chosen: number | undefined,
  hint = '',
): number {
  if (chosen === undefined) {
    if (available === 1) return 0;
    throw new InputError(
      `readTiffStack: '${name}' must be a single z stack, got ${available} ${what}s ` +
        `(choose one with ${flag} 1 to ${available}${hint})`,
    );
  }
  if (Number.isSafeInteger(chosen) && chosen >= 1 && chosen <= available) return chosen - 1;
  throw new InputError(
    `readTiffStack: ${what} must be a whole number from 1 to ${available} for '${name}', got ${chosen} (give ${flag})`,
  );
}
