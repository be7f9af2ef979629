import { join } from 'node:path';
import {
  experimentDirectory,
  judgeClaim,
  summarizeScores,
  tableToCsv,
  tableToMarkdown,
  writeFigures,
  writeTable,
  writeTextAtomically,
  type ResolvedCondition,
  type ResolvedExperiment,
  type Table,
  type TableCondition,
  type TableRow,
} from '@blurcycle/experiment';
import { prepareTestVolumes } from '../conditions/prepareTestVolumes.ts';
import type { ComputeOptions } from '../contracts.ts';
import { makeFigures } from '../figures/makeFigures.ts';
import type { PreparedDataset } from '../runs/prepareDataset.ts';
import { startProvenance } from '../runs/provenance.ts';
import { readCells, type Cell, type TestVolumesOf } from './readCells.ts';

/**
 * The table of an experiment from what its runs have left: table.json, table.csv, table.md, and figures.json with what it
 * shows beside its table. Predictions under test conditions are made where they are missing; nothing is trained.
 *
 * A run that failed, is missing, or was made by other settings or other code is said to be so in its row.
 */
export async function buildTable(experiment: ResolvedExperiment, options: ComputeOptions): Promise<Table> {
  const { profile, name } = experiment;
  const clock = await startProvenance(null);
  const volumesOf = rememberVolumes(experiment, options.resultsDir);
  const cells = await readCells(experiment, volumesOf, options);
  const folder = experimentDirectory(options.resultsDir, profile, name);
  const blocks = await makeFigures({ experiment, cells, volumesOf, folder, options });
  const scored = cells.flatMap(({ scores }) => (scores === null ? [] : [scores]));
  const conditions = describeConditions(experiment.conditions);
  const table: Table = {
    experiment: name,
    title: experiment.title,
    place: experiment.place,
    profile,
    rows: cells.map(describeCell),
    ...(conditions.length === 0 ? {} : { conditions }),
    claims: experiment.claims.map((claim) => judgeClaim(claim, scored)),
    provenance: await clock.stop(`npx nx run experiments:${name}:${profile}`),
  };
  writeFigures(join(folder, 'figures.json'), { blocks });
  writeTextAtomically(join(folder, 'table.csv'), await tableToCsv(table));
  writeTextAtomically(join(folder, 'table.md'), await tableToMarkdown(table));
  writeTable(join(folder, 'table.json'), table);
  return table;
}

/** Test volumes are made or read once for each condition, and only if something asks for them. */
function rememberVolumes({ settings, profile }: ResolvedExperiment, resultsDir: string): TestVolumesOf {
  const known = new Map<ResolvedCondition, Promise<PreparedDataset>>();
  const say = (line: string): void => console.error(line);
  return (condition) => {
    const volumes =
      known.get(condition) ?? prepareTestVolumes(settings.dataset, condition, { resultsDir, profile, say });
    known.set(condition, volumes);
    return volumes;
  };
}

function describeCell({ row, condition, tests, scores }: Cell): TableRow {
  const { id, label, method, overrides, runs } = row;
  const notes = tests.flatMap(({ note }) => (note === null ? [] : [note]));
  const failed = tests.some((test) => test.failed);
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
