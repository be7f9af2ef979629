export { bornWolfPsf } from './bornWolfPsf.ts';
export { gaussianPsf, gaussianSigmaUm, type GaussianPsfOptions } from './gaussianPsf.ts';
export { normalizePsf } from './normalizePsf.ts';
export { type Optics } from './optics.ts';
export { type PixelIntegration, type PsfOptions, type Sampling } from './psfOptions.ts';
