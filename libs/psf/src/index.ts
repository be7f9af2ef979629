export { createPsf, focusUm, psfIntensity, type PsfRequest } from './createPsf.ts';
export { gaussianPsf } from './gaussianPsf.ts';
export { gibsonLanniZernike } from './pupilKernel/gibsonLanniZernike.ts';
export { normalizePsf } from './normalizePsf.ts';
export { samplingLimits, type Optics } from './optics.ts';
export { psfFigure, type PsfFigure } from './psfFigure.ts';
export { PSF_PRESETS } from './psfPresets.ts';
export { psfWarnings } from './psfWarnings.ts';
export { psfFwhmUm } from './widths.ts';
export { windowEnergy } from './windowEnergy.ts';
export {
  createPupilKernel,
  type PupilKernelOptions,
  type PupilKernelValue,
  type PupilParameters,
} from './pupilKernel/pupilKernel.ts';
