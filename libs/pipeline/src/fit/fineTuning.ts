import {
  createVolume,
  describeViolation,
  formatValue,
  InputError,
  type Volume,
} from '@blurcycle/core';
import { preparePsf } from '@blurcycle/imaging';
import { type NamedStack, smallestShape } from '@blurcycle/stacks';
import type { FitSettings } from './fitSettings.ts';
import type { Simulation, SimulationScales } from './simulatedSource.ts';

/** What fine tuning on the real images adds to simulated pairs. */
interface FineTuning {
  /** The kernel's window is that of the PSF where this is smaller. */
  readonly settings: FitSettings;
  /** h: from a specimen to its image, both on the network's scale. */
  readonly kernel: Volume;
  /** Part of the PSF's light inside the window. */
  readonly keptLight: number;
  /** The real images on the network's scale, as a model sees them. */
  readonly observed: readonly Volume[];
}

/** Whether the real images count in a training on simulated pairs. */
export function wantsTuning({ method }: FitSettings): boolean {
  return method.cycles === 'blurred';
}

/**
 * The kernel and the images of ‖y - h*G(y)‖².
 *
 * A level of `brightness` in an image is light of `target` in the specimen, so h is the PSF times
 * brightness / target, cut to the kernel's window and brought back to its sum.
 *
 * @throws {InputError} If an image is smaller than a patch, or the window larger.
 */
export function prepareTuning(
  {
    settings,
    blurred,
  }: { readonly settings: FitSettings; readonly blurred: readonly NamedStack[] },
  psf: Volume,
  noise: Simulation['noise'],
  { brightness, target }: SimulationScales,
): FineTuning {
  const { network } = settings;
  const { patch } = settings.training;
  const window = preparePsf(psf, { center: 'middle', largestShape: network.blurKernelSize });
  const smallest = smallestShape(blurred);
  if (window.shape.some((side, axis) => side > patch[axis])) {
    const rule = `go with patches at least as large as the kernel's window, ${formatValue(window.shape)}`;
    const remedy = 'give a larger --patch or a smaller --kernel';
    throw new InputError(describeViolation('fit', '--fine-tune', rule, patch, remedy));
  }
  if (patch.some((side, axis) => side > smallest[axis])) {
    const rule = `go with blurred stacks of at least the patch, ${formatValue(patch)}`;
    const remedy = 'take a smaller --patch, or leave --fine-tune out';
    throw new InputError(describeViolation('fit', '--fine-tune', rule, smallest, remedy));
  }
  const scaled = (volume: Volume, factor: number, black: number): Volume =>
    createVolume(
      volume.shape,
      volume.voxelSizeUm,
      volume.data.map((value) => factor * (value - black)),
    );
  const middle = ({ data }: Volume): number => data[(data.length - 1) / 2];
  return {
    settings: { ...settings, network: { ...network, blurKernelSize: window.shape } },
    kernel: scaled(window, brightness / target, 0),
    keptLight: middle(psf) / middle(window),
    observed: blurred.map(({ volume }, i) => {
      const { black, level } = noise[i].levels;
      return scaled(volume, brightness / level, black);
    }),
  };
}
