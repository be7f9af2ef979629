import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Hashes, Scores } from '@blurcycle/experiment';
import { METRICS } from '@blurcycle/metrics';
import { hashOutputs } from '../run/hashOutputs.ts';
import {
  predictionPath,
  type ScoredVolumes,
  scorePredictions,
} from '../scores/scorePredictions.ts';

/**
 * What was checked, what is not here to be checked, and every way in which it is not as recorded.
 */
export interface Checked {
  /** `47 files of the data`, one phrase each. */
  readonly checked: readonly string[];
  /** What is not stored here. */
  readonly absent: readonly string[];
  readonly differences: readonly string[];
}

/** What a run, a test or a classical method is checked against. */
export interface VerifyOptions {
  /** Where it left its record. */
  readonly folder: string;
  /** SHA-256 of what went in as it is now, by name. */
  readonly inputs: Hashes;
  /** Names of inputs that need not be here. */
  readonly mayLack?: readonly string[];
  readonly volumes: ScoredVolumes;
}

/** Folders of a result that need not be kept. */
const INTERMEDIATES = ['model', 'predictions'] as const;

/**
 * Checks that a result is what its record says: every input and output byte that is here, and every
 * score of predictions that are here.
 *
 * @param scores - What its predictions were scored with; undefined where they were not.
 */
export async function verifyResult(
  record: { readonly inputs: Hashes; readonly outputs: Hashes },
  scores: Scores | undefined,
  options: VerifyOptions,
): Promise<Checked> {
  const { folder, inputs, mayLack = [] } = options;
  const lacking = mayLack.filter((name) => name in record.inputs && !(name in inputs));
  const absent = INTERMEDIATES.filter(
    (name) => !existsSync(join(folder, name)) && within(record.outputs, name).length > 0,
  );
  const isHere = (name: string): boolean => !absent.some((part) => name.startsWith(`${part}/`));
  const kept = filterNames(record.outputs, isHere);
  const rescored = absent.includes('predictions') || scores === undefined ? undefined : scores;
  const count = Object.keys(kept).length;
  return {
    checked: [
      `${Object.keys(inputs).length} inputs`,
      ...(count === 0 ? [] : [`${count} output${count === 1 ? '' : 's'}`]),
      ...(rescored === undefined ? [] : [`scores of ${rescored.scores.length} volumes`]),
    ],
    absent: [...lacking, ...absent],
    differences: [
      ...compareHashes(
        'input',
        filterNames(record.inputs, (name) => !lacking.includes(name)),
        inputs,
      ),
      ...compareHashes('output', kept, await hashOutputs(folder)),
      ...(scores === undefined ? ['its predictions were not scored'] : []),
      ...(rescored === undefined ? [] : await compareScores(rescored, options)),
    ],
  };
}

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

/** Scores the stored predictions again; the arithmetic is the same, so every digit must be. */
async function compareScores(
  { scores, scoring, metrics }: Scores,
  { folder, volumes }: VerifyOptions,
): Promise<string[]> {
  const found: string[] = [];
  const known = METRICS.filter(({ name }) => metrics.includes(name));
  for (const { volume, scores: recorded } of scores) {
    const observation = volumes.test.find(({ id }) => id === volume);
    if (observation === undefined || !existsSync(join(folder, predictionPath(volume)))) {
      found.push(
        `scores of ${volume} cannot be made again: ${observation ? 'its prediction' : 'its image'} is missing`,
      );
      continue;
    }
    const one = { ...volumes, test: [observation] };
    const [again] = await scorePredictions(folder, one, scoring, known);
    for (const [metric, value] of Object.entries(recorded)) {
      if (again.scores[metric] !== value)
        found.push(`${metric} of ${volume} is ${again.scores[metric]}, the record says ${value}`);
    }
  }
  return found;
}

function within(names: Hashes, folder: string): string[] {
  return Object.keys(names).filter((name) => name.startsWith(`${folder}/`));
}

function filterNames(hashes: Hashes, keep: (name: string) => boolean): Hashes {
  return Object.fromEntries(Object.entries(hashes).filter(([name]) => keep(name)));
}
