export { addPhotonNoise } from './addPhotonNoise.ts';
export { addReadNoise } from './addReadNoise.ts';
export { calibrateReadNoise, type ReadNoiseCalibration } from './calibrateReadNoise.ts';
export { acceleratedRichardsonLucy } from './deconvolution/acceleratedRichardsonLucy.ts';
export {
  blindRichardsonLucy,
  type BlindEstimate,
  type BlindRichardsonLucyOptions,
} from './deconvolution/blindRichardsonLucy.ts';
export { estimateNoise } from './deconvolution/estimateNoise.ts';
export { startLevel } from './deconvolution/iterateRichardsonLucy.ts';
export type { IterationStatistics } from './deconvolution/iterationStatistics.ts';
export type { LinearDeconvolutionOptions } from './deconvolution/linearDeconvolutionOptions.ts';
export { preparePsf, type PreparePsfOptions } from './deconvolution/preparePsf.ts';
export { richardsonLucy } from './deconvolution/richardsonLucy.ts';
export type { RichardsonLucyOptions } from './deconvolution/richardsonLucyOptions.ts';
export {
  richardsonLucyTv,
  tvFlatBelow,
  type RichardsonLucyTvOptions,
} from './deconvolution/richardsonLucyTv.ts';
export { tikhonov, type TikhonovOptions } from './deconvolution/tikhonov.ts';
export { wiener, wienerPrior, type WienerOptions } from './deconvolution/wiener.ts';
export {
  blur,
  blurAdjoint,
  createForwardModel,
  type ForwardModel,
  type ForwardModelOptions,
} from './forwardModel.ts';
export { poissonDeviate } from './poissonDeviate.ts';
export { poissonLogProbability } from './poissonLogProbability.ts';
export { recordEmccd, type EmccdCamera } from './recordEmccd.ts';
export { averageSnrDb, peakSnrDb } from './signalToNoise.ts';
