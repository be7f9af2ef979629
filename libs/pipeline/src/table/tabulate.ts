import {
  averageDiscriminators,
  judgeClaims,
  type ResolvedCondition,
  type ResolvedExperiment,
  summarizeScores,
  type Table,
  type TableCondition,
  type TableRow,
} from '@blurcycle/experiment';
import type { Cell } from './readCells.ts';

/** Rows with means and intervals, and the verdicts: the same for the same cells. */
export function tabulate(
  { name, title, place, profile, claims, conditions }: ResolvedExperiment,
  cells: readonly Cell[],
): Omit<Table, 'provenance'> {
  const scored = cells.flatMap(({ scores }) => (scores === null ? [] : [scores]));
  const described = describeConditions(conditions);
  return {
    ...{ experiment: name, title, place, profile },
    rows: cells.map(describeCell),
    ...(described.length === 0 ? {} : { conditions: described }),
    claims: judgeClaims(claims, scored),
  };
}

function describeCell({ row, condition, tests, scores }: Cell): TableRow {
  const { id, label, method, overrides, runs } = row;
  const notes = tests.flatMap(({ note }) => (note === null ? [] : [note]));
  const failed = tests.some((test) => test.failed);
  const discriminators = averageDiscriminators(tests.map((test) => test.discriminators));
  return {
    id,
    ...(condition.id === null ? {} : { condition: condition.id }),
    label,
    method,
    paper: condition.paper[id] ?? (condition.id === null ? row.paper : null),
    status: scores !== null ? 'done' : failed ? 'failed' : 'missing',
    ...(notes.length === 0 ? {} : { note: notes.join('; ') }),
    ...(Object.keys(overrides).length === 0 ? {} : { overrides }),
    runs: runs.map((run) => run.id),
    ...(discriminators.length === 0 ? {} : { discriminators }),
    ours: scores === null ? null : summarizeScores(scores),
  };
}

function describeConditions(conditions: readonly ResolvedCondition[]): TableCondition[] {
  return conditions.flatMap(({ id, label, test }) => {
    if (id === null) return [];
    const differs = Object.entries(test).flatMap(([part, values]) =>
      Object.entries(values ?? {}).map(([key, value]) => [`${part}.${key}`, value] as const),
    );
    return [{ id, label, test: Object.fromEntries(differs) }];
  });
}
