export {
  buildMicroscopeDataset,
  type DeconvolvedPair,
  type MicroscopeDataset,
  type MicroscopeDatasetConfig,
} from './dataset/buildMicroscopeDataset.ts';
export {
  buildMicrotubuleDataset,
  type MicrotubuleDataset,
  type MicrotubuleDatasetConfig,
} from './dataset/buildMicrotubuleDataset.ts';
export { exposureGain } from './dataset/exposureGain.ts';
export { MICROTUBULE_PRESET } from './dataset/microtubulePreset.ts';
export type { Pair } from './dataset/pair.ts';
export {
  recordPairs,
  type NoiseSettings,
  type Recording,
  type RecordingOptions,
  type Specimen,
} from './dataset/recordPairs.ts';
export { augment } from './patches/augment.ts';
export { crop } from './patches/crop.ts';
export { samplePatch, type PatchSample } from './patches/samplePatch.ts';
export { turn, type Turn } from './patches/turn.ts';
export { beads, type BeadsOptions, type BeadsPhantom } from './phantoms/beads.ts';
export type { CentreLine, Point3 } from './phantoms/centreLine.ts';
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
export { applyTiled } from './tiling/applyTiled.ts';
export { cutTile } from './tiling/cutTile.ts';
export { addTile, mergeTiles } from './tiling/mergeTiles.ts';
export {
  coveringTile,
  planTiles,
  type Tile,
  type TileOptions,
  type TilePlan,
} from './tiling/planTiles.ts';
export { readTiffStack, type ReadTiffOptions, type TiffStack } from './tiff/readTiffStack.ts';
export { type SampleType } from './tiff/sampleType.ts';
export { explainWriteError, writeFileAtomically } from './tiff/writeFileAtomically.ts';
export { writeTiffStack, type WriteTiffOptions, type WrittenTiff } from './tiff/writeTiffStack.ts';
