export { bornWolfPsf } from './bornWolfPsf.ts';
export { createPsf, psfIntensity, type PsfIntensity, type PsfRequest } from './createPsf.ts';
export { gaussianPsf, type GaussianPsfOptions } from './gaussianPsf.ts';
export type { GibsonLanniOptics } from './gibsonLanniLayers.ts';
export {
  gibsonLanniFocusUm,
  gibsonLanniPsf,
  type GibsonLanniPsfOptions,
} from './gibsonLanniPsf.ts';
export type { MtfCurve } from './mtf.ts';
export { normalizePsf } from './normalizePsf.ts';
export {
  samplingLimits,
  type Optics,
  type PsfOptions,
  type Sampling,
  type SamplingLimits,
} from './optics.ts';
export { psfFigure, type PsfFigure, type PsfProfile } from './psfFigure.ts';
export { PSF_PRESETS, type PsfPreset, type PsfPresetName } from './psfPresets.ts';
export { psfWarnings, type PsfWarning } from './psfWarnings.ts';
export {
  richardsWolfPsf,
  type RichardsWolfPsfOptions,
  type VectorialOptics,
} from './richardsWolfPsf.ts';
export { psfFwhmUm } from './widths.ts';
export { windowEnergy, type WindowEnergy } from './windowEnergy.ts';
