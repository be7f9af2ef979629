import { describe, expect, it } from 'vitest';
import {
  findRun,
  type RunSettings,
  listRuns,
  loadExperiments,
  resolveExperiment,
  resolveRun,
  runRecipe,
} from '../src/index.ts';
import { checkRunSettings } from '../src/settings/checkRunSettings.ts';
import { SHIPPED } from './experimentFiles.ts';

const shipped = loadExperiments(SHIPPED);
const twoStage = resolveRun(shipped, { method: 'two-stage', profile: 'quick', seed: 3 });

describe('a method that takes its kernel from another', () => {
  it('has the run of that method and the same seed, on the same data, as its first stage', () => {
    const first = resolveRun(shipped, { method: 'proposed-decoupled', profile: 'quick', seed: 3 });
    expect(twoStage.first).toEqual(first);
    expect(twoStage.settings.first).toEqual({
      method: first.settings.method,
      network: first.settings.network,
      training: first.settings.training,
    });
    expect(twoStage.settings.dataset).toEqual(first.settings.dataset);
  });

  it('is another run where a setting of the first stage is another', () => {
    const { first } = twoStage.settings;
    if (first === undefined) throw new Error('no first stage');
    const changed = {
      ...twoStage,
      settings: {
        ...twoStage.settings,
        first: { ...first, training: { ...first.training, updates: 1 } },
      },
    };
    const { training } = runRecipe(twoStage);
    expect(runRecipe(changed).training).not.toEqual(training);
    const relabeled = { ...first, method: { ...first.method, label: 'x' } };
    const same = { ...twoStage, settings: { ...twoStage.settings, first: relabeled } };
    expect(runRecipe(same).training).toEqual(training);
  });

  it('stands behind its first stage in the list of runs, which has each once', () => {
    const ids = listRuns(shipped, 'beyond', 'quick').map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.indexOf('proposed-decoupled-s0')).toBeLessThan(ids.indexOf('two-stage-s0'));
    const rows = resolveExperiment(shipped, 'beyond', 'quick').rows.map(({ id }) => id);
    expect(rows).toContain('two-stage');
    expect(findRun(shipped, 'two-stage', 'quick', 3)).toEqual(twoStage);
  });

  it('needs a known blur path, a first stage that learns a kernel, and one that learns noise', () => {
    const { settings } = twoStage;
    const { first } = settings;
    if (first === undefined) throw new Error('no first stage');
    const rules = (changed: typeof settings): string[] =>
      checkRunSettings(changed).map(({ path, rule }) => `${path} must ${rule}`);
    expect(rules(settings)).toEqual([]);
    expect(rules({ ...settings, method: { ...settings.method, blurPath: 'unet' } })).toContain(
      "method.blurPath must be 'known-psf' for a method with kernelFrom",
    );
    const known = { ...first.method, blurPath: 'known-psf' } as const;
    expect(rules({ ...settings, first: { ...first, method: known } })).toContain(
      'method.kernelFrom must name a method that learns a kernel',
    );
    const silent = { ...first.network, blurNoise: 'none' } as const;
    expect(rules({ ...settings, first: { ...first, network: silent } })).toContain(
      "network.blurNoise must not be 'known' where proposed-decoupled learns no noise",
    );
  });
});

describe('settings of noise and average', () => {
  const { settings } = resolveRun(shipped, { method: 'proposed', profile: 'quick', seed: 0 });
  const violations = (
    network: Partial<typeof settings.network>,
    training: Partial<typeof settings.training> = {},
  ): string[] =>
    checkRunSettings({
      ...settings,
      network: { ...settings.network, ...network },
      training: { ...settings.training, ...training },
    }).map(({ path }) => path);

  it.each([
    [{ blurNoise: 'learned' }, { cycleNorm: 'anscombe' }, []],
    [{}, { cycleNorm: 'anscombe' }, ['training.cycleNorm']],
    [{}, { select: 'average' }, ['training.select']],
    [{}, { select: 'average', averageHalfLife: 70 }, []],
  ] as const)('of %j and %j break the rules %j', (network, training, expected) => {
    expect(violations(network, training)).toEqual(expected);
  });
});

describe('settings of simulated pairs', () => {
  const violations = (method: string, training: Partial<RunSettings['training']>): string[] => {
    const { settings } = resolveRun(shipped, { method, profile: 'quick', seed: 0 });
    return checkRunSettings({ ...settings, training: { ...settings.training, ...training } }).map(
      ({ path }) => path,
    );
  };

  it.each([
    ['simulated', { randomGain: [0.5, 1] }, []],
    ['simulated', { randomGain: [1, 0.5] }, ['training.randomGain']],
    ['proposed', { randomGain: [0.5, 1] }, ['training.randomGain']],
    ['supervised-mse', { randomGain: [0.5, 1] }, ['training.randomGain']],
    ['simulated-tuned', {}, []],
    ['non-blind', { blurredCycleFrom: 0.5 }, []],
    ['simulated', { blurredCycleFrom: 0.5 }, ['training.blurredCycleFrom']],
    ['proposed', { blurredCycleFrom: 0.5 }, ['training.blurredCycleFrom']],
  ] as const)('of %s, %j, break the rules %j', (method, training, expected) => {
    expect(violations(method, training)).toEqual(expected);
  });
});
