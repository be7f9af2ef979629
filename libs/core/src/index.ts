export {
  assertRange,
  assertUnreachable,
  describeUnknown,
  describeViolation,
  formatValue,
  InputError,
  nearestName,
  RuleError,
} from './errors.ts';
export { axialSection, lateralSection, type PlaneSection } from './planeSection.ts';
export {
  createRandomStream,
  restoreRandomStream,
  type RandomStream,
  type RandomStreamState,
} from './randomStream.ts';
export { extent, mean, median, standardDeviation } from './sampleStatistics.ts';
export { assertShape, sameShape, voxelCount, type Shape3 } from './shape.ts';
export {
  assertSameShape,
  createVolume,
  voxelIndex,
  type Volume,
  type VoxelSizeUm,
} from './volume.ts';
