export { checkpointIdentity } from './checkpoint.ts';
export { arrayMismatch, readArrayFile, writeArrayFile, type NamedArray } from './arrayFile.ts';
export { fit, type FitOptions, type FitResult, type SampleSource } from './fit.ts';
export { TrainingFailure } from './guards.ts';
export { type KernelStart, startKernelOf } from './learnedKernel.ts';
export {
  buildMethodNetworks,
  hasKernel,
  type KnownMicroscope,
  type MethodSettings,
  type NetworkSettings,
} from './methodNetworks.ts';
export { type MetricsLine, readMetricsLog } from './metricsLog.ts';
export type { ObjectiveSettings } from './objectives.ts';
export type { ValidationValues } from './selection.ts';
export {
  readAverageWeights,
  readGeneratingWeights,
  readGeneratorWeights,
  readLearnedNoise,
  readLearnedPupil,
  withAverageWeights,
  writeGeneratingWeights,
  writeNetworkWeights,
} from './snapshot.ts';
export { trainStep, type LossValues, type Sample } from './trainStep.ts';
export {
  createSavedStream,
  createTrainer,
  disposeTrainer,
  type SavedStream,
  type Trainer,
} from './trainer.ts';
