export {
  buildKnownBlur,
  buildLearnedBlur,
  gaussianKernel,
  type LinearBlur,
  startingKernel,
} from './blurKernel.ts';
export {
  buildKnownNoise,
  buildLearnedNoise,
  type BlurNoise,
  type NoiseCoefficients,
} from './blurNoise.ts';
export {
  buildMultiPatchDiscriminator,
  drawNestedCrop,
  type MultiPatchDiscriminator,
  type NestedCrop,
} from './discriminator.ts';
export { countParameters, disposeNetworks, type Network, type Parameter } from './network.ts';
export { buildPupilBlur, type PupilBlur, type PupilBlurOptions } from './pupilBlur.ts';
export { buildUNet, uNetShapes, walkUNet } from './unet.ts';
