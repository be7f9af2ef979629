import { rm } from 'node:fs/promises';
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
  type ResolvedExperiment,
  type ResolvedRow,
  type RowScores,
  type Table,
  type TableRow,
} from '@blurcycle/experiment';
import type { ComputeOptions } from '../contracts.ts';
import { testVolumes } from '../figures/testVolumes.ts';
import { writeVolumesBlock } from '../figures/writeVolumesBlock.ts';
import { prepareDataset, type PreparedDataset } from './prepareDataset.ts';
import { startProvenance } from './provenance.ts';
import { readRuns, type RunResult } from './readRuns.ts';
import { scoreVolume } from './scoreVolume.ts';

/**
 * The table of an experiment from what its runs have left: table.json, table.csv, table.md, and figures.json with what it
 * shows beside its table.
 *
 * A run that failed, is missing, or was made by other settings or other code is said to be so in its row.
 */
export async function buildTable(experiment: ResolvedExperiment, options: ComputeOptions): Promise<Table> {
  const { resultsDir } = options;
  const { profile, name } = experiment;
  const clock = await startProvenance(null);
  const dataset = await prepareDataset(experiment.settings.dataset, {
    resultsDir,
    profile,
    say: (line) => console.error(line),
  });
  const rows: { readonly row: TableRow; readonly scores: RowScores | null }[] = [];
  for (const row of experiment.rows) {
    if (row.runs.length === 0) rows.push(inputRow(row, dataset, experiment.settings.scoring));
    else rows.push(trainedRow(row, await readRuns(row.runs, resultsDir)));
  }
  const done = rows.flatMap(({ scores }) => (scores === null ? [] : [scores]));
  const table: Table = {
    experiment: name,
    title: experiment.title,
    place: experiment.place,
    profile,
    rows: rows.map(({ row }) => row),
    claims: experiment.claims.map((claim) => judgeClaim(claim, done)),
    provenance: await clock.stop(`npx nx run experiments:${name}:${profile}`),
  };
  const folder = experimentDirectory(resultsDir, profile, name);
  await rm(join(folder, 'figures'), { recursive: true, force: true });
  const volumes = await testVolumes(experiment, dataset, resultsDir);
  const blocks = volumes === undefined ? [] : [await writeVolumesBlock(folder, volumes)];
  writeFigures(join(folder, 'figures.json'), { blocks });
  writeTextAtomically(join(folder, 'table.csv'), await tableToCsv(table));
  writeTextAtomically(join(folder, 'table.md'), await tableToMarkdown(table));
  writeTable(join(folder, 'table.json'), table);
  return table;
}

/** What the blurred volumes themselves score: nothing is trained. */
function inputRow(
  row: ResolvedRow,
  dataset: PreparedDataset,
  scoring: { readonly dataRange: number },
): { row: TableRow; scores: RowScores } {
  const volumes = dataset.test.map(({ id, blurred, sharp }) => ({
    volume: id,
    scores: scoreVolume(blurred, sharp, scoring),
  }));
  const scores: RowScores = { id: row.id, runs: [{ seed: null, volumes }] };
  return { row: { ...describeRow(row), status: 'done', ours: summarizeScores(scores) }, scores };
}

function trainedRow(
  row: ResolvedRow,
  results: readonly RunResult[],
): { row: TableRow; scores: RowScores | null } {
  const notes = results.flatMap(({ note }) => (note === null ? [] : [note]));
  const noted = { ...describeRow(row), ...(notes.length === 0 ? {} : { note: notes.join('; ') }) };
  const records = results.flatMap(({ record }) => (record === undefined ? [] : [record]));
  if (records.length === 0) {
    const failed = results.some((result) => result.failed);
    return { row: { ...noted, status: failed ? 'failed' : 'missing', ours: null }, scores: null };
  }
  const scores: RowScores = {
    id: row.id,
    runs: records.map(({ seed, scores: volumes }) => ({ seed, volumes })),
  };
  return { row: { ...noted, status: 'done', ours: summarizeScores(scores) }, scores };
}

function describeRow(row: ResolvedRow): Omit<TableRow, 'status' | 'ours' | 'note'> {
  const { id, label, method, paper, overrides } = row;
  const own = Object.keys(overrides).length === 0 ? {} : { overrides };
  return { id, label, method, paper, runs: row.runs.map((run) => run.id), ...own };
}
