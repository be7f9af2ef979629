import { selectBackend } from '@blurcycle/compute';
import { createVolume, type Volume } from '@blurcycle/core';
import { predictVolume } from '@blurcycle/inference';
import { psnr } from '@blurcycle/metrics';
import { createSavedStream, createTrainer, disposeTrainer, trainStep } from '@blurcycle/training';
import { join } from 'node:path';
import { loadExperiments, resolveRun } from '@blurcycle/experiment';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBeside, scoreBeside } from '../src/run/scoreBeside.ts';

const set = loadExperiments(join(import.meta.dirname, '../../../experiments'));
const { settings } = resolveRun(set, { method: 'supervised-mse', profile: 'smoke', seed: 0 });
const objective = { ...settings.training, cycleMargin: [0, 0, 0] as const, averageHalfLife: 3 };

const stream = createSavedStream(1, 'sampling');
const patch = (): Volume =>
  createVolume(
    [16, 16, 16],
    [1, 1, 1],
    Float32Array.from({ length: 16 ** 3 }, () => stream.uniform()),
  );

describe('scores beside those of the selected weights', () => {
  let trainer: ReturnType<typeof createTrainer>;
  const observation = { id: 'test-0', blurred: patch(), sharp: patch() };
  const kernel = createVolume([1, 1, 1], [1, 1, 1], Float32Array.of(1));

  beforeAll(async () => {
    await selectBackend('js');
    const { method, network } = settings;
    trainer = createTrainer({ method, network, objective, seed: 1, knownKernel: null });
    for (let i = 0; i < 2; i++) await trainStep(trainer, { blurred: patch(), sharp: patch() });
  }, 60_000);
  afterAll(() => disposeTrainer(trainer));

  it('are those of the last weights where the average is selected, else of the average', async () => {
    const last = await readBeside(trainer, { select: 'average' });
    const average = await readBeside(trainer, { select: 'last' });
    expect([last?.weights, average?.weights]).toEqual(['last', 'average']);
    const [{ name, variable }] = trainer.networks.sharpGenerator.parameters;
    const key = `sharpGenerator/${name}`;
    expect(last?.values.get(key)?.data).toEqual(Float32Array.from(variable.dataSync()));
    expect(average?.values.get(key)?.data).not.toEqual(last?.values.get(key)?.data);
    expect(await readBeside({ ...trainer, average: null }, { select: 'last' })).toBeNull();
  });

  it('are of predictions by these weights', async () => {
    const last = await readBeside(trainer, { select: 'average' });
    const average = await readBeside(trainer, { select: 'last' });
    if (last === null || average === null) throw new Error('no weights');
    const volumes = { test: [observation], kernel };
    const ofAverage = await scoreBeside(trainer, average, volumes, settings);
    const { sharpGenerator } = trainer.networks;
    const estimate = await predictVolume(sharpGenerator, observation.blurred, settings.inference);
    const expected = psnr(estimate, observation.sharp, { dataRange: settings.scoring.dataRange });
    expect(ofAverage.scores.map(({ volume, scores }) => [volume, scores.psnr])).toEqual([
      ['test-0', expected],
    ]);
    const ofLast = await scoreBeside(trainer, last, volumes, settings);
    expect(ofLast.scores[0].scores.psnr).not.toBe(expected);
  });
});
