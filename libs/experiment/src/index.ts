export {
  CLASSICAL_ALGORITHMS,
  classicalSettingsSchema,
  type ClassicalSettings,
} from './settings/classicalSettings.ts';
export { checkRunSettings, type SettingsViolation } from './settings/checkRunSettings.ts';
export {
  datasetSettingsSchema,
  PSF_MODELS,
  type DatasetSettings,
  type MicrotubulesSettings,
  type SimulatedMicroscopeSettings,
  type TiffFoldersSettings,
} from './settings/datasetSettings.ts';
export { methodSettingsSchema, type MethodSettings } from './settings/methodSettings.ts';
export { networkSettingsSchema, type NetworkSettings } from './settings/networkSettings.ts';
export { partially, type Partially } from './settings/partially.ts';
export type { Origins, ResolvedRun } from './settings/resolvedRun.ts';
export { contentHash, runKey } from './settings/runKey.ts';
export {
  runSettingsSchema,
  sharedSettingsSchema,
  type RunSettings,
  type SharedSettings,
} from './settings/runSettings.ts';
export { GAN_LOSS_LABELS, PSF_MODEL_LABELS } from './settings/settingLabels.ts';
export { trainingSettingsSchema, type TrainingSettings } from './settings/trainingSettings.ts';
export { parseRule, scoresOf, type Expression, type Rule } from './claims/parseRule.ts';
export { ruleOf } from './files/describeIssue.ts';
export { INPUT_METHOD, TARGET_METHOD } from './files/checkExperiment.ts';
export type { TestSettings } from './files/conditionSchemas.ts';
export { figureId, type FigureDeclaration } from './files/figures/figureSchemas.ts';
export type { CostFigure } from './files/figures/costFigure.ts';
export type { LearnedKernelFigure } from './files/figures/learnedKernelFigure.ts';
export { DIFFRACTION_MODELS, type PsfModelsFigure } from './files/figures/psfModelsFigure.ts';
export type { SweepCurvesFigure } from './files/figures/sweepCurvesFigure.ts';
export type { VolumesFigure } from './files/figures/volumesFigure.ts';
export type { ClaimDeclaration, ExperimentFile } from './files/fileSchemas.ts';
export type { PaperValues } from './files/paperValues.ts';
export {
  getExperiment,
  isExperimentFile,
  loadExperiments,
  type CheckedFile,
  type ExperimentSet,
} from './files/loadExperiments.ts';
export { classicalRuns, type ClassicalRun } from './resolve/classicalRuns.ts';
export {
  scoreName,
  testedDataset,
  testKey,
  type ResolvedCondition,
} from './resolve/resolveConditions.ts';
export {
  listAllRuns,
  listRuns,
  resolveExperiment,
  type ResolvedExperiment,
  type ResolvedRow,
} from './resolve/resolveExperiment.ts';
export { resolveRun, resolveShared, type RunRequest } from './resolve/resolveRun.ts';
export {
  figuresSchema,
  type CurvesBlock,
  type FactsBlock,
  type FigureBlock,
  type Figures,
  type ImagesBlock,
  type VolumesBlock,
} from './results/figures.ts';
export { METRIC_NAMES, METRICS, NO_TRUTH, type MetricDescription } from './results/metrics.ts';
export {
  MODEL_FORMAT,
  modelConfigSchema,
  modelManifestSchema,
  type ModelConfig,
  type ModelManifest,
} from './results/modelConfig.ts';
export { provenanceSchema, type Provenance } from './results/provenance.ts';
export { classicalRecordSchema, type ClassicalRecord } from './results/classicalRecord.ts';
export {
  readClassicalRecord,
  readExperimentRecord,
  readFigures,
  readRecordedSettings,
  readRunRecord,
  readTable,
  readTestRecord,
  writeClassicalRecord,
  writeExperimentRecord,
  writeFigures,
  writeRunRecord,
  writeTable,
  writeTestRecord,
  writeTextAtomically,
  type RecordedSettings,
} from './results/resultFiles.ts';
export type { Hashes } from './results/hashes.ts';
export {
  classicalDirectory,
  experimentDirectory,
  runDirectory,
  testDirectory,
} from './results/resultPaths.ts';
export { runRecordSchema, type RunRecord, type VolumeScores } from './results/runRecord.ts';
export {
  tableSchema,
  type ClaimResult,
  type ScoreSummary,
  type Table,
  type TableCondition,
  type TableRow,
} from './results/table.ts';
export { describeChanges } from './results/describeChanges.ts';
export { experimentRecordSchema, type ExperimentRecord } from './results/experimentRecord.ts';
export { describeExperiment } from './resolve/describeExperiment.ts';
export { testRecordSchema, type TestRecord } from './results/testRecord.ts';
export { findRun } from './resolve/findRun.ts';
export { judgeClaim } from './claims/judgeClaim.ts';
export { formatSummary, tableToCsv, tableToMarkdown } from './results/tableText.ts';
export {
  bootstrapInterval,
  CONFIDENCE,
  studentInterval,
  type Interval,
} from './statistics/interval.ts';
export { studentQuantile } from './statistics/studentQuantile.ts';
export { summarizeScores, type RowScores, type RunScores } from './statistics/summarizeScores.ts';
export { jsonSchemas } from './files/jsonSchemas.ts';
export {
  NUMERICS,
  NUMERICS_HISTORY,
  STAGES,
  type Numerics,
  type NumericsChange,
  type Stage,
} from './stages/numerics.ts';
