/**
 * @file The library as a browser takes it: `@blurcycle/data` under the condition `browser`. Stacks
 *   come from `Blob`s and go into them; what needs a file system is left out.
 */
export type { ReadTiffOptions } from './acquisition.ts';
export { crop } from './patches.ts';
export { blobFile, type ByteFile } from './tiff/byteFile.ts';
export { encodeTiff } from './tiff/encodeTiff.ts';
export { describeTiff, readTiff, type TiffContents, type TiffStack } from './tiff/readTiff.ts';
