import { freemem } from 'node:os';

/** Part of the free memory that is taken: an estimate may be wrong, and others run here too. */
const MEMORY_PART = 0.8;

/** Memory in bytes that a deconvolution may take on this machine now. */
export function availableMemoryBytes(): number {
  return MEMORY_PART * freemem();
}
