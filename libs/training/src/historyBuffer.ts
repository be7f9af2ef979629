import { keep, clone, type Tensor5D } from '@tensorflow/tfjs-core';
import type { RandomStream } from '@blurcycle/core';

/**
 * Volumes that a generator made earlier, to show its discriminator now and then (paper section
 * III-B).
 */
export interface HistoryBuffer {
  readonly volumes: readonly Tensor5D[];
  /**
   * What the discriminator sees in place of the fresh `volume`.
   *
   * While the buffer fills up: the volume itself. Then with probability 1/2 the volume, else a
   * random earlier one, whose place the fresh one takes. Memory: the buffer keeps a tensor of its
   * own; the caller disposes the result.
   */
  exchange(volume: Tensor5D): Tensor5D;
  /** Replaces the contents; the buffer owns the given tensors from now on. */
  load(volumes: readonly Tensor5D[]): void;
  dispose(): void;
}

/**
 * An empty history buffer.
 *
 * Source: Shrivastava et al. (2017), section 2.3; size 50 in the paper.
 */
export function createHistoryBuffer(capacity: number, stream: RandomStream): HistoryBuffer {
  let volumes: Tensor5D[] = [];
  const own = (volume: Tensor5D): Tensor5D => keep(clone(volume));
  return {
    get volumes() {
      return volumes;
    },
    exchange(volume) {
      if (volumes.length < capacity) {
        volumes.push(own(volume));
        return own(volume);
      }
      if (capacity === 0 || stream.uniform() < 0.5) return own(volume);
      const place = stream.integer(capacity);
      const earlier = volumes[place];
      volumes[place] = own(volume);
      return earlier;
    },
    load(replacement) {
      for (const volume of volumes) volume.dispose();
      volumes = [...replacement];
    },
    dispose() {
      for (const volume of volumes) volume.dispose();
      volumes = [];
    },
  };
}
