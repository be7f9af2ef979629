/**
 * @file The library as a browser takes it: `@blurcycle/training` under the condition `browser`.
 *   Weights are read, nothing is trained.
 */
export { arrayMismatch, decodeArrayFile, type NamedArray } from './decodeArrayFile.ts';
export { writeNetworkWeights } from './networkWeights.ts';
