export {
  blindRichardsonLucy,
  type BlindEstimate,
  type BlindRichardsonLucyOptions,
} from './deconvolution/blindRichardsonLucy.ts';
export { startLevel, type RichardsonLucyOptions } from './deconvolution/iterateRichardsonLucy.ts';
export type { IterationStatistics } from './deconvolution/iterationStatistics.ts';
export type { LinearDeconvolutionOptions } from './deconvolution/leastSquares.ts';
export { preparePsf, type PreparePsfOptions } from './deconvolution/preparePsf.ts';
export {
  acceleratedRichardsonLucy,
  richardsonLucy,
  richardsonLucyTv,
  tvFlatBelow,
  type RichardsonLucyTvOptions,
} from './deconvolution/richardsonLucy.ts';
export { tikhonov, type TikhonovOptions } from './deconvolution/tikhonov.ts';
export { wiener, wienerPrior, type WienerOptions } from './deconvolution/wiener.ts';
export {
  blur,
  createForwardModel,
  type ForwardModel,
  type ForwardModelOptions,
} from './forwardModel.ts';
export {
  addPhotonNoise,
  addReadNoise,
  averageSnrDb,
  calibrateReadNoise,
  peakSnrDb,
  type ReadNoiseCalibration,
} from './noise.ts';
export { recordEmccd, type EmccdCamera } from './recordEmccd.ts';
