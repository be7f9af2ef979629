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
export type { CentreLine, Point3 } from './phantoms/centreLine.ts';
export { microtubules, type MicrotubuleOptions, type MicrotubulePhantom } from './phantoms/microtubules.ts';
export { readTiffStack, type ReadTiffOptions, type TiffStack } from './tiff/readTiffStack.ts';
export { type SampleType } from './tiff/sampleType.ts';
export { writeFileAtomically } from './tiff/writeFileAtomically.ts';
export { writeTiffStack, type WriteTiffOptions, type WrittenTiff } from './tiff/writeTiffStack.ts';
