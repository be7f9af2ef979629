/**
 * @file The second entry of the library, `@blurcycle/pipeline/plan`: what only looks at results. It
 *   loads no tensors, so that `list`, `plan` and Nx start at once.
 */
export { TABLE_SOURCES, TRAINING_SOURCES } from './run/sourceHash.ts';
export { planExperiment, type PlanStep } from './table/planExperiment.ts';
