export { benchPsf, type PsfBenchmark } from './benchPsf.ts';
export { bornWolfPsf } from './bornWolfPsf.ts';
export { createPsf, psfIntensity, type PsfIntensity, type PsfRequest } from './createPsf.ts';
export { fwhm } from './fwhm.ts';
export { gaussianPsf, gaussianSigmaUm, type GaussianPsfOptions } from './gaussianPsf.ts';
export type { GibsonLanniOptics } from './gibsonLanniOptics.ts';
export {
  gibsonLanniFocusUm,
  gibsonLanniPsf,
  type GibsonLanniPsfOptions,
} from './gibsonLanniPsf.ts';
export { kernelMtf, type MtfCurve } from './kernelMtf.ts';
export { normalizePsf } from './normalizePsf.ts';
export type { Optics } from './optics.ts';
export { psfFigure, type PsfFigure, type PsfProfile } from './psfFigure.ts';
export { psfFwhmUm } from './psfFwhmUm.ts';
export type { PsfOptions, Sampling } from './psfOptions.ts';
export { PSF_PRESETS, type PsfPreset, type PsfPresetName } from './psfPresets.ts';
export { psfWarnings, type PsfWarning } from './psfWarnings.ts';
export {
  richardsWolfPsf,
  type RichardsWolfPsfOptions,
  type VectorialOptics,
} from './richardsWolfPsf.ts';
export { samplingLimits, type SamplingLimits } from './samplingLimits.ts';
export { windowEnergy, type WindowEnergy } from './windowEnergy.ts';
