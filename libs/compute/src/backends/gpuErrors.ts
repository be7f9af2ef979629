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

  /** @param requestedBytes - Bytes that the step asked for in total; null where unknown. */
  constructor(readonly requestedBytes: number | null) {
    super('out of GPU memory (use smaller patches or tiles)');
  }
}

/**
 * How TensorFlow, and WebGPU for a buffer that is filled from the CPU, report that memory ran out.
 */
const OTHER_WORDS = /\bOOM\b|out of memory|RESOURCE_EXHAUSTED|failed to allocate/i;

/** The error as a `GpuMemoryError` where it reports that memory ran out, else null. */
export function asGpuMemoryError(error: unknown): GpuMemoryError | null {
  if (error instanceof GpuMemoryError) return error;
  return error instanceof Error && OTHER_WORDS.test(error.message)
    ? new GpuMemoryError(null)
    : null;
}
