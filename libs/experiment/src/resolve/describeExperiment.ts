import { figureId } from '../files/figures/figureSchemas.ts';
import type { ResolvedExperiment } from './resolveExperiment.ts';

/**
 * Everything that an experiment file decides about its table and figures, as a plain value by name:
 * what is recorded, and compared to say what changed since. Settings of runs are left to the
 * records of the runs; their keys stand for them.
 */
export function describeExperiment(experiment: ResolvedExperiment): Record<string, unknown> {
  const { title, place, settings, seeds, rows, conditions, figures, claims } = experiment;
  return {
    ...{ title, place, seeds, dataset: settings.dataset, scoring: settings.scoring },
    rowOrder: rows.map(({ id }) => id),
    rows: Object.fromEntries(
      rows.map(({ id, runs, ...row }) => [id, { ...row, runs: runs.map(({ key }) => key) }]),
    ),
    conditions: Object.fromEntries(
      conditions.map(({ id, ...condition }) => [id ?? 'own', condition]),
    ),
    figures: Object.fromEntries(figures.map((figure) => [figureId(figure), figure])),
    claims: Object.fromEntries(claims.map(({ id, ...claim }) => [id, claim])),
  };
}
