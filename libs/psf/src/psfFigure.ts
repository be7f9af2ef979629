import { axialSection, lateralSection, type PlaneSection, type Volume } from '@blurcycle/core';
import { createPsf, isSpecial, psfIntensity, psfPupil, type PsfRequest } from './createPsf.ts';
import { gaussianSigmaUm } from './gaussianPsf.ts';
import { kernelMtf, lateralMtf, type MtfCurve } from './mtf.ts';
import { psfFwhmUm, psfReachUm } from './widths.ts';

/** Intensity along a line through the focus, finer than the voxels. */
interface PsfProfile {
  readonly offsetUm: readonly number[];
  readonly intensity: readonly number[];
}

type PerAxis<T> = Readonly<Record<'z' | 'y' | 'x', T>>;

/** The data of a figure of a PSF. */
export interface PsfFigure {
  readonly psf: Volume;
  /** The focal plane, y by x. */
  readonly lateral: PlaneSection;
  /** The plane of the axis and x, z by x. */
  readonly axial: PlaneSection;
  readonly profiles: PerAxis<PsfProfile>;
  /** Full widths at half maximum in µm, from the model, not from voxels. */
  readonly fwhmUm: PerAxis<number>;
  /** Transfer of the kernel as sampled and cropped. */
  readonly kernelMtf: PerAxis<MtfCurve>;
  /**
   * Lateral transfer of the focal plane without window and pixels; null for modalities and Zernike
   * aberrations, which have more than one round pupil.
   */
  readonly opticalMtf: MtfCurve | null;
}

const PROFILE_POINTS = 201;
const MTF_POINTS = 65;

/**
 * Sections, profiles, widths and transfer functions of point spread functions, for side-by-side
 * figures.
 *
 * @param requests - Models on any grids; the paper's Figure 5 is Born & Wolf beside Richards &
 *   Wolf.
 */
export function psfFigure(requests: readonly PsfRequest[]): PsfFigure[] {
  return requests.map(figureOf);
}

function figureOf(request: PsfRequest): PsfFigure {
  const psf = createPsf(request);
  const half = psf.shape.map((side, axis) => (side / 2) * psf.voxelSizeUm[axis]);
  const intensity = psfIntensity(request, psfReachUm(request));
  const lines = {
    z: (t: number) => intensity(t, 0, 0),
    y: (t: number) => intensity(0, t, 0),
    x: (t: number) => intensity(0, 0, t),
  };
  return {
    psf,
    lateral: lateralSection(psf),
    axial: axialSection(psf),
    profiles: {
      z: profile(lines.z, half[0]),
      y: profile(lines.y, half[1]),
      x: profile(lines.x, half[2]),
    },
    fwhmUm: psfFwhmUm(request, intensity),
    kernelMtf: kernelMtf(psf, MTF_POINTS),
    opticalMtf: opticalMtf(request),
  };
}

function profile(line: (offset: number) => number, half: number): PsfProfile {
  const offsetUm = Array.from(
    { length: PROFILE_POINTS },
    (_, i) => half * ((2 * i) / (PROFILE_POINTS - 1) - 1),
  );
  return { offsetUm, intensity: offsetUm.map(line) };
}

function opticalMtf(request: PsfRequest): MtfCurve | null {
  if (isSpecial(request)) return null;
  const cutoff = (2 * request.numericalAperture) / request.emissionWavelengthUm;
  const frequencyPerUm = Array.from(
    { length: MTF_POINTS },
    (_, i) => (cutoff * i) / (MTF_POINTS - 1),
  );
  if (request.model !== 'gaussian')
    return { frequencyPerUm, modulation: lateralMtf(psfPupil(request), frequencyPerUm) };
  const sigma = (request.sigmaUm ?? gaussianSigmaUm(request))[2];
  return {
    frequencyPerUm,
    modulation: frequencyPerUm.map((f) => Math.exp(-2 * (Math.PI * f * sigma) ** 2)),
  };
}
