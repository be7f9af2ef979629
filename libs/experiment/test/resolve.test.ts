import { describe, expect, it } from 'vitest';
import { checkRunSettings } from '../src/settings/checkRunSettings.ts';
import {
  classicalRuns,
  describeChanges,
  findRun,
  listAllRuns,
  listRuns,
  loadExperiments,
  resolveExperiment,
  resolveRun,
  resolveShared,
  runKey,
  type RunSettings,
} from '../src/index.ts';
import { loadChanged, loadWith, messageOf, SHIPPED } from './experimentFiles.ts';

const shipped = loadExperiments(SHIPPED);

describe('resolveRun(set, request)', () => {
  it('lets profile override default, and tells where each value came from', () => {
    const run = resolveRun(shipped, { method: 'proposed', profile: 'quick', seed: 3 });
    expect(run.id).toBe('proposed-s3');
    expect(run.settings.method.blurPath).toBe('learned-kernel');
    expect(run.origins['network.width']).toBe('experiments/_profiles.yaml#quick');
    expect(run.origins['training.optimizer.beta1']).toBe('experiments/_defaults.yaml');
    expect(run.origins['method.blurPath']).toBe('experiments/methods.yaml#proposed');
  });

  it('keeps the paper scale where a profile overrides nothing', () => {
    const { settings } = resolveRun(shipped, { method: 'proposed', profile: 'paper', seed: 0 });
    // PAPER: widths of the 7,077,251-parameter U-Net, 31^3 = 29,791 kernel weights, Adam rate 1e-4,
    // cycle weight 10.
    expect(settings.network.width).toBe(64);
    expect(settings.network.blurKernelSize).toEqual([31, 31, 31]);
    expect(settings.training.optimizer.learningRate).toBe(1e-4);
    expect(settings.training.lossWeights.cycle).toBe(10);
  });

  it('gives all methods of a profile and seed the same data, network and training, but for what methods.yaml says', () => {
    for (const [profile, { seeds }] of Object.entries(shipped.profiles.content)) {
      for (const seed of seeds) {
        const shared = { ...resolveShared(shipped, profile), method: undefined };
        const runs = listRuns(shipped, 'table1', profile).filter((run) => run.seed === seed);
        for (const run of runs) {
          expect(run.settings.dataset).toMatchObject({ seed: 1 + seed });
          const settings = { ...run.settings, method: undefined };
          for (const change of describeChanges(shared, settings, ['dataset.seed'])) {
            const origin = run.origins[change.split(':')[0]];
            expect([run.id, change, origin]).toEqual([
              ...[run.id, change, `experiments/methods.yaml#${run.method}`],
            ]);
          }
        }
      }
    }
  });

  it('takes seeds that no table reports, for choosing settings, for rows too', () => {
    const run = findRun(shipped, 'kernel-symmetric', 'quick', 100);
    expect(run).toMatchObject({ id: 'kernel-symmetric-s100', seed: 100 });
    expect(run.settings).toMatchObject({
      network: { blurKernelGauge: 'point' },
      dataset: { seed: 101 },
    });
    const { settings } = findRun(shipped, 'proposed', 'quick', 100);
    expect(settings.dataset).toEqual(run.settings.dataset);
    const report = () =>
      loadChanged('_profiles.yaml', 'seeds: [0, 1, 2, 3, 4, 5, 6, 7]', 'seeds: [0, 100]');
    expect(messageOf(report)).toContain(
      'standard.seeds.1 must be below 100 (seeds from 100 on are for choosing settings), got 100',
    );
  });

  it.each([
    [
      '_profiles.yaml',
      'patch: [16, 48, 48]',
      'patch: [64, 48, 48]',
      'training.patch must fit into dataset.shape [48, 128, 128], got [64, 48, 48]',
    ],
    [
      '_profiles.yaml',
      'patch: [16, 48, 48]',
      'patch: [16, 46, 48]',
      'training.patch must be multiples of 4, got [16, 46, 48]',
    ],
    [
      '_profiles.yaml',
      'overlap: [16, 32, 32]',
      'overlap: [16, 96, 32]',
      'inference.overlap must be smaller than inference.tile',
    ],
    [
      '_defaults.yaml',
      'numericalAperture: 1.4',
      'numericalAperture: 1.5',
      'dataset.psf.numericalAperture must be below dataset.psf.immersionIndex 1.5, got 1.5',
    ],
    [
      'methods.yaml',
      'pixelLoss: none',
      'pixelLoss: l1',
      "method.pixelLoss must be 'none' for unpaired sampling, got 'l1'",
    ],
    [
      'methods.yaml',
      'discriminators: [sharp] # paper',
      'discriminators: [sharp, blurred] # paper',
      "method.discriminators must not name 'blurred' for blurPath 'known-psf'",
    ],
  ])('refuses %s with %s -> %s, naming file and line', (file, from, to, expected) => {
    const set = loadChanged(file, from, to);
    const message = messageOf(() => listRuns(set, 'table1', 'quick'));
    expect(message).toContain(expected);
    expect(message).toMatch(new RegExp(`^experiments/${file.replace('.', '\\.')}:\\d+: `));
  });

  it('names the nearest profile, method and experiment', () => {
    expect(messageOf(() => listRuns(shipped, 'table1', 'quik'))).toContain("did you mean 'quick'?");
    expect(messageOf(() => listRuns(shipped, 'tabel1', 'quick'))).toContain(
      "did you mean 'table1'?",
    );
    expect(messageOf(() => findRun(shipped, 'propsed', 'quick', 0))).toContain(
      "did you mean 'proposed'?",
    );
    expect(messageOf(() => findRun(shipped, 'proposed', 'quick', -1))).toContain('seed must be');
  });
});

describe('checkRunSettings(settings)', () => {
  const { settings } = resolveRun(shipped, { method: 'supervised-mse', profile: 'quick', seed: 0 });
  const paths = (changed: RunSettings): string[] =>
    checkRunSettings(changed).map(({ path }) => path);

  it('finds nothing wrong with what is shipped', () => {
    expect(paths(settings)).toEqual([]);
  });

  it('refuses a choice of weights that the method cannot make', () => {
    const { training } = settings;
    expect(
      paths({ ...settings, training: { ...training, select: 'best-cycle-residual' } }),
    ).toEqual(['training.select']);
  });

  it('refuses to show an input to the discriminators of a method that has no pairs', () => {
    const changed = (sampling: 'paired' | 'unpaired') =>
      checkRunSettings({
        ...settings,
        method: {
          ...settings.method,
          ...{ sampling, pixelLoss: 'none', discriminators: ['sharp'] },
          discriminatorSees: 'input-and-output',
        },
      }).map(({ path, rule }) => `${path} must ${rule}`);
    expect(changed('paired')).toEqual([]);
    expect(changed('unpaired')).toEqual([
      "method.discriminatorSees must be 'output' for unpaired sampling",
    ]);
  });

  it('refuses to leave out the border of the cycle where nothing would be left', () => {
    const { training, network } = settings;
    const narrow = { ...training, cycleBorder: 'exclude' as const, patch: [16, 48, 48] as const };
    const wide = { ...network, blurKernelSize: [31, 31, 31] as const };
    expect(paths({ ...settings, training: narrow, network: wide })).toContain(
      'training.cycleBorder',
    );
  });

  it('refuses a method without a loss, and a pixel loss without weight', () => {
    const { method, training } = settings;
    expect(paths({ ...settings, method: { ...method, pixelLoss: 'none' } })).toEqual([
      'method.pixelLoss',
    ]);
    const weightless = { ...training, lossWeights: { ...training.lossWeights, pixel: 0 } };
    expect(paths({ ...settings, training: weightless })).toEqual(['training.lossWeights.pixel']);
  });
});

describe('runKey(settings, seed)', () => {
  const { settings } = resolveRun(shipped, { method: 'proposed', profile: 'quick', seed: 0 });

  it('does not depend on the order of keys, nor on the label', () => {
    const reversed = Object.fromEntries(Object.entries(settings).reverse()) as RunSettings;
    expect(runKey(reversed, 0)).toBe(runKey(settings, 0));
    const renamed = { ...settings, method: { ...settings.method, label: 'another' } };
    expect(runKey(renamed, 0)).toBe(runKey(settings, 0));
  });

  it('depends on the seed and on every other value', () => {
    expect(runKey(settings, 1)).not.toBe(runKey(settings, 0));
    const longer = {
      ...settings,
      training: { ...settings.training, updates: settings.training.updates + 1 },
    };
    expect(runKey(longer, 0)).not.toBe(runKey(settings, 0));
    for (const part of ['training', 'inference'] as const) {
      expect(settings[part].precision).toBe('float32');
      const coarser = { ...settings, [part]: { ...settings[part], precision: 'bfloat16' } };
      expect(runKey(coarser, 0)).not.toBe(runKey(settings, 0));
    }
  });
});

describe('resolveExperiment(set, name, profile)', () => {
  const second = `title: t
place: p
claims: []
rows:
  - { method: input }
  - { method: proposed }
  - { method: proposed, id: small-kernel, settings: { network: { blurKernelSize: [5, 5, 5] } } }
`;

  it('has a run for each row and seed, none for the input', () => {
    const { rows, seeds } = resolveExperiment(shipped, 'table1', 'standard');
    expect(seeds).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    const trained = rows.filter(({ classical }) => classical === null);
    expect(trained.map(({ id, runs }) => [id, runs.length])).toEqual([
      ['input', 0],
      ['supervised-mse', 8],
      ['supervised-gan', 8],
      ['cyclegan', 8],
      ['proposed', 8],
      ['non-blind', 8],
    ]);
    expect(rows[4].paper).toEqual({ psnr: 26.6249, ssim: 0.9573 });
  });

  it('says how a row that trains nothing is computed, and names it after row and condition', () => {
    const experiment = resolveExperiment(shipped, 'table1', 'standard');
    const row = experiment.rows.find(({ id }) => id === 'richardson-lucy');
    expect(row).toMatchObject({ runs: [], paper: null });
    expect(row?.classical).toMatchObject({
      algorithm: 'richardson-lucy',
      stop: 'discrepancy',
      boundary: 'weights',
    });
    const runs = classicalRuns(experiment);
    const ids = ['blind-richardson-lucy', 'richardson-lucy', 'rl-tv', 'wiener'];
    expect(runs.map(({ id }) => id)).toEqual(
      ids.flatMap((id) => [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => `${id}-d${seed}`)),
    );
    expect(new Set(runs.map(({ key }) => key)).size).toBe(runs.length);
    expect(new Set(runs.map(({ kind }) => kind)).size).toBe(ids.length);
    const noisy = { id: 'noisy', label: 'noisy', test: { noise: { averageSnrDb: 5 } }, paper: {} };
    const [other] = classicalRuns({ ...experiment, conditions: [noisy] });
    expect(other.id).toBe('blind-richardson-lucy-d1@noisy');
    expect(other.key).not.toBe(runs[0].key);
  });

  it('has a data set for each seed, and one for all seeds where stacks are read', () => {
    const { datasets, settings } = resolveExperiment(shipped, 'fig12', 'standard');
    expect(datasets.map(({ seed }) => seed)).toEqual([0, 1, 2, 3, 4]);
    datasets.forEach(({ settings: dataset }, seed) =>
      expect(dataset).toEqual({ ...settings.dataset, seed: 1 + seed }),
    );
  });

  it('trains with no more seeds than a file asks for, the first of the profile', () => {
    const few = loadWith('second.yaml', second.replace('rows:', 'seedsAtMost: 3\nrows:'));
    const { seeds, datasets, rows } = resolveExperiment(few, 'second', 'standard');
    expect(seeds).toEqual([0, 1, 2]);
    expect(datasets.map(({ seed }) => seed)).toEqual([0, 1, 2]);
    expect(rows[1].runs.map(({ id }) => id)).toEqual([0, 1, 2].map((s) => `proposed-s${s}`));
    expect(resolveExperiment(few, 'second', 'quick').seeds).toEqual([0]);
    expect(() => loadWith('second.yaml', second.replace('rows:', 'seedsAtMost: 0\nrows:'))).toThrow(
      'seedsAtMost must be',
    );
  });

  it('shares runs between experiments and names a row of its own after its id', () => {
    const set = loadWith('second.yaml', second);
    const runs = listRuns(set, 'second', 'quick');
    expect(runs.map(({ id }) => id)).toEqual(['proposed-s0', 'small-kernel-s0']);
    const shared = listRuns(set, 'table1', 'quick').find(({ id }) => id === 'proposed-s0');
    expect(shared?.key).toBe(runs[0].key);
    expect(runs[1].origins['network.blurKernelSize']).toBe('experiments/second.yaml#small-kernel');
    const all = listAllRuns(set, 'quick').map(({ id }) => id);
    expect(new Set(all).size).toBe(all.length);
    expect(findRun(set, 'small-kernel', 'quick', 0).key).toBe(runs[1].key);
  });

  it('shows what a row overrides', () => {
    const { rows } = resolveExperiment(loadWith('second.yaml', second), 'second', 'quick');
    expect(rows.map(({ overrides }) => overrides)).toEqual([
      {},
      {},
      { 'network.blurKernelSize': [5, 5, 5] },
    ]);
  });

  it('never mixes up runs that an experiment changes as a whole', () => {
    const set = loadWith(
      'longer.yaml',
      second.replace('claims:', 'settings: { training: { updates: 7 } }\nclaims:'),
    );
    const [run] = listRuns(set, 'longer', 'quick');
    expect(run.id).toBe('proposed-longer-s0');
    expect(run.settings.training.updates).toBe(7);
    expect(listRuns(set, 'table1', 'quick').map(({ id }) => id)).toContain('proposed-s0');
  });

  it('refuses two experiments that give one id to different runs', () => {
    const set = loadWith('second.yaml', second);
    expect(listAllRuns(set, 'quick').length).toBeGreaterThan(0);
    const both = new Map(set.experiments);
    const other = loadWith('third.yaml', second.replace('[5, 5, 5]', '[3, 5, 5]')).experiments.get(
      'third',
    );
    if (other !== undefined) both.set('third', other);
    expect(messageOf(() => listAllRuns({ ...set, experiments: both }, 'quick'))).toContain(
      "got 'small-kernel-s0'",
    );
  });
});
