import { describeViolation, formatValue, InputError, type Shape3 } from '@blurcycle/core';
import type { RunSettings } from '@blurcycle/experiment';

/** What decides how large stacks have to be. */
type PatchSettings = Pick<RunSettings, 'network' | 'training'>;

/** The third discriminator sees a quarter of this, its smallest input. */
const SMALLEST_CYCLE_PATCH_SIDE = 16;
/** The U-Net halves every side twice. */
const MULTIPLE = 4;

/** Smallest sides of a stack: the patch, and the surroundings that make its blur exact. */
export function stackSidesNeeded({ training, network }: PatchSettings): Shape3 {
  const border = (axis: number): number =>
    training.cycleBorder === 'exclude' ? network.blurKernelSize[axis] - 1 : 0;
  return [
    training.patch[0] + border(0),
    training.patch[1] + border(1),
    training.patch[2] + border(2),
  ];
}

/**
 * Throws unless patches can be cut from the smallest stack.
 *
 * @param smallest - Smallest side along each axis over all stacks.
 */
export function checkStackSides(settings: PatchSettings, smallest: Shape3): void {
  const needed = stackSidesNeeded(settings);
  if (needed.every((side, axis) => side <= smallest[axis])) return;
  const { patch } = settings.training;
  const border = needed.map((side, axis) => side - patch[axis]);
  const largest = smallest.map((side, axis) =>
    Math.min(patch[axis], Math.floor((side - border[axis]) / 4) * 4),
  );
  const kernel = formatValue(settings.network.blurKernelSize);
  const remedy = largest.every((side) => side >= SMALLEST_CYCLE_PATCH_SIDE)
    ? `give --patch ${largest.join(',')}`
    : `take larger stacks or a smaller --kernel than ${kernel}`;
  throw new InputError(
    describeViolation(
      'fit',
      'every stack',
      `be at least ${formatValue(needed)} voxels for patches of ${formatValue(patch)} and half a kernel around them`,
      smallest,
      remedy,
    ),
  );
}

/** The sides of a patch for the network: multiples of 4, where 1 stands for a single plane. */
export function checkPatch(patch: Shape3, smallest: number): Shape3 {
  const fits = patch.every(
    (side, axis) =>
      (axis === 0 && side === 1 && smallest === 1) ||
      (Number.isInteger(side) && side % MULTIPLE === 0 && side >= smallest),
  );
  if (!fits) {
    const rule =
      smallest === 1
        ? 'be multiples of 4, or 1 plane'
        : `be multiples of 4, ${SMALLEST_CYCLE_PATCH_SIDE} or more`;
    throw new InputError(describeViolation('fit', '--patch', rule, patch, 'for example 16,48,48'));
  }
  return patch[0] === 1 ? [MULTIPLE, patch[1], patch[2]] : patch;
}

/**
 * Throws unless the smallest sharp stack holds a patch. A single plane is repeated: it holds
 * patches of 4.
 */
export function checkSimulatedSides(patch: Shape3, smallest: Shape3): void {
  const holds = patch.every(
    (side, axis) => side <= smallest[axis] || (axis === 0 && side === MULTIPLE),
  );
  if (holds) return;
  const largest = fittingPatch(patch, smallest);
  throw new InputError(
    describeViolation(
      'fit',
      '--patch',
      `fit into the smallest sharp stack, ${formatValue(smallest)}`,
      patch,
      `give --patch ${largest.join(',')}, or leave it out`,
    ),
  );
}

/** The largest patch up to the wanted one that stacks hold, its sides multiples of 4. */
export function fittingPatch(wanted: Shape3, smallest: Shape3): Shape3 {
  const side = (axis: 0 | 1 | 2): number =>
    Math.min(wanted[axis], MULTIPLE * Math.max(1, Math.floor(smallest[axis] / MULTIPLE)));
  return [side(0), side(1), side(2)];
}

export function checkSides(patch: Shape3, kernel: Shape3, cycleBorder: 'keep' | 'exclude'): void {
  checkPatch(patch, SMALLEST_CYCLE_PATCH_SIDE);
  if (!kernel.every((side) => Number.isInteger(side) && side % 2 === 1)) {
    const remedy = 'an even side has no center voxel';
    throw new InputError(describeViolation('fit', '--kernel', 'be odd', kernel, remedy));
  }
  if (cycleBorder === 'exclude' && kernel.some((side, axis) => side > patch[axis])) {
    const rule = `be no larger than the patch ${formatValue(patch)}`;
    throw new InputError(
      describeViolation(
        'fit',
        '--kernel',
        rule,
        kernel,
        'take a larger --patch or a smaller --kernel',
      ),
    );
  }
}
