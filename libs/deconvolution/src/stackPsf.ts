import {
  describeViolation,
  formatValue,
  InputError,
  mean,
  type Shape3,
  type Volume,
} from '@blurcycle/core';
import { readTiffStack } from '@blurcycle/data';
import { preparePsf, type PreparePsfOptions } from '@blurcycle/imaging';
import { createPsf, type PsfRequest, psfWarnings } from '@blurcycle/psf';

/** Where the PSF of a stack comes from. */
export type PsfSource =
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly center: NonNullable<PreparePsfOptions['center']>;
      readonly background: number;
      /** Whether the voxel size that the user gave holds for the PSF's file, too. */
      readonly voxelSizeGiven: boolean;
    }
  | {
      readonly kind: 'optics';
      /** The request for a voxel size and sides. */
      readonly request: (voxelSizeUm: Shape3, shape: Shape3) => PsfRequest;
      /** Sides in voxels; chosen from the stack's unless given. */
      readonly shape: Shape3 | undefined;
      /** What the user gave of the optics, by the names of the settings, for `model.json`. */
      readonly given: Readonly<Record<string, string | number>>;
    };

/** A PSF that fits a stack: centered, odd sides, unit sum, the stack's voxel size. */
export interface StackPsf {
  readonly psf: Volume;
  /** Fraction of its light inside the sides of the stack; 1 where nothing was cut. */
  readonly keptLight: number;
  readonly warnings: readonly string[];
}

/**
 * Window of a computed PSF where none is given: the paper's for its own microscope, and no larger
 * than the stack.
 */
const LARGEST_WINDOW = 61;
/** A PSF that is cut to less than this fraction of its light gives a warning. */
const LEAST_KEPT = 0.95;
/** Rounding of TIFF's rational numbers, 0.1 %, the same tolerance as that of the forward model. */
const VOXEL_TOLERANCE = 1e-3;

/**
 * The PSF for a stack, from a file or from the optics.
 *
 * @param stack - The stack to deconvolve.
 * @param crop - Cut down a PSF that is larger than the stack instead of refusing it.
 * @throws {InputError} If the optics are impossible, voxel sizes differ, or the PSF is larger than
 *   the stack.
 */
export async function stackPsf(source: PsfSource, stack: Volume, crop: boolean): Promise<StackPsf> {
  const { psf, warnings } =
    source.kind === 'file' ? await readPsf(source, stack) : computePsf(source, stack);
  if (psf.shape.every((side, axis) => side <= stack.shape[axis]))
    return { psf, keptLight: 1, warnings };
  const largestShape = mapSides((axis) => Math.min(psf.shape[axis], stack.shape[axis]));
  if (!crop) {
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
    warnings: keptLight < LEAST_KEPT ? [...warnings, lost] : warnings,
  };
}

type Found = Pick<StackPsf, 'psf' | 'warnings'>;

async function readPsf(
  source: Extract<PsfSource, { kind: 'file' }>,
  stack: Volume,
): Promise<Found> {
  const { voxelSizeUm } = stack;
  const options = source.voxelSizeGiven ? { voxelSizeUm } : { defaultVoxelSizeUm: voxelSizeUm };
  const { volume } = await readTiffStack(source.path, options);
  const agree = volume.voxelSizeUm.every(
    (side, axis) => Math.abs(side / voxelSizeUm[axis] - 1) < VOXEL_TOLERANCE,
  );
  if (!agree) {
    throw new InputError(
      describeViolation(
        'psf',
        `the voxels of '${source.path}'`,
        `be those of the stack, ${formatValue(voxelSizeUm)} µm`,
        volume.voxelSizeUm,
        'resample the PSF, or give --voxel z,y,x where the files are wrong',
      ),
    );
  }
  const { center, background } = source;
  const psf = preparePsf(volume, { center, background });
  return { psf, warnings: floorWarning(volume, background) };
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

function computePsf(source: Extract<PsfSource, { kind: 'optics' }>, stack: Volume): Found {
  const [dz, dy, dx] = stack.voxelSizeUm;
  const shape =
    source.shape ?? mapSides((axis) => largestOdd(Math.min(LARGEST_WINDOW, stack.shape[axis])));
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
  return { psf: preparePsf(psf, { center: 'middle' }), warnings };
}

function largestOdd(side: number): number {
  return side % 2 === 1 ? side : side - 1;
}

function mapSides(side: (axis: number) => number): Shape3 {
  return [side(0), side(1), side(2)];
}
