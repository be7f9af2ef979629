import { createVolume, extent, type Shape3, type Volume } from '@blurcycle/core';
import { preparePsf, richardsonLucy, richardsonLucyTv } from '@blurcycle/imaging';
import { fromNetworkScale, type IntensityScale } from '@blurcycle/stacks';
import { fitLight } from './kernelResidual.ts';

/** Updates of Richardson-Lucy TV that start from the result of a network. */
interface Refinement {
  readonly iterations: number;
  /** @defaultValue the model's kernel */
  readonly psf?: Volume | undefined;
}

/** A result in the light of its stack. */
export interface LightResult {
  /** Shape, voxel size and intensity scale of the stack. */
  readonly estimate: Volume;
  /** See `fitLight`; null for a model without a kernel. */
  readonly reblurResidual: number | null;
  /** The same for ten iterations of Richardson-Lucy; null where they were not asked for. */
  readonly richardsonLucyResidual: number | null;
}

/** What is asked for beside the result. */
export interface LightWishes {
  /** Updates of Richardson-Lucy TV from the result, and their PSF. @defaultValue none */
  readonly refine?: Refinement | undefined;
  /** Whether Richardson-Lucy is run for comparison. @defaultValue false */
  readonly compare?: boolean;
}

/** From the network's scale to that of the stack, refined where that was asked for. */
export function toLight(
  estimate: Volume,
  stack: Volume,
  intensity: IntensityScale,
  psf: Volume | null,
  { refine, compare = false }: LightWishes,
): LightResult {
  if (psf === null) {
    const result = fromNetworkScale(estimate, intensity);
    return { estimate: result, reblurResidual: null, richardsonLucyResidual: null };
  }
  const { gain, offset, residual } = fitLight(estimate, stack, psf);
  const light = mapped(estimate, (value) => gain * value);
  const refined = refine === undefined ? null : refineLight(light, stack, offset, psf, refine);
  return {
    estimate: mapped(refined ?? light, (value) => offset + value),
    reblurResidual: refined === null ? residual : fitLight(refined, stack, psf).residual,
    richardsonLucyResidual: compare ? residualOfRichardsonLucy(stack, offset, psf) : null,
  };
}

/** As many as the comparison has: enough to explain a stack, too few to fit its noise. */
const COMPARED_ITERATIONS = 10;
/** Richardson-Lucy multiplies: a voxel that starts at 0 stays there. */
const START_FLOOR = 1e-4;

function residualOfRichardsonLucy(stack: Volume, offset: number, psf: Volume): number {
  const light = mapped(stack, (value) => Math.max(0, value - offset));
  const options = { iterations: COMPARED_ITERATIONS };
  return fitLight(richardsonLucy(light, asPsfInside(psf, stack), options), stack, psf).residual;
}

function refineLight(
  light: Volume,
  stack: Volume,
  offset: number,
  kernel: Volume,
  { iterations, psf = kernel }: Refinement,
): Volume {
  const [, top] = extent(light.data);
  const start =
    top > 0 ? mapped(light, (value) => Math.max(value, START_FLOOR * top)) : ('flat' as const);
  const data = mapped(stack, (value) => Math.max(0, value - offset));
  return richardsonLucyTv(data, asPsfInside(psf, stack), { iterations, start });
}

/** The PSF as far as Richardson-Lucy takes it: from the first to beyond the last plane. */
function asPsfInside(psf: Volume, { shape }: Volume): Volume {
  const largestShape: Shape3 = [2 * shape[0] - 1, 2 * shape[1] - 1, 2 * shape[2] - 1];
  return preparePsf(psf, { center: 'middle', largestShape });
}

function mapped({ shape, voxelSizeUm, data }: Volume, change: (value: number) => number): Volume {
  return createVolume(shape, voxelSizeUm, data.map(change));
}
