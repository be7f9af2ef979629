export { readArrayFile, writeArrayFile, type ArrayFile, type NamedArray } from './arrayFile.ts';
export { fit, type FitOptions, type FitResult, type SampleSource, type Schedule } from './fit.ts';
export { TrainingFailure } from './guards.ts';
export {
  buildMethodNetworks,
  type MethodNetworks,
  type MethodSettings,
  type NetworkSettings,
} from './methodNetworks.ts';
export type { MetricsLine } from './metricsLog.ts';
export type { ObjectiveSettings, OptimizerSettings } from './objectives.ts';
export type { Choice, Selection, ValidationValues } from './selection.ts';
export { readGeneratorWeights, writeGeneratingWeights, writeNetworkWeights } from './snapshot.ts';
export { trainStep, type LossValues, type Sample } from './trainStep.ts';
export {
  createSavedStream,
  createTrainer,
  disposeTrainer,
  type SavedStream,
  type Trainer,
  type TrainerOptions,
} from './trainer.ts';
