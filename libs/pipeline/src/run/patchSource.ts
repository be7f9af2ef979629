import type { Augmentation, Pairing, RandomStreamState, Shape3, Volume } from '@blurcycle/core';
import { augment, crop, type Pair, patchSymmetries, samplePatch } from '@blurcycle/data';
import type { RunSettings } from '@blurcycle/experiment';
import { createSavedStream, type SampleSource } from '@blurcycle/training';

/** Half a kernel: so far its zero border reaches into a patch. Zeros where the border is kept. */
export function cycleMargin({
  training,
  network,
}: Pick<RunSettings, 'training' | 'network'>): Shape3 {
  if (training.cycleBorder === 'keep') return [0, 0, 0];
  const [z, y, x] = network.blurKernelSize;
  return [(z - 1) / 2, (y - 1) / 2, (x - 1) / 2];
}

/** State of the streams that decide which patches come next, and how they are turned. */
interface PatchSourceState {
  readonly sampling: RandomStreamState;
  readonly augmentation: RandomStreamState;
}

/** What is cut from the training volumes. */
export interface PatchSourceOptions {
  readonly pairs: readonly Pair[];
  readonly patch: Shape3;
  /** Voxels that the sharp patch is wider by on each side, for a method that blurs it. */
  readonly sharpMargin: Shape3;
  readonly sampling: Pairing;
  /** Turns and flips (paper section IV). */
  readonly augment: Augmentation;
  /** The PSF of the blurred volumes for a method that knows it: it decides how they may turn. */
  readonly kernel: Volume | null;
  readonly seed: number;
}

/**
 * Random patches of the training volumes, turned and flipped; the order follows from the seed
 * alone.
 */
export function createPatchSource(options: PatchSourceOptions): SampleSource<PatchSourceState> {
  const { pairs, patch, sharpMargin, sampling, seed, kernel } = options;
  const wide: Shape3 = [
    patch[0] + 2 * sharpMargin[0],
    patch[1] + 2 * sharpMargin[1],
    patch[2] + 2 * sharpMargin[2],
  ];
  const samplingStream = createSavedStream(seed, 'sampling/patches');
  const augmentationStream = createSavedStream(seed, 'augmentation');
  const [{ blurred }] = pairs;
  const turns =
    options.augment === 'none'
      ? null
      : patchSymmetries({
          ...{ augmentation: options.augment, sampling, kernel },
          voxelSizeUm: blurred.voxelSizeUm,
        });
  return {
    next() {
      const sample = samplePatch(pairs, samplingStream, wide, sampling);
      const turned = turns === null ? sample : augment(sample, augmentationStream, sampling, turns);
      return { sharp: turned.sharp, blurred: crop(turned.blurred, sharpMargin, patch) };
    },
    state: () => ({ sampling: samplingStream.state(), augmentation: augmentationStream.state() }),
    restore(state) {
      samplingStream.restore(state.sampling);
      augmentationStream.restore(state.augmentation);
    },
  };
}
