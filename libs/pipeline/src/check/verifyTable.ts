import { join } from 'node:path';
import {
  describeChanges,
  experimentDirectory,
  type ExperimentRecord,
  readTable,
  type ResolvedExperiment,
  type Table,
} from '@blurcycle/experiment';
import { readCells, rememberVolumes } from '../table/readCells.ts';
import { hashTableInputs, hashTableOutputs } from '../table/tableState.ts';
import { tabulate } from '../table/tabulate.ts';
import { compareHashes } from './verifyRun.ts';

/**
 * Checks that a table and its figures are what their record says: every byte of them and of the
 * records they were made from, and every mean, interval and verdict, computed again.
 *
 * @returns One line for each difference; none when all is as recorded.
 */
export async function verifyTable(
  experiment: ResolvedExperiment,
  record: ExperimentRecord,
  resultsDir: string,
): Promise<string[]> {
  const folder = experimentDirectory(resultsDir, experiment.profile, experiment.name);
  const differences = [
    ...compareHashes('input', record.inputs, await hashTableInputs(experiment, resultsDir)),
    ...compareHashes('output', record.outputs, await hashTableOutputs(folder)),
  ];
  const table = readTable(join(folder, 'table.json'));
  if (table === undefined) return differences;
  const cells = await readCells(experiment, rememberVolumes(experiment, resultsDir), resultsDir);
  const again = tabulate(experiment, cells);
  return [...differences, ...describeChanges(named(table), named(again)).map(describeDifference)];
}

/** Numbers and verdicts by the names of rows and claims. */
function named({ rows, claims }: Pick<Table, 'rows' | 'claims'>): object {
  return {
    rows: Object.fromEntries(
      rows.map(({ id, condition, status, paper, ours }) => [
        condition === undefined ? id : `${id}@${condition}`,
        { status, paper, ours },
      ]),
    ),
    claims: Object.fromEntries(
      claims.map(({ id, verdict, value, low, high }) => [id, { verdict, value, low, high }]),
    ),
  };
}

function describeDifference(change: string): string {
  const [path, values] = change.split(': ', 2);
  const [stored, again] = values.split(' -> ');
  return `${path} is ${again} when computed again, table.json says ${stored}`;
}
