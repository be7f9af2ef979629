import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  describeExperiment,
  experimentDirectory,
  type ResolvedExperiment,
  type Table,
  tableRecipe,
  tableToCsv,
  tableToMarkdown,
  writeExperimentRecord,
  writeFigures,
  writeTable,
} from '@blurcycle/experiment';
import { lockFolder, makeFolders, writeFileAtomically } from '@blurcycle/files';
import type { ComputeOptions } from '../contracts.ts';
import { makeFigures } from '../figures/makeFigures.ts';
import { originOf } from '../run/origin.ts';
import { startProvenance } from '../run/provenance.ts';
import { say } from '../say.ts';
import { hashTableInputs, hashTableOutputs } from '../state/tableFiles.ts';
import { tableMakers } from './makers.ts';
import { readCells, rememberVolumes } from './readCells.ts';
import { tabulate } from './tabulate.ts';

/**
 * The table of an experiment from what its runs have left: table.json, table.csv, table.md,
 * figures.json with what it shows beside its table, and record.json. Predictions under test
 * conditions are made where they are missing, and metrics that scores lack are computed where the
 * predictions are here; nothing is trained.
 *
 * A run that failed, is missing or stale is said to be so in its row. Tables of one profile share
 * tests and classical results, so they are made one after the other: this waits for another process
 * that makes one.
 */
export async function buildTable(
  experiment: ResolvedExperiment,
  options: ComputeOptions,
): Promise<Table> {
  const { profile, name } = experiment;
  const folder = join(options.resultsDir, profile);
  makeFolders(folder, name, '--results-dir');
  const lock = await lockFolder(folder, name, {
    file: 'tables.lock',
    wait: true,
    onWait: (holder) => say(`${name}: waits for ${holder}, which makes a table`),
  });
  try {
    return await makeTable(experiment, options);
  } finally {
    lock.release();
  }
}

async function makeTable(experiment: ResolvedExperiment, options: ComputeOptions): Promise<Table> {
  const { resultsDir } = options;
  const { profile, name } = experiment;
  const clock = await startProvenance(null);
  const volumesOf = rememberVolumes(profile, resultsDir);
  const cells = await readCells(experiment, volumesOf, resultsDir, tableMakers(name, options));
  const folder = experimentDirectory(resultsDir, profile, name);
  await rm(join(folder, 'record.json'), { force: true });
  const blocks = await makeFigures({ experiment, cells, volumesOf, folder, options });
  const provenance = await clock.stop(`npx nx run experiments:${name}:${profile}`);
  const table: Table = { ...tabulate(experiment, cells), provenance };
  await writeFigures(join(folder, 'figures.json'), { blocks });
  await writeFileAtomically(join(folder, 'table.csv'), 'table', await tableToCsv(table));
  await writeFileAtomically(join(folder, 'table.md'), 'table', await tableToMarkdown(table));
  await writeTable(join(folder, 'table.json'), table);
  const declaration = describeExperiment(experiment);
  const inputs = await hashTableInputs(experiment, resultsDir);
  await writeExperimentRecord(join(folder, 'record.json'), {
    experiment: name,
    profile,
    declaration,
    inputs,
    outputs: await hashTableOutputs(folder),
    ...(await originOf(tableRecipe(declaration), inputs)),
    provenance,
  });
  return table;
}
