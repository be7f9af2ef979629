export { bornWolfPsf } from './bornWolfPsf.ts';
export { fwhm } from './fwhm.ts';
export { gaussianPsf, gaussianSigmaUm, type GaussianPsfOptions } from './gaussianPsf.ts';
export type { GibsonLanniOptics } from './gibsonLanniOptics.ts';
export { gibsonLanniFocusUm, gibsonLanniPsf, type GibsonLanniPsfOptions } from './gibsonLanniPsf.ts';
export { normalizePsf } from './normalizePsf.ts';
export type { Optics } from './optics.ts';
export type { PixelIntegration, PsfOptions, Sampling } from './psfOptions.ts';
export {
  richardsWolfPsf,
  type Apodization,
  type Polarization,
  type RichardsWolfPsfOptions,
  type VectorialOptics,
} from './richardsWolfPsf.ts';
