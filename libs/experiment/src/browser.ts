/**
 * @file The library as a browser takes it: `@blurcycle/experiment` under the condition `browser`.
 *   The schemas of a model folder, and types.
 */
export {
  type ModelConfig,
  modelConfigSchema,
  type ModelManifest,
  modelManifestSchema,
} from './records/modelConfig.ts';
export type { ClassicalSettings } from './settings/classicalSettings.ts';
