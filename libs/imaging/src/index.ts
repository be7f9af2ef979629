export type { Border } from '@blurcycle/compute';
export { addNoise, type CameraNoise } from './addNoise.ts';
export { calibrateReadNoise, type ReadNoiseCalibration } from './calibrateReadNoise.ts';
export {
  blur,
  blurAdjoint,
  createForwardModel,
  type ForwardModel,
  type ForwardModelOptions,
} from './forwardModel.ts';
export { poissonDeviate } from './poissonDeviate.ts';
export { poissonLogProbability } from './poissonLogProbability.ts';
export { averageSnrDb, peakSnrDb } from './signalToNoise.ts';
