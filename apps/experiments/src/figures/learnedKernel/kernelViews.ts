import type { Volume } from '@blurcycle/core';
import { smoothGaussian } from '@blurcycle/metrics';

/** Learned kernels of one row: the same settings with several seeds, none when no run is done. */
export interface LearnedKernels {
  readonly id: string;
  readonly label: string;
  readonly seeds: readonly { readonly seed: number; readonly kernel: Volume }[];
}

/** What the figure is made of. */
export interface LearnedKernelContent {
  readonly rows: readonly LearnedKernels[];
  /**
   * Gain times PSF: the kernel that blurred the data, or what the optics say where that is not
   * known.
   */
  readonly truth: Volume;
  /** What `truth` is called. */
  readonly truthLabel: string;
  /** Standard deviation in voxels of the Gaussian that takes the high frequencies out. */
  readonly smoothingSigmaVoxels: number;
}

/** A kernel as it is, and smoothed. */
export interface KernelView {
  readonly id: string;
  readonly label: string;
  readonly kernel: Volume;
  /** The true kernel in the same state: what a perfect one would look like. */
  readonly reference: Volume;
}

/** Truth and the kernels of one seed for each row, raw and smoothed: what is drawn. */
export function drawnViews(content: LearnedKernelContent): KernelView[] {
  const { truth, truthLabel, rows } = content;
  return [
    { id: 'truth', label: truthLabel, kernel: truth },
    ...rows.flatMap(({ id, label, seeds }) =>
      seeds.slice(0, 1).map(({ kernel }) => ({ id, label, kernel })),
    ),
  ].flatMap((entry) => rawAndSmoothed(entry, content));
}

/** Truth and the kernels of all seeds, raw and smoothed: what is measured. */
export function measuredViews(content: LearnedKernelContent): KernelView[] {
  const { truth, truthLabel, rows } = content;
  return [
    { id: 'truth', label: truthLabel, kernel: truth },
    ...rows.flatMap(({ id, label, seeds }) =>
      seeds.map(({ seed, kernel }) => ({
        id: `${id}-s${seed}`,
        label: `${label}, seed ${seed}`,
        kernel,
      })),
    ),
  ].flatMap((entry) => rawAndSmoothed(entry, content));
}

function rawAndSmoothed(
  { id, label, kernel }: Omit<KernelView, 'reference'>,
  { truth, smoothingSigmaVoxels }: LearnedKernelContent,
): KernelView[] {
  return [
    { id: `${id}-raw`, label: `${label}, raw`, kernel, reference: truth },
    {
      id: `${id}-smoothed`,
      label: `${label}, smoothed`,
      kernel: smoothGaussian(kernel, smoothingSigmaVoxels),
      reference: smoothGaussian(truth, smoothingSigmaVoxels),
    },
  ];
}
