export {
  buildKnownBlur,
  buildLearnedBlur,
  type BlurKernelOptions,
  type LinearBlur,
} from './blurKernel.ts';
export {
  buildMultiPatchDiscriminator,
  DISCRIMINATOR_SCALES,
  drawNestedCrop,
  type MultiPatchDiscriminator,
  type NestedCrop,
} from './multiPatchDiscriminator.ts';
export { countParameters, disposeNetworks, type Network, type Parameter } from './network.ts';
export { buildPatchDiscriminator } from './patchDiscriminator.ts';
export { buildUNet, type UNetOptions } from './unet.ts';
export { walkUNet, type UNetOperations } from './walkUNet.ts';
