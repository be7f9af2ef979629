import { InputError, type PageAxis } from '@blurcycle/core';
import type { StackChoice } from '../acquisition.ts';
import {
  pagedDimensions,
  type PageReference,
  planeIndex,
  type StackDimensions,
} from './stackDimensions.ts';

/** A plane to read: page of a file and sample of its pixels, both from 0. */
interface Plane extends PageReference {
  readonly sample: number;
}

/** Channels, slices and time points as the user means them. */
export interface LabeledPlanes {
  readonly channels: number;
  readonly slices: number;
  readonly timePoints: number;
  /** The plane of a channel, slice and time point, all from 0. */
  readonly plane: (channel: number, slice: number, timePoint: number) => Plane;
}

/** Names of files that are time series although their metadata do not say so. */
const TIME_NAME = /time[-_ ]?(lapse|series|course|points?)/i;

/**
 * The planes of a file by channel, slice and time point, with `pageAxis` as the meaning of its
 * axes.
 *
 * @param name - File name: the only hint at time points if the metadata name no axes.
 * @param samplesPerPixel - Interleaved channels of each page.
 * @throws {InputError} If the pages may be time points, or `pageAxis` contradicts the file.
 */
export function labelPlanes(
  name: string,
  dimensions: StackDimensions,
  samplesPerPixel: number,
  choice: StackChoice,
): LabeledPlanes {
  const { source, channels, slices, timePoints } = dimensions;
  const unnamed = source === 'plain' && slices > 1;
  if (choice.pageAxis === undefined && unnamed && choice.timePoint === undefined) {
    if (TIME_NAME.test(name)) {
      throw new InputError(
        `readTiffStack: '${name}' must be a z stack, got ${slices} pages without axes that its name calls time points ` +
          `(choose one with --time-point 1 to ${slices}, or give --page-axis z if they are slices)`,
      );
    }
  }
  const axis = choice.pageAxis ?? (unnamed && choice.timePoint !== undefined ? 't' : undefined);
  const paged = pagedDimensions(dimensions, samplesPerPixel);
  const interleaved = paged !== dimensions;
  const plane = (channel: number, slice: number, timePoint: number): Plane => {
    const index = planeIndex(paged, interleaved ? 0 : channel, slice, timePoint);
    const { page, file } = dimensions.pages?.[index] ?? { page: index, file: null };
    return { page, file, sample: interleaved ? channel : 0 };
  };
  const stated = { channels, slices, timePoints, plane };
  return axis === undefined ? stated : exchange(name, stated, axis);
}

function exchange(name: string, planes: LabeledPlanes, axis: PageAxis): LabeledPlanes {
  const { channels, slices, timePoints, plane } = planes;
  const refuse = (held: string): InputError =>
    new InputError(
      `readTiffStack: --page-axis must be left out for '${name}', got '${axis}' ` +
        `(the file says itself that it holds ${held})`,
    );
  if (axis === 'c=z') {
    if (channels > 1 && slices > 1) throw refuse(`${channels} channels and ${slices} slices`);
    return { ...planes, channels: slices, slices: channels, plane: (c, z, t) => plane(z, c, t) };
  }
  if (axis === 'c=t') {
    if (channels > 1 && timePoints > 1)
      throw refuse(`${channels} channels and ${timePoints} time points`);
    return {
      ...{ ...planes, channels: timePoints, timePoints: channels },
      plane: (c, z, t) => plane(t, z, c),
    };
  }
  if (slices > 1 && timePoints > 1) throw refuse(`${slices} slices and ${timePoints} time points`);
  const isSo = axis === 'z' ? timePoints === 1 : slices === 1;
  if (isSo) return planes;
  return { ...planes, slices: timePoints, timePoints: slices, plane: (c, z, t) => plane(c, t, z) };
}
