import {
  describeViolation,
  formatShape,
  formatValue,
  InputError,
  mean,
  type PsfCenter,
  type Shape3,
  type Volume,
} from '@blurcycle/core';
import { type AlignedPsf, alignPsf, preparePsf } from '@blurcycle/imaging';
import type { ClassicalSettings } from '@blurcycle/experiment';
import { createPsf, type PsfRequest, psfWarnings } from '@blurcycle/psf';

/** How a file of a PSF is taken. */
export interface MeasuredPsf {
  readonly center: PsfCenter;
  readonly background: number;
}

/** Optics, without the voxels of a stack. */
export interface PsfOptics {
  /** The request for a voxel size and sides. */
  readonly request: (voxelSizeUm: Shape3, shape: Shape3) => PsfRequest;
  /** Sides in voxels; chosen from the stack's unless given. */
  readonly shape: Shape3 | undefined;
}

/** What a PSF is made of: a volume that was measured, or optics. */
export type PsfMaterial =
  | (MeasuredPsf & { readonly kind: 'file'; readonly volume: Volume })
  | (PsfOptics & { readonly kind: 'optics' });

/** A PSF that fits a stack: centered, odd sides, unit sum, the stack's voxel size. */
export interface StackPsf {
  readonly psf: Volume;
  /** Fraction of its light inside the sides of the stack; 1 where nothing was cut. */
  readonly keptLight: number;
  /** What was done to the file of the PSF. */
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * Window of a computed PSF where none is given: the paper's for its own microscope, and no larger
 * than the stack, or than what can reach it from beyond its edges.
 */
const LARGEST_WINDOW = 61;
/** A PSF that is cut to less than this fraction of its light gives a warning. */
const LEAST_KEPT = 0.95;
/** Whole voxels between the peak and the brightest voxel, or the centroid, that give a warning. */
const FAR_APART = 2;

/**
 * The PSF for a stack, from a measured volume or from the optics.
 *
 * @param stack - The stack to deconvolve.
 * @param crop - Cut down a PSF that is larger than the stack instead of refusing it.
 * @param reach - How large a PSF counts: `stack`, as large as the stack; `beyond`, for a method
 *   that estimates the object beyond the edges, twice its sides less one voxel, since so far apart
 *   lie the first and the last plane; `any` size. One that is larger than `beyond` is cut to it.
 * @throws {InputError} If the optics are impossible, or the PSF is larger than the stack.
 */
export function fitPsf(
  source: PsfMaterial,
  stack: Volume,
  crop: boolean,
  reach: PsfReach = 'stack',
): StackPsf {
  const largest = mapSides((axis) => largestSide(stack.shape[axis], reach));
  const { psf, notes, warnings } =
    source.kind === 'file' ? measuredPsf(source, stack) : computePsf(source, stack, largest);
  if (psf.shape.every((side, axis) => side <= largest[axis]))
    return { psf, keptLight: 1, notes, warnings };
  const largestShape = mapSides((axis) => Math.min(psf.shape[axis], largest[axis]));
  if (!crop && reach === 'stack') {
    throw new InputError(
      describeViolation(
        'psf',
        'the PSF',
        `be no larger than the stack, ${formatValue(stack.shape)}`,
        psf.shape,
        `${source.kind === 'file' ? 'so large after centering; ' : ''}--crop-psf cuts it down about its center`,
      ),
    );
  }
  const cropped = preparePsf(psf, { center: 'middle', largestShape });
  // Cutting changes the norm alone: the ratio of the peaks is the fraction of the light that is
  // kept.
  const middle = (volume: Volume): number => volume.data[(volume.data.length - 1) / 2];
  const keptLight = middle(psf) / middle(cropped);
  const lost = `the stack's sides cut off ${(100 * (1 - keptLight)).toFixed(1)} % of the PSF's light`;
  return {
    psf: cropped,
    keptLight,
    notes,
    warnings: keptLight < LEAST_KEPT ? [...warnings, lost] : warnings,
  };
}

/** How large a PSF counts; see `fitPsf`. */
export type PsfReach = 'stack' | 'beyond' | 'any';

/** The method with `weights` estimates the object beyond the edges of the stack. */
export function reachOf({ boundary = 'weights' }: ClassicalSettings): PsfReach {
  return boundary === 'weights' ? 'beyond' : 'stack';
}

function largestSide(side: number, reach: PsfReach): number {
  if (reach === 'any') return Infinity;
  return reach === 'beyond' ? 2 * side - 1 : side;
}

type Found = Pick<StackPsf, 'psf' | 'notes' | 'warnings'>;

function measuredPsf(
  { volume, center, background }: Extract<PsfMaterial, { kind: 'file' }>,
  stack: Volume,
): Found {
  const aligned = alignPsf(volume, { center, background, voxelSizeUm: stack.voxelSizeUm });
  return {
    psf: aligned.psf,
    notes: alignmentNotes(aligned, volume),
    warnings: [...centerWarnings(aligned, center), ...floorWarning(volume, background)],
  };
}

function alignmentNotes(
  { psf, origin, isInterpolated }: AlignedPsf,
  { voxelSizeUm }: Volume,
): string[] {
  if (!isInterpolated) return [];
  const isOther = psf.voxelSizeUm.some(
    (side, axis) => Math.abs(side / voxelSizeUm[axis] - 1) > ROUNDED,
  );
  return [
    ...(isOther
      ? [`resampled from voxels of ${formatShape(voxelSizeUm, 4)} µm to those of the stack`]
      : []),
    `its origin, (${origin.map(signed).join(', ')}) in its file (z, y, x from 0), is now a middle voxel`,
  ];
}

/** Voxel sizes as a file stores them. */
const ROUNDED = 0.01;

function centerWarnings({ toBrightest, toCentroid }: AlignedPsf, center: PsfCenter): string[] {
  if (center !== 'peak') return [];
  const isFar = (way: readonly number[]): boolean => way.some((part) => Math.abs(part) > FAR_APART);
  const show = (way: readonly number[]): string =>
    `(${way.map(signed).join(', ')}) voxels (z, y, x)`;
  if (isFar(toBrightest))
    return [
      `the brightest voxel of the PSF's file lies ${show(toBrightest)} from its peak after smoothing: ` +
        'is it a hot pixel? The peak is taken for the center',
    ];
  if (isFar(toCentroid))
    return [
      `the centroid of the PSF's file lies ${show(toCentroid)} from its peak, which is taken for the ` +
        'center: if that is not right, subtract its background (--psf-background) or give --psf-center',
    ];
  return [];
}

function signed(value: number): string {
  return value.toFixed(Number.isInteger(value) ? 0 : 2);
}

/** A constant floor with more of the light than this is hardly part of a PSF. */
const LARGEST_FLOOR = 0.2;

/** A camera's offset in the file of a PSF would count as light everywhere. */
function floorWarning({ data }: Volume, background: number): string[] {
  const sorted = data.toSorted();
  const floor = sorted[Math.floor(0.05 * sorted.length)] - background;
  const share = floor / (mean(data) - background);
  if (!(share > LARGEST_FLOOR)) return [];
  const middle = Number(sorted[sorted.length >> 1].toPrecision(4));
  return [
    `${Math.round(100 * share)} % of the light in the PSF's file is a floor under all of it: ` +
      `if that is the camera's offset, give --psf-background ${middle}, the median`,
  ];
}

function computePsf(source: PsfOptics, stack: Volume, largest: Shape3): Found {
  const [dz, dy, dx] = stack.voxelSizeUm;
  const shape =
    source.shape ?? mapSides((axis) => largestOdd(Math.min(LARGEST_WINDOW, largest[axis])));
  const request = source.request([dz, dy, dx], shape);
  const errors = psfWarnings(request).filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new InputError(`psf: ${errors[0].message}`);
  if (shape.some((side) => side % 2 === 0)) {
    throw new InputError(
      describeViolation(
        'deconvolve',
        '--psf-size',
        'be odd',
        shape,
        'an even side has no center voxel',
      ),
    );
  }
  const psf = createPsf(request);
  const warnings = psfWarnings(request, psf).map(({ message }) => message);
  // The middle stays the origin: the place of the focus is part of a stratified model.
  return { psf: preparePsf(psf, { center: 'middle' }), notes: [], warnings };
}

function largestOdd(side: number): number {
  return side % 2 === 1 ? side : side - 1;
}

function mapSides(side: (axis: number) => number): Shape3 {
  return [side(0), side(1), side(2)];
}
