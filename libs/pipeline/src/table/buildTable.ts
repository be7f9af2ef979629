import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  describeExperiment,
  experimentDirectory,
  type ResolvedExperiment,
  type Table,
  tableToCsv,
  tableToMarkdown,
  testedDataset,
  writeExperimentRecord,
  writeFigures,
  writeTable,
  writeTextAtomically,
} from '@blurcycle/experiment';
import type { ComputeOptions } from '../contracts.ts';
import { prepareTestVolumes } from '../dataset/prepareTestVolumes.ts';
import { makeFigures } from '../figures/makeFigures.ts';
import { startProvenance } from '../run/provenance.ts';
import { readSourceHash, TABLE_SOURCES } from '../run/sourceHash.ts';
import { say } from '../say.ts';
import { type Makers, readCells, rememberVolumes } from './readCells.ts';
import { hashTableInputs, hashTableOutputs } from './tableState.ts';
import { tabulate } from './tabulate.ts';

/**
 * The table of an experiment from what its runs have left: table.json, table.csv, table.md,
 * figures.json with what it shows beside its table, and record.json. Predictions under test
 * conditions are made where they are missing; nothing is trained.
 *
 * A run that failed, is missing, or was made by other settings or other code is said to be so in
 * its row.
 */
export async function buildTable(
  experiment: ResolvedExperiment,
  options: ComputeOptions,
): Promise<Table> {
  const { resultsDir } = options;
  const { profile, name } = experiment;
  const clock = await startProvenance(null);
  const volumesOf = rememberVolumes(experiment, resultsDir);
  const cells = await readCells(experiment, volumesOf, resultsDir, makers(name, options));
  const folder = experimentDirectory(resultsDir, profile, name);
  await rm(join(folder, 'record.json'), { force: true });
  const blocks = await makeFigures({ experiment, cells, volumesOf, folder, options });
  const provenance = await clock.stop(`npx nx run experiments:${name}:${profile}`);
  const table: Table = { ...tabulate(experiment, cells), provenance };
  writeFigures(join(folder, 'figures.json'), { blocks });
  writeTextAtomically(join(folder, 'table.csv'), await tableToCsv(table));
  writeTextAtomically(join(folder, 'table.md'), await tableToMarkdown(table));
  writeTable(join(folder, 'table.json'), table);
  writeExperimentRecord(join(folder, 'record.json'), {
    experiment: name,
    profile,
    declaration: describeExperiment(experiment),
    tableSources: await readSourceHash(TABLE_SOURCES),
    inputs: await hashTableInputs(experiment, resultsDir),
    outputs: await hashTableOutputs(folder),
    provenance,
  });
  return table;
}

/** Applies trained models and classical methods to test volumes. */
function makers(experiment: string, options: ComputeOptions): Makers {
  const { resultsDir } = options;
  const commandFor = (profile: string): string =>
    `npx blurcycle table ${experiment} --profile ${profile}`;
  return {
    async test(run, condition, folder) {
      const { id, profile } = run;
      const { dataset } = run.settings;
      say(`${id}: testing under ${condition.label}`);
      const { testRun } = await import('../test/testRun.ts');
      const volumes = await prepareTestVolumes(dataset, condition, { resultsDir, profile, say });
      const tested = testedDataset(dataset, condition);
      return testRun(
        { run, folder, dataset: tested, volumes, command: commandFor(profile) },
        options,
      );
    },
    async classical(run, volumes, folder) {
      const { computeClassical } = await import('../test/computeClassical.ts');
      return computeClassical({ run, volumes, folder, command: commandFor(run.profile) }, options);
    },
  };
}
