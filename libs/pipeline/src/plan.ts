/**
 * @file The second entry of the library, `@blurcycle/pipeline/plan`: what only looks at results. It
 *   loads no tensors, so that `list`, `plan` and Nx start at once.
 */
export { planExperiment, type PlanStep } from './state/planExperiment.ts';
export { isDone } from './state/results.ts';
