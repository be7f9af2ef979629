/** The GPU stopped answering; nothing can be computed on it any more in this process. */
export class GpuLostError extends Error {
  override readonly name = 'GpuLostError';

  /** @param reason - What the driver says. */
  constructor(reason: string) {
    super(`the GPU was lost: ${reason.trim().split('\n')[0]}`);
  }
}
