import { freemem } from 'node:os';

/** Fraction of the free memory to use: estimates may be wrong, and other programs run here too. */
const MEMORY_PART = 0.8;

/**
 * Memory in bytes that a deconvolution may use on this machine now, or in this container where that
 * has less.
 */
export function availableMemoryBytes(): number {
  return MEMORY_PART * Math.min(freemem(), process.availableMemory());
}
