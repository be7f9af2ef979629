export { checkpointIdentity } from './checkpoint.ts';
export { readArrayFile, writeArrayFile } from './arrayFile.ts';
export { arrayMismatch, decodeArrayFile, type NamedArray } from './decodeArrayFile.ts';
export { fit, type FitOptions, type FitResult, type SampleSource } from './fit.ts';
export { TrainingFailure } from './guards.ts';
export { type KernelStart, startKernelOf } from './learnedKernel.ts';
export {
  buildMethodNetworks,
  needsSurroundings,
  type KnownMicroscope,
  type MethodSettings,
  type NetworkSettings,
} from './methodNetworks.ts';
export { type MetricsLine, readMetricsLog } from './metricsLog.ts';
export type { ObjectiveSettings } from './objectives.ts';
export type { ValidationValues } from './selection.ts';
export { writeNetworkWeights } from './networkWeights.ts';
export {
  readAverageWeights,
  readGeneratingWeights,
  readGeneratorWeights,
  readLearnedNoise,
  readLearnedPupil,
  withAverageWeights,
  writeGeneratingWeights,
} from './snapshot.ts';
export { trainStep, type LossValues, type Sample } from './trainStep.ts';
export {
  createSavedStream,
  createTrainer,
  disposeTrainer,
  type SavedStream,
  type Trainer,
} from './trainer.ts';
