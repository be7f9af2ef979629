/** The GPU stopped answering; nothing can be computed on it any more in this process. */
export class GpuLostError extends Error {
  override readonly name = 'GpuLostError';

  /** @param reason - What the driver says. */
  constructor(reason: string) {
    super(`the GPU was lost: ${reason.trim().split('\n')[0]}`);
  }
}

/** The GPU has less memory than a step needs. */
export class GpuMemoryError extends Error {
  override readonly name = 'GpuMemoryError';

  /**
   * @param requestedBytes - What the step asked for in all: more than the GPU gives; null where not
   *   known.
   */
  constructor(readonly requestedBytes: number | null) {
    super('out of GPU memory (use smaller patches or tiles)');
  }
}

/**
 * What else is said where memory ends: by TensorFlow, and by WebGPU of a buffer that is filled from
 * the CPU.
 */
const OTHER_WORDS = /\bOOM\b|out of memory|RESOURCE_EXHAUSTED|failed to allocate/i;

/** The error as a `GpuMemoryError` where it says that memory ended. */
export function asGpuMemoryError(error: unknown): GpuMemoryError | null {
  if (error instanceof GpuMemoryError) return error;
  return error instanceof Error && OTHER_WORDS.test(error.message)
    ? new GpuMemoryError(null)
    : null;
}
