/**
 * @file The library as a browser takes it: `@blurcycle/data` under the condition `browser`. Stacks
 *   come from `Blob`s and go into them; what needs a file system is left out.
 */
export type { ReadTiffOptions } from './acquisition.ts';
export { patchSymmetries, turn, type Turn } from './augment.ts';
export { exposureGain } from './dataset/recordPairs.ts';
export { crop } from './patches.ts';
export { blobFile, type ByteFile } from './tiff/byteFile.ts';
export { encodeTiff } from './tiff/encodeTiff.ts';
export { describeTiff, readTiff, type TiffContents, type TiffStack } from './tiff/readTiff.ts';
export {
  addTile,
  applyTiled,
  coveringTile,
  cutTile,
  planTiles,
  type TileOptions,
  type TilePlan,
} from './tiles.ts';
