export { judgeClaims } from './claims/judgeClaims.ts';
export { KERNEL_FIGURES, NOISE_FIGURES, PUPIL_FIGURES } from './claims/kernelFigures.ts';
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
  type KernelsBlock,
  type VolumesBlock,
} from './records/figures.ts';
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
  readRecordedSettings,
  readReplay,
  readRunRecord,
  readScores,
  readTable,
  readTestRecord,
  runDirectory,
  testDirectory,
  writeClassicalRecord,
  writeExperimentRecord,
  writeFigures,
  writeReplay,
  writeRunRecord,
  writeScores,
  writeTable,
  writeTestRecord,
} from './records/recordFiles.ts';
export {
  FIRST_NUMERICS,
  recordedClassical,
  recordedRun,
  recordedTable,
  recordedTest,
  type Scores,
} from './records/recorded.ts';
export {
  type ClassicalRecord,
  type ExperimentRecord,
  type Hashes,
  type Provenance,
  type RunRecord,
  type StoredScores,
  type TestRecord,
  type VolumeScores,
} from './records/records.ts';
export { proves, type Replay } from './records/replay.ts';
export { readReportRecord, writeReportRecord } from './records/reportRecord.ts';
export {
  type ClaimResult,
  type ScoreSummary,
  type Table,
  type TableCondition,
  type TableRow,
} from './records/table.ts';
export { absentScore, tableColumns, tableToCsv, tableToMarkdown } from './records/tableText.ts';
export { CLAIM_KINDS, describeTallies, tallyClaims } from './records/tallyClaims.ts';
export {
  type ClassicalRun,
  classicalRuns,
  type ResolvedCondition,
  scoreName,
  testedDataset,
  testKey,
} from './resolve/resolveConditions.ts';
export { findRun, listAllRuns, listRuns, runsOf } from './resolve/findRuns.ts';
export {
  averageDiscriminators,
  type Discriminator,
  idleFindings,
  type LoggedLosses,
  summarizeDiscriminators,
} from './statistics/discriminators.ts';
export {
  describeExperiment,
  type ExperimentDataset,
  type ResolvedExperiment,
  type ResolvedRow,
  resolveExperiment,
} from './resolve/resolveExperiment.ts';
export { resolveRun, resolveShared } from './resolve/resolveRun.ts';
export { type StatedOptics, statedOptics } from './settings/blurKernelSettings.ts';
export { type ClassicalSettings, classicalSettingsSchema } from './settings/classicalSettings.ts';
export {
  dataSeed,
  datasetOfSeed,
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
  type Found,
  type Freshness,
  freshness,
  isDone,
  type Now,
  type Recorded,
  type State,
  WEIGHTS,
} from './stages/freshness.ts';
export {
  classicalRecipe,
  contentHash,
  describeChanges,
  kindKey,
  type Recipe,
  runKey,
  runRecipe,
  specimensKey,
  stageKeys,
  tableRecipe,
  testDataKey,
  testRecipe,
} from './stages/keys.ts';
export { NUMERICS, type Numerics, type Stage, STAGES } from './stages/numerics.ts';
export { type RowScores, type RunScores, summarizeScores } from './statistics/scoreStatistics.ts';
