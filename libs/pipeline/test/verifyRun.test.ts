import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandomStream, createVolume, type Volume } from '@blurcycle/core';
import { computeScores } from '@blurcycle/metrics';
import { writeTiffStack } from '@blurcycle/data';
import { loadExperiments, resolveRun, runDirectory, type RunRecord } from '@blurcycle/experiment';
import { EXPERIMENTS_DIRECTORY } from '@blurcycle/files';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyRun, type VerifyRunOptions } from '../src/check/verifyRun.ts';
import { hashOutputs } from '../src/run/hashOutputs.ts';

const run = resolveRun(loadExperiments(EXPERIMENTS_DIRECTORY), {
  method: 'proposed',
  profile: 'smoke',
  seed: 0,
});
const inputs = { 'test-0-sharp.tif': 'c'.repeat(64) };

let resultsDir = '';
let record: RunRecord;
let options: VerifyRunOptions;

function randomVolume(name: string): Volume {
  const stream = createRandomStream(0, name);
  const data = Float32Array.from({ length: 16 ** 3 }, () => stream.uniform());
  return createVolume([16, 16, 16], [0.25, 0.1, 0.1], data);
}

/** A finished run with one prediction, as training leaves it. */
beforeEach(async () => {
  resultsDir = mkdtempSync(join(tmpdir(), 'blurcycle-verify-'));
  const folder = runDirectory(resultsDir, run.profile, run.id);
  await mkdir(join(folder, 'predictions'), { recursive: true });
  const [estimate, sharp] = [randomVolume('estimate'), randomVolume('sharp')];
  await writeTiffStack(join(folder, 'predictions/test-0.tif'), estimate, { sampleType: 'float32' });
  const { id, profile, method, seed, key, settings, origins } = run;
  const scored = { estimate, truth: sharp, blurred: null, reblurred: () => null };
  record = {
    ...{ id, profile, method, seed, key, settings, origins, inputs },
    ...{
      status: 'done',
      error: null,
      selectedUpdate: 4,
      choices: {},
      parameterCounts: {},
      kernel: null,
    },
    ...{ trainingSeconds: 1, inferenceSeconds: 1 },
    scores: [{ volume: 'test-0', scores: computeScores(scored, settings.scoring) }],
    outputs: await hashOutputs(folder),
    provenance: {
      ...{
        createdAt: '2020-01-01T00:00:00Z',
        gitCommit: null,
        gitDirty: null,
        sourceHash: 'a'.repeat(64),
      },
      ...{ versions: {}, cpu: { model: 'any', cores: 1 }, gpu: null, backend: 'js', threads: 1 },
      ...{ wallSeconds: 1, peakMemoryBytes: 1, command: '' },
    },
  };
  const test = [{ id: 'test-0', sharp, blurred: sharp }];
  options = { folder, scoring: settings.scoring, inputs, test, kernel: estimate };
});
afterEach(() => rmSync(resultsDir, { recursive: true, force: true }));

describe('verifyRun(record, options)', () => {
  it('finds nothing in results that nobody touched', async () => {
    expect(await verifyRun(record, options)).toEqual([]);
  });

  it('detects one altered byte of a prediction', async () => {
    const path = join(runDirectory(resultsDir, run.profile, run.id), 'predictions/test-0.tif');
    const bytes = readFileSync(path);
    bytes[bytes.length - 1000] ^= 1;
    writeFileSync(path, bytes);
    expect(await verifyRun(record, options)).toContain(
      'output predictions/test-0.tif has other bytes than recorded',
    );
  });

  it('detects a score that the stored prediction does not have', async () => {
    const [{ volume, scores }] = record.scores;
    const better = {
      ...record,
      scores: [{ volume, scores: { ...scores, psnr: scores.psnr + 0.01 } }],
    };
    const [difference] = await verifyRun(better, options);
    expect(difference).toMatch(/^psnr of test-0 is \d+\.\d+, the record says \d+\.\d+$/);
  });

  it('detects missing and foreign files and another data set', async () => {
    const path = join(runDirectory(resultsDir, run.profile, run.id), 'predictions/test-0.tif');
    rmSync(path);
    writeFileSync(path.replace('test-0', 'other'), 'no prediction');
    const found = await verifyRun(record, {
      ...options,
      inputs: { 'test-0-sharp.tif': 'd'.repeat(64) },
    });
    expect(found).toEqual([
      'input test-0-sharp.tif has other bytes than recorded',
      'output predictions/other.tif is not in the record',
      'output predictions/test-0.tif is missing',
      'scores of test-0 cannot be made again: its prediction is missing',
    ]);
  });
});
