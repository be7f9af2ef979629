import { InputError } from '@blurcycle/core';
import { isZarritaError } from 'zarrita';

/**
 * An error of zarrita, or of the metadata that it trusts, in plain words; those that speak for
 * themselves as they are.
 *
 * @param otherwise - What is wrong where nothing better is known.
 */
export function describeZarrError(error: unknown, otherwise: string): Error {
  if (error instanceof InputError) return error;
  if (isZarritaError(error, 'NotFoundError')) {
    const place = error.path ?? '/';
    const reason =
      place.lastIndexOf('/') <= 0
        ? 'it is a folder without the metadata of Zarr (zarr.json, .zgroup): no OME-Zarr'
        : `its ${JSON.stringify(place.slice(1, 60))} is missing`;
    return new Error(reason, { cause: error });
  }
  if (isZarritaError(error)) {
    const detail = error.cause instanceof Error ? error.cause.message : error.message;
    return new Error(`${otherwise}: ${plain(detail)}`, { cause: error });
  }
  // Zarrita does not look whether the fields of metadata are there.
  if (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError)
    return new Error(`${otherwise}: ${plain(error.message)}`, { cause: error });
  return error instanceof Error ? error : new Error(otherwise, { cause: error });
}

/** The first line, no longer than a message should be. */
function plain(text: string): string {
  return text.split('\n')[0].slice(0, 120);
}
