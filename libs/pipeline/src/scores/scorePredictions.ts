import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Volume } from '@blurcycle/core';
import { readTiffStack } from '@blurcycle/data';
import {
  type Hashes,
  NUMERICS,
  type RunSettings,
  type Scores,
  type StoredScores,
  type VolumeScores,
  writeScores,
} from '@blurcycle/experiment';
import { fileHash } from '@blurcycle/files';
import { reblur } from '@blurcycle/inference';
import { computeScores, type Metric, METRICS } from '@blurcycle/metrics';
import type { Observation } from '../dataset/datasetFolder.ts';

/** What estimates are scored with. */
export interface ScoredVolumes {
  readonly test: readonly Observation[];
  /** Kernel of the data set. */
  readonly kernel: Volume;
}

/**
 * Metrics of an estimate by name: against the truth, or where that is not known, how far the
 * estimate is from the data when it is blurred again.
 */
export function scoreEstimate(
  estimate: Volume,
  { blurred, sharp }: Pick<Observation, 'blurred' | 'sharp'>,
  { dataRange, kernel }: { readonly dataRange: number; readonly kernel: Volume },
  metrics: readonly Metric[] = METRICS,
): Record<string, number> {
  const reblurred = (): Volume => reblur(estimate, kernel);
  return computeScores({ estimate, truth: sharp, blurred, reblurred }, { dataRange }, metrics);
}

/**
 * Scores the predictions in a folder.
 *
 * @param folder - Of a run, a test or a classical method; predictions are in it, one TIFF stack for
 *   each test volume.
 * @param metrics - What to compute. @defaultValue all
 */
export async function scorePredictions(
  folder: string,
  { test, kernel }: ScoredVolumes,
  { dataRange }: Pick<RunSettings['scoring'], 'dataRange'>,
  metrics: readonly Metric[] = METRICS,
): Promise<VolumeScores[]> {
  const scored: VolumeScores[] = [];
  for (const observation of test) {
    const { volume } = await readTiffStack(join(folder, predictionPath(observation.id)));
    const scores = scoreEstimate(volume, observation, { dataRange, kernel }, metrics);
    scored.push({ volume: observation.id, scores });
  }
  return scored;
}

/** A result whose predictions are scored. */
export interface ScoringJob {
  readonly folder: string;
  /** SHA-256 of what the result left, by the path inside the folder. */
  readonly outputs: Hashes;
  /** Key of the stage. */
  readonly key: string;
  readonly scoring: RunSettings['scoring'];
  readonly volumes: ScoredVolumes;
  /** What the learned kernel is like; null for methods that learn none. */
  readonly kernel: Readonly<Record<string, number>> | null;
}

/** Scores all predictions of a result and writes `scores.json` beside them. */
export async function makeScores(job: ScoringJob): Promise<StoredScores> {
  return store(job, await scorePredictions(job.folder, job.volumes, job.scoring));
}

/**
 * Computes the metrics that scores lack and writes all of them as `scores.json`; those that are
 * there stay as they are.
 */
export async function completeScores(job: ScoringJob, before: Scores): Promise<StoredScores> {
  const lacking = METRICS.filter(({ name }) => !before.metrics.includes(name));
  const added = await scorePredictions(job.folder, job.volumes, job.scoring, lacking);
  const scores = before.scores.map(({ volume, scores: known }) => ({
    volume,
    scores: { ...known, ...added.find((entry) => entry.volume === volume)?.scores },
  }));
  return store({ ...job, kernel: before.kernel }, scores);
}

/** Whether all predictions that a record names are in the folder, with the bytes that it names. */
export async function hasPredictions(folder: string, outputs: Hashes): Promise<boolean> {
  const names = predictionsOf(outputs);
  if (names.length === 0) return false;
  for (const name of names) {
    const path = join(folder, name);
    if (!existsSync(path) || (await fileHash(path)) !== outputs[name]) return false;
  }
  return true;
}

async function store(
  { folder, outputs, key, scoring, kernel }: ScoringJob,
  scores: VolumeScores[],
): Promise<StoredScores> {
  const stored: StoredScores = {
    ...{ key, numerics: NUMERICS, scoring, scores },
    metrics: METRICS.map(({ name }) => name),
    kernel: kernel === null ? null : { ...kernel },
    inputs: Object.fromEntries(predictionsOf(outputs).map((name) => [name, outputs[name]])),
  };
  await writeScores(folder, stored);
  return stored;
}

/** Path of a prediction inside the folder of a result. */
export function predictionPath(volume: string): string {
  return `predictions/${volume}.tif`;
}

function predictionsOf(outputs: Hashes): string[] {
  return Object.keys(outputs).filter((name) => name.startsWith('predictions/'));
}
