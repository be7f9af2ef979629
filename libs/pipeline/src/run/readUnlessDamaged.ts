import { InputError } from '@blurcycle/core';

/** Why results whose record `readUnlessDamaged` could not read are stale. */
export const DAMAGED_RECORD = 'its record is damaged or of another version';

/**
 * What a reader of records returns; null if the file is damaged or was written by another version
 * of the program.
 */
export function readUnlessDamaged<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}
