import { createVolume, type Volume } from '@blurcycle/core';
import type { ClassicalSettings } from '@blurcycle/experiment';
import { noiseSample, noiseVariance } from '@blurcycle/imaging';
import { backgroundLevel } from '@blurcycle/stacks';

/** A camera's offset: counts that are no light. `auto` takes what the darkest blocks reach. */
export type Offset = number | 'auto';

/** A stack whose values are light. */
interface LightStack {
  readonly stack: Volume;
  /** What was subtracted. */
  readonly offset: number;
  readonly warnings: readonly string[];
}

/** Part of the mean that dark blocks may reach before somebody should say what they are. */
const MUCH_DARK = 0.25;

/**
 * Subtracts the offset of the camera, max(y - o, 0) for the Richardson-Lucy methods, which take no
 * negative values, and y - o for linear ones.
 *
 * Photon noise grows with the light, not with the offset: left in, it is taken for light, and the
 * result is far from the object. A stack of whole numbers (as cameras give) without a stated offset
 * or background, whose darkest blocks are far from 0, is warned of.
 *
 * @param offset - Undefined where nobody stated one: nothing is subtracted.
 * @param isRaw - Whether the file holds integers.
 */
export function subtractOffset(
  stack: Volume,
  offset: Offset | undefined,
  { algorithm, background = 0 }: ClassicalSettings,
  isRaw: boolean,
): LightStack {
  if (offset === undefined) {
    const dark = isRaw && background === 0 ? backgroundLevel(stack) : 0;
    const total = stack.data.reduce((sum, value) => sum + value, 0);
    const isMuch = dark > MUCH_DARK * (total / stack.data.length);
    const shown = dark.toPrecision(4);
    const warning = `the darkest parts of the stack reach ${shown}: if that is the camera's offset, give --offset auto (or the offset itself); if it is light, --background ${shown}`;
    return { stack, offset: 0, warnings: isMuch ? [warning] : [] };
  }
  const level = offset === 'auto' ? backgroundLevel(stack) : offset;
  const least = algorithm === 'wiener' || algorithm === 'tikhonov' ? -Infinity : 0;
  const { shape, voxelSizeUm, data } = stack;
  const light = data.map((value) => Math.max(value - level, least));
  return { stack: createVolume(shape, voxelSizeUm, light), offset: level, warnings: [] };
}

/** What is known of a result. */
interface Outcome {
  readonly stack: Volume;
  readonly psf: Volume;
  readonly background: number;
  /** Sums over the voxels: of the data above background, and of the result. */
  readonly flux: { readonly input: number; readonly output: number };
  /** ‖y - b - m‖ / ‖y - b‖; null where it is not known. */
  readonly reblurResidual: number | null;
}

/** Part by which the light may differ. */
const LIGHT_TOLERANCE = 0.2;
/** A residual this many times the noise does not explain the data. */
const RESIDUAL_TOLERANCE = 2;

/** Warnings where a result has other light than the data, or does not explain them. */
export function judgeResult({
  stack,
  psf,
  background,
  flux,
  reblurResidual,
}: Outcome): readonly string[] {
  const warnings: string[] = [];
  const part = flux.output / flux.input - 1;
  if (Math.abs(part) > LIGHT_TOLERANCE) {
    const sense = part > 0 ? 'more' : 'less';
    warnings.push(
      `the result has ${Math.abs(100 * part).toFixed(0)} % ${sense} light than the stack above background: are offset (--offset auto) and background right, and is the PSF that of this stack?`,
    );
  }
  if (reblurResidual === null) return warnings;
  const power =
    stack.data.reduce((sum, value) => sum + (value - background) ** 2, 0) / stack.data.length;
  const noise = Math.sqrt(noiseVariance(noiseSample(stack), psf) / power);
  if (reblurResidual > RESIDUAL_TOLERANCE * noise + ROUNDING) {
    const times = reblurResidual / noise;
    const much = times > 100 ? 'far more than' : `${times.toPrecision(2)} times`;
    warnings.push(
      `the blurred result misses the data by ${much} their noise: too few iterations, too much smoothing, or another PSF or background than that of this stack`,
    );
  }
  return warnings;
}

/** Noise-free data leave this much of float32 arithmetic and of the border. */
const ROUNDING = 0.01;
