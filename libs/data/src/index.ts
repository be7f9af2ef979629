export {
  buildMicroscopeDataset,
  type DeconvolvedPair,
  type MicroscopeDataset,
  type MicroscopeDatasetConfig,
} from './dataset/microscopeDataset.ts';
export {
  buildMicrotubuleDataset,
  MICROTUBULE_PRESET,
  type MicrotubuleDataset,
  type MicrotubuleDatasetConfig,
} from './dataset/microtubuleDataset.ts';
export {
  exposureGain,
  recordPairs,
  type NoiseSettings,
  type Pair,
  type Recording,
  type RecordingOptions,
  type Specimen,
} from './dataset/recordPairs.ts';
export { augment, crop, samplePatch, type PatchSample } from './patches.ts';
export { beads, type BeadsOptions, type BeadsPhantom } from './phantoms/beads.ts';
export type { Centerline, Point3 } from './phantoms/drawTube.ts';
export {
  hollowBars,
  type HollowBarsOptions,
  type HollowBarsPhantom,
} from './phantoms/hollowBars.ts';
export {
  microtubules,
  type MicrotubuleOptions,
  type MicrotubulePhantom,
} from './phantoms/microtubules.ts';
export { readTiffStack, type ReadTiffOptions, type TiffStack } from './tiff/readTiffStack.ts';
export { type SampleType } from './tiff/tags.ts';
export { writeTiffStack, type WriteTiffOptions, type WrittenTiff } from './tiff/writeTiffStack.ts';
export {
  addTile,
  applyTiled,
  coveringTile,
  cutTile,
  mergeTiles,
  planTiles,
  type Tile,
  type TileOptions,
  type TilePlan,
} from './tiles.ts';
