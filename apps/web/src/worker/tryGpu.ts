import type { PageGpu } from '@blurcycle/compute/webgpu-adapter';
import { InputError } from '@blurcycle/core';
import type { EngineChoice } from './protocol.ts';

/**
 * What `compute` makes on the GPU; null where there is none, it does not do this, or it failed.
 *
 * @param warn - Says why what was to run there did not.
 * @throws {Error} What failed, where the GPU was chosen.
 */
export async function tryGpu<T>(
  gpu: PageGpu | null,
  choice: EngineChoice,
  compute: (gpu: PageGpu) => Promise<T | null>,
  warn: (line: string) => void,
): Promise<T | null> {
  if (gpu === null) return null;
  try {
    const made = await compute(gpu);
    if (made === null && choice === 'webgpu') warn('this method does not run on the GPU');
    return made;
  } catch (error) {
    if (choice === 'webgpu' || error instanceof InputError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    warn(`the GPU could not do it (${reason}); it was computed without it`);
    return null;
  }
}
