export { assertUsable } from './assertUsable.ts';
export { backgroundLevel } from './backgroundLevel.ts';
export { chooseIntensities, scaleOfEqualLight, toTarget } from './chooseIntensities.ts';
export { expandPatterns } from './expandPatterns.ts';
export {
  fromNetworkScale,
  type IntensityScale,
  NETWORK_SCALE,
  toNetworkScale,
} from './intensityScale.ts';
export { chooseStacks, type ChosenStacks, openStack, readStackFile } from './openStack.ts';
export { processStacks, type StackPlace } from './processStacks.ts';
export {
  checkRecord,
  hashInputs,
  isMade,
  readRecord,
  recordPath,
  writeResult,
} from './resultRecord.ts';
export {
  commonVoxelSize,
  cutMiddle,
  type NamedStack,
  readStackSet,
  sameVoxels,
  smallestShape,
} from './stackSet.ts';
export { unpairedPairs } from './unpairedPairs.ts';
export { endsAsZarr } from './zarr/isZarr.ts';
export { checkOutputs, type StackFormat, type StoredValues } from './writeStack.ts';
