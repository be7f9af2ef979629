import { join } from 'node:path';
import {
  describeChanges,
  type Discriminator,
  experimentDirectory,
  type ExperimentRecord,
  readTable,
  type ResolvedExperiment,
  type Table,
} from '@blurcycle/experiment';
import {
  hashRecordedInputs,
  hashTableInputs,
  hashTableOutputs,
  tableInputsNow,
} from '../state/tableFiles.ts';
import { readCells, rememberVolumes, type TestVolumesOf } from '../table/readCells.ts';
import { tabulate } from '../table/tabulate.ts';
import { type Checked, compareHashes } from './verifyResult.ts';

/**
 * Checks that a table and its figures are what their record says: every byte of them and of the
 * records they were made from, and every mean, interval and verdict, computed again.
 *
 * @param volumesOf - Test volumes. @defaultValue those of the directory, made where they are
 *   missing
 */
export async function verifyTable(
  experiment: ResolvedExperiment,
  record: ExperimentRecord,
  resultsDir: string,
  volumesOf: TestVolumesOf = rememberVolumes(experiment.profile, resultsDir),
): Promise<Checked> {
  const folder = experimentDirectory(resultsDir, experiment.profile, experiment.name);
  // The input row is scored again, for which its volumes are made where they are not here.
  const cells = await readCells(experiment, volumesOf, resultsDir);
  const now = tableInputsNow(record.inputs, await hashTableInputs(experiment, resultsDir));
  const here = Object.entries(now).filter((entry): entry is [string, string] => entry[1] !== null);
  const recorded = Object.entries(record.inputs).filter(([name]) => name in now);
  const outputs = await hashTableOutputs(folder);
  const table = readTable(join(folder, 'table.json'));
  const again = tabulate(experiment, cells);
  const repeated =
    table === undefined ? [] : describeChanges(named(table), named(again)).map(describeDifference);
  return {
    checked: [
      `${here.length} inputs`,
      `${Object.keys(outputs).length} outputs`,
      ...(table === undefined
        ? []
        : [`${table.rows.length} rows and ${table.claims.length} claims computed again`]),
    ],
    absent: [],
    differences: [
      ...compareHashes('input', Object.fromEntries(recorded), Object.fromEntries(here)),
      ...compareHashes('output', record.outputs, outputs),
      ...repeated,
    ],
  };
}

/**
 * Checks that a stale table and its figures are what their record says, byte for byte, and so is
 * what they were made from where it is here. Nothing is computed: it would be another table.
 */
export async function verifyTableFiles(
  { profile, name }: ResolvedExperiment,
  record: ExperimentRecord,
  resultsDir: string,
): Promise<Checked> {
  const outputs = await hashTableOutputs(experimentDirectory(resultsDir, profile, name));
  const here = await hashRecordedInputs(record.inputs, resultsDir, profile);
  const recorded = Object.entries(record.inputs).filter(([input]) => input in here);
  return {
    checked: [`${recorded.length} inputs`, `${Object.keys(outputs).length} outputs`],
    absent: [],
    differences: [
      ...compareHashes('input', Object.fromEntries(recorded), here),
      ...compareHashes('output', record.outputs, outputs),
    ],
  };
}

/** Numbers and verdicts by the names of rows and claims. */
function named({ rows, claims }: Pick<Table, 'rows' | 'claims'>): object {
  return {
    rows: Object.fromEntries(
      rows.map(({ id, condition, status, paper, ours, discriminators = [] }) => [
        condition === undefined ? id : `${id}@${condition}`,
        { status, paper, ours, discriminators: Object.fromEntries(discriminators.map(byDomain)) },
      ]),
    ),
    claims: Object.fromEntries(
      claims.map(({ id, verdict, value, low, high, p, pAdjusted, seedsNeeded }) => [
        id,
        { verdict, value, low, high, p, pAdjusted, seedsNeeded },
      ]),
    ),
  };
}

/** The numbers of a discriminator by their names, since arrays are compared whole. */
function byDomain({ domain, scales, idle }: Discriminator): [string, object] {
  const ofScales = scales.map(({ scale, loss, spread }) => [scale, { loss, spread }] as const);
  return [domain, { idle, ...Object.fromEntries(ofScales) }];
}

function describeDifference(change: string): string {
  const [path, values] = change.split(': ', 2);
  const [stored, again] = values.split(' -> ');
  return `${path} is ${again} when computed again, table.json says ${stored}`;
}
