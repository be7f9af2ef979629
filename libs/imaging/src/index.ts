export { beadWindow, psfFromBeads } from './beads/psfFromBeads.ts';
export { alignPsf, type AlignedPsf } from './deconvolution/alignPsf.ts';
export {
  blindRichardsonLucy,
  type BlindRichardsonLucyOptions,
} from './deconvolution/blindRichardsonLucy.ts';
export type { RichardsonLucyOptions, UpdatesEnd } from './deconvolution/iterateRichardsonLucy.ts';
export type { IterationStatistics } from './deconvolution/iterationStatistics.ts';
export { noiseSample, noiseVariance } from './deconvolution/noiseLevel.ts';
export { preparePsf } from './deconvolution/preparePsf.ts';
export {
  acceleratedRichardsonLucy,
  richardsonLucy,
  richardsonLucyTv,
  tvFlatBelow,
} from './deconvolution/richardsonLucy.ts';
export { richardsonLucyOnDevice } from './deconvolution/richardsonLucyOnDevice.ts';
export { startLevel } from './deconvolution/startEstimate.ts';
export { tikhonov } from './deconvolution/tikhonov.ts';
export { wiener, wienerPrior } from './deconvolution/wiener.ts';
export { blur, createForwardModel } from './forwardModel.ts';
export { kernelFromSpectra } from './spectra/kernelFromSpectra.ts';
export { addPhotonNoise, addReadNoise, averageSnrDb, calibrateReadNoise } from './noise.ts';
export { noiseCoefficients } from './photonTransfer.ts';
export { recordEmccd, type EmccdCamera } from './recordEmccd.ts';
export { scalePsf } from './scalePsf.ts';
export { signalRatio } from './signalRatio.ts';
