export { readTiffStack, type ReadTiffOptions, type TiffStack } from './tiff/readTiffStack.ts';
export { type SampleType } from './tiff/sampleType.ts';
export { writeFileAtomically } from './tiff/writeFileAtomically.ts';
export { writeTiffStack, type WriteTiffOptions, type WrittenTiff } from './tiff/writeTiffStack.ts';
