/** The GPU has less memory than a step needs. */
export class GpuMemoryError extends Error {
  override readonly name = 'GpuMemoryError';

  /** @param requestedBytes - What had been asked for when memory ended: more than the GPU gives; null where not known. */
  constructor(readonly requestedBytes: number | null) {
    super('out of GPU memory (use smaller patches or tiles)');
  }
}

/** The error as a `GpuMemoryError` where it says that memory ended: TensorFlow tells it in its own words. */
export function asGpuMemoryError(error: unknown): GpuMemoryError | null {
  if (error instanceof GpuMemoryError) return error;
  const isOutOfMemory =
    error instanceof Error && /\bOOM\b|out of memory|RESOURCE_EXHAUSTED/i.test(error.message);
  return isOutOfMemory ? new GpuMemoryError(null) : null;
}
