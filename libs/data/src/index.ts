export {
  type Acquisition,
  assertFits,
  chooseStack,
  chooseVoxelSize,
  isPlausible,
  pickFrom1,
  type ReadTiffOptions,
  type StatedVoxelSize,
} from './acquisition.ts';
export { augment, patchSymmetries, turn, type Turn } from './augment.ts';
export {
  buildMicroscopeDataset,
  type MicroscopeDatasetConfig,
} from './dataset/microscopeDataset.ts';
export { buildMicrotubuleDataset, MICROTUBULE_PRESET } from './dataset/microtubuleDataset.ts';
export { exposureGain, recordPairs, type Pair } from './dataset/recordPairs.ts';
export { displayWindow, encodeGrayPng, grayLevels, maximumProjections } from './grayPicture.ts';
export { crop, samplePatch, type PatchSample } from './patches.ts';
export { beads } from './phantoms/beads.ts';
export { hollowBars } from './phantoms/hollowBars.ts';
export { microtubules } from './phantoms/microtubules.ts';
export { blobFile, type ByteFile } from './tiff/byteFile.ts';
export { encodeTiff } from './tiff/encodeTiff.ts';
export { describeTiff, readTiff, type TiffContents, type TiffStack } from './tiff/readTiff.ts';
export type { Hyperstack } from './tiff/omeXml.ts';
export { openTiffFile } from './tiff/openTiffFile.ts';
export { explained } from './tiff/openTiff.ts';
export { lengthUnitUm } from './tiff/stackDimensions.ts';
export { SAMPLE_TYPES } from './tiff/tags.ts';
export { readOneStack, readTiffStack } from './tiff/readTiffStack.ts';
export { writeTiffHyperstack, writeTiffStack } from './tiff/writeTiffStack.ts';
export {
  addTile,
  applyTiled,
  coveringTile,
  cutTile,
  planTiles,
  type TileOptions,
  type TilePlan,
} from './tiles.ts';
