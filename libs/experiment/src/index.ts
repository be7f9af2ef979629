export { judgeClaim } from './claims/judgeClaim.ts';
export { INPUT_METHOD, TARGET_METHOD } from './files/checkExperiment.ts';
export {
  type CostFigure,
  type FigureDeclaration,
  figureId,
  type LearnedKernelFigure,
  type PsfModelsFigure,
  type SweepCurvesFigure,
  type VolumesFigure,
} from './files/figureSchemas.ts';
export {
  type ExperimentSet,
  getExperiment,
  isExperimentFile,
  loadExperiments,
} from './files/loadExperiments.ts';
export { ruleOf } from './files/yamlSource.ts';
export {
  type CurvesBlock,
  type FactsBlock,
  type FigureBlock,
  figuresSchema,
  type ImagesBlock,
  type VolumesBlock,
} from './records/figures.ts';
export { METRIC_NAMES, METRICS, NO_TRUTH } from './records/metrics.ts';
export {
  MODEL_FORMAT,
  type ModelConfig,
  modelConfigSchema,
  type ModelManifest,
  modelManifestSchema,
} from './records/modelConfig.ts';
export {
  classicalDirectory,
  experimentDirectory,
  readClassicalRecord,
  readExperimentRecord,
  readFigures,
  readReplay,
  readScores,
  readRecordedSettings,
  readRunRecord,
  readTable,
  readTestRecord,
  runDirectory,
  testDirectory,
  writeClassicalRecord,
  writeExperimentRecord,
  writeFigures,
  writeReplay,
  writeScores,
  writeRunRecord,
  writeTable,
  writeTestRecord,
} from './records/recordFiles.ts';
export {
  type ClassicalRecord,
  type ExperimentRecord,
  type Hashes,
  type Provenance,
  type RunRecord,
  type TestRecord,
  type VolumeScores,
} from './records/records.ts';
export type {
  ClaimResult,
  ScoreSummary,
  Table,
  TableCondition,
  TableRow,
} from './records/table.ts';
export { tableToCsv, tableToMarkdown } from './records/table.ts';
export { type ClassicalRun, classicalRuns } from './resolve/classicalRuns.ts';
export {
  type ResolvedCondition,
  scoreName,
  testedDataset,
  testKey,
} from './resolve/resolveConditions.ts';
export {
  describeExperiment,
  findRun,
  listAllRuns,
  listRuns,
  type ResolvedExperiment,
  type ResolvedRow,
  resolveExperiment,
} from './resolve/resolveExperiment.ts';
export { resolveRun, resolveShared } from './resolve/resolveRun.ts';
export { type ClassicalSettings, classicalSettingsSchema } from './settings/classicalSettings.ts';
export {
  type DatasetSettings,
  type MicrotubulesSettings,
  type SimulatedMicroscopeSettings,
  type TiffFoldersSettings,
} from './settings/datasetSettings.ts';
export {
  GAN_LOSS_LABELS,
  type MethodSettings,
  type NetworkSettings,
  PSF_MODEL_LABELS,
  type ResolvedRun,
  type RunSettings,
} from './settings/runSettings.ts';
export {
  classicalRecipe,
  contentHash,
  kindKey,
  runKey,
  runRecipe,
  stageKeys,
  tableRecipe,
  testDataKey,
  testRecipe,
  type Recipe,
} from './stages/keys.ts';
export { NUMERICS, type Numerics, type Stage, STAGES } from './stages/numerics.ts';
export { type RowScores, summarizeScores } from './statistics/scoreStatistics.ts';

export { proves, type Replay } from './records/replay.ts';
export { FIRST_NUMERICS, type Scores, type StoredScores } from './records/scores.ts';
export {
  describeChanges,
  freshness,
  WEIGHTS,
  type Found,
  type Freshness,
  type Now,
  type Recorded,
  type State,
} from './stages/freshness.ts';
export { recordedClassical, recordedRun, recordedTable, recordedTest } from './stages/recorded.ts';
