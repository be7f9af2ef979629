import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandomStream, createVolume, type Volume } from '@blurcycle/core';
import { writeTiffStack } from '@blurcycle/data';
import { type Hashes, NUMERICS, type Scores } from '@blurcycle/experiment';
import { METRIC_NAMES } from '@blurcycle/metrics';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyResult, type VerifyOptions } from '../src/check/verifyResult.ts';
import { hashOutputs } from '../src/run/hashOutputs.ts';
import { scoreEstimate } from '../src/scores/scorePredictions.ts';

const inputs = { 'test-0-sharp.tif': 'c'.repeat(64) };
const scoring = { dataRange: 1, kernelSmoothingSigmaVoxels: 1 };

let folder = '';
let record: { readonly inputs: Hashes; readonly outputs: Hashes };
let scores: Scores;
let options: VerifyOptions;

function randomVolume(name: string): Volume {
  const stream = createRandomStream(0, name);
  const data = Float32Array.from({ length: 16 ** 3 }, () => stream.uniform());
  return createVolume([16, 16, 16], [0.25, 0.1, 0.1], data);
}

/** A finished run with one prediction, as training leaves it. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'blurcycle-verify-'));
  await mkdir(join(folder, 'predictions'), { recursive: true });
  await mkdir(join(folder, 'model'));
  const [estimate, sharp] = [randomVolume('estimate'), randomVolume('sharp')];
  await writeTiffStack(join(folder, 'predictions/test-0.tif'), estimate, { sampleType: 'float32' });
  writeFileSync(join(folder, 'model/model.json'), '{}');
  writeFileSync(join(folder, 'metrics.jsonl'), '');
  record = { inputs, outputs: await hashOutputs(folder) };
  const kernel = estimate;
  const observation = { id: 'test-0', sharp, blurred: sharp };
  const ofVolume = scoreEstimate(estimate, observation, { dataRange: 1, kernel });
  scores = {
    ...{ numerics: { ...NUMERICS }, scoring, metrics: [...METRIC_NAMES], kernel: null },
    scores: [{ volume: 'test-0', scores: ofVolume }],
  };
  options = { folder, inputs, volumes: { test: [observation], kernel } };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const differences = async (changed: Partial<VerifyOptions> = {}): Promise<readonly string[]> =>
  (await verifyResult(record, scores, { ...options, ...changed })).differences;

describe('verifyResult(record, scores, options)', () => {
  it('finds nothing in results that nobody touched, and tells what it looked at', async () => {
    expect(await verifyResult(record, scores, options)).toEqual({
      checked: ['1 inputs', '3 outputs', 'scores of 1 volumes'],
      absent: [],
      differences: [],
    });
  });

  it('tells what is not stored here, which is no difference', async () => {
    rmSync(join(folder, 'predictions'), { recursive: true });
    rmSync(join(folder, 'model'), { recursive: true });
    const weights = { ...inputs, 'model/generator.weights': 'e'.repeat(64) };
    const lacking = { ...options, mayLack: ['model/generator.weights'] };
    expect(await verifyResult({ ...record, inputs: weights }, scores, lacking)).toEqual({
      checked: ['1 inputs', '1 output'],
      absent: ['model/generator.weights', 'model', 'predictions'],
      differences: [],
    });
  });

  it('detects one altered byte of a prediction', async () => {
    const path = join(folder, 'predictions/test-0.tif');
    const bytes = readFileSync(path);
    bytes[bytes.length - 1000] ^= 1;
    writeFileSync(path, bytes);
    expect(await differences()).toContain(
      'output predictions/test-0.tif has other bytes than recorded',
    );
  });

  it('detects a score that the stored prediction does not have, and that there are none', async () => {
    const [{ volume, scores: ofVolume }] = scores.scores;
    const better = [{ volume, scores: { ...ofVolume, psnr: ofVolume.psnr + 0.01 } }];
    const found = await verifyResult(record, { ...scores, scores: better }, options);
    expect(found.differences).toHaveLength(1);
    expect(found.differences[0]).toMatch(/^psnr of test-0 is \d+\.\d+, the record says \d+\.\d+$/);
    const unscored = await verifyResult(record, undefined, options);
    expect(unscored.differences).toEqual(['its predictions were not scored']);
  });

  it('detects missing and foreign files and another data set', async () => {
    const path = join(folder, 'predictions/test-0.tif');
    rmSync(path);
    writeFileSync(path.replace('test-0', 'other'), 'no prediction');
    expect(await differences({ inputs: { 'test-0-sharp.tif': 'd'.repeat(64) } })).toEqual([
      'input test-0-sharp.tif has other bytes than recorded',
      'output predictions/other.tif is not in the record',
      'output predictions/test-0.tif is missing',
      'scores of test-0 cannot be made again: its prediction is missing',
    ]);
  });
});
