import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Volume } from '@blurcycle/core';
import { readTiffStack } from '@blurcycle/data';
import type { Hashes, RunRecord } from '@blurcycle/experiment';
import type { Observation } from '../dataset/datasetFolder.ts';
import { hashOutputs } from '../run/hashOutputs.ts';
import { scoreEstimate } from '../scores/scoreEstimate.ts';

/** One line for each file that is gone, new, or has other bytes than recorded. */
export function compareHashes(kind: 'input' | 'output', recorded: Hashes, found: Hashes): string[] {
  const names = [...new Set([...Object.keys(recorded), ...Object.keys(found)])].sort();
  return names.flatMap((name) => {
    if (recorded[name] === found[name]) return [];
    if (!(name in found)) return [`${kind} ${name} is missing`];
    if (!(name in recorded)) return [`${kind} ${name} is not in the record`];
    return [`${kind} ${name} has other bytes than recorded`];
  });
}

/** What a run is checked against. */
export interface VerifyRunOptions {
  /** Where the run left its record. */
  readonly folder: string;
  readonly scoring: RunRecord['settings']['scoring'];
  /** SHA-256 of what went in as it is now, by name. */
  readonly inputs: Readonly<Record<string, string>>;
  /** The test volumes. */
  readonly test: readonly Observation[];
  /** Kernel of the data set. */
  readonly kernel: Volume;
}

/** What the records of training runs, of their tests and of classical methods have in common. */
type ScoredRecord = Pick<RunRecord, 'inputs' | 'outputs' | 'scores'>;

/**
 * Checks that a finished run is what its record says: every input and output byte, and every score.
 *
 * @returns One line for each difference; none when all is as recorded.
 */
export async function verifyRun(
  record: ScoredRecord,
  options: VerifyRunOptions,
): Promise<string[]> {
  return [
    ...compareHashes('input', record.inputs, options.inputs),
    ...compareHashes('output', record.outputs, await hashOutputs(options.folder)),
    ...(await compareScores(record, options)),
  ];
}

/** Scores the stored predictions again; the arithmetic is the same, so every digit must be. */
async function compareScores(
  record: ScoredRecord,
  { folder, scoring, test, kernel }: VerifyRunOptions,
): Promise<string[]> {
  const found: string[] = [];
  for (const { volume, scores } of record.scores) {
    const path = join(folder, 'predictions', `${volume}.tif`);
    const observation = test.find(({ id }) => id === volume);
    if (observation === undefined || !existsSync(path)) {
      found.push(
        `scores of ${volume} cannot be made again: ${observation ? 'its prediction' : 'its image'} is missing`,
      );
      continue;
    }
    const { volume: estimate } = await readTiffStack(path);
    const again = scoreEstimate(estimate, observation, { ...scoring, kernel });
    for (const [metric, value] of Object.entries(scores)) {
      if (again[metric] !== value)
        found.push(`${metric} of ${volume} is ${again[metric]}, the record says ${value}`);
    }
  }
  return found;
}
