import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXPERIMENTS_DIRECTORY, PROJECT_ROOT } from '@blurcycle/files';
import type { TargetConfiguration } from '@nx/devkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assertProfile } from '../src/plugin/assertProfile.ts';
import { inferTargets } from '../src/plugin/inferTargets.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'blurcycle-plugin-'));
  cpSync(EXPERIMENTS_DIRECTORY, join(root, 'experiments'), { recursive: true });
  cpSync(join(PROJECT_ROOT, 'nx.json'), join(root, 'nx.json'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Targets of a project, merged over all files as Nx does. */
function targetsOf(project: string): Record<string, TargetConfiguration> {
  const files = readdirSync(join(root, 'experiments'))
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => `experiments/${file}`);
  const merged: Record<string, TargetConfiguration> = {};
  for (const [, result] of inferTargets(files, root)) {
    Object.assign(merged, result.projects?.[project]?.targets ?? {});
  }
  return merged;
}

const SECOND = `title: t
place: p
claims: []
rows:
  - { method: proposed }
  - { method: proposed, id: small-kernel, settings: { network: { blurKernelSize: [5, 5, 5] } } }
`;

describe('inferTargets(files, root)', () => {
  it('makes a table that depends on its runs, quick unless told otherwise', () => {
    const { 'make-table1': made, table1 } = targetsOf('apps/experiments');
    expect(made.dependsOn).toContainEqual({ target: 'train-proposed-s0' });
    for (const target of [made, table1]) {
      expect(target).toMatchObject({
        configurations: { quick: { profile: 'quick' } },
        defaultConfiguration: 'quick',
      });
    }
    expect(made.outputs).toEqual(['{workspaceRoot}/results/{options.profile}/table1']);
  });

  it('names the longest runs first, as Nx starts what it has never timed in this order', () => {
    const { 'make-table1': made } = targetsOf('apps/experiments');
    const runs = (made.dependsOn ?? []).map((on) => (on as { target: string }).target);
    expect(runs).toEqual([
      'train-cyclegan-s0',
      'train-proposed-s0',
      'train-non-blind-s0',
      'train-supervised-gan-s0',
      'train-supervised-mse-s0',
      'classical-table1',
    ]);
  });

  it('computes classical rows beside the training, and keeps what they leave', () => {
    const targets = targetsOf('apps/experiments');
    const classical = targets['classical-table1'];
    expect(classical).toMatchObject({ cache: true, dependsOn: [{ target: 'data' }] });
    expect(classical.options).toEqual({
      command: 'node apps/experiments/bin/blurcycle.mjs classical table1',
      env: { BLURCYCLE_RUNS_AT_ONCE: '2' },
    });
    expect(classical.outputs).toHaveLength(4);
    const folder =
      /^\{workspaceRoot\}\/results\/\{options\.profile\}\/classical\/wiener-[0-9a-f]{12}$/;
    expect(classical.outputs).toContainEqual(expect.stringMatching(folder));
    expect(targets['make-fig11'].dependsOn).not.toContainEqual({ target: 'classical-fig11' });
  });

  it('makes targets of every other profile, found where Nx looks for configurations', () => {
    const targets = targetsOf('apps/experiments');
    for (const profile of ['smoke', 'standard', 'paper']) {
      const all = [`make-table1:${profile}`, `table1:${profile}`, `all:${profile}`];
      for (const name of [...all, `train-proposed-s0:${profile}`, `data:${profile}`]) {
        expect(targets[name].options).toMatchObject({ profile });
        expect(targets[name].configurations).toBeUndefined();
      }
      const own = expect.stringMatching(`:${profile}$`) as string;
      for (const name of all) {
        const dependsOn = targets[name].dependsOn ?? [];
        expect(dependsOn).toEqual(dependsOn.map(() => ({ target: own })));
        expect(dependsOn.length).toBeGreaterThan(0);
      }
    }
    expect(targetsOf('apps/report')['build:smoke'].options).toMatchObject({ profile: 'smoke' });
  });

  it('builds the report after each table that is asked for, and once after all of them', () => {
    const { 'make-table1': made, table1, all } = targetsOf('apps/experiments');
    expect(made.options).toMatchObject({
      command: expect.stringContaining('--no-report') as string,
    });
    expect(table1.dependsOn).toEqual([{ target: 'make-table1' }]);
    expect(table1.options).toEqual({
      command: 'node apps/experiments/bin/blurcycle.mjs report table1',
    });
    expect(all.options).toEqual({ command: 'node apps/experiments/bin/blurcycle.mjs report' });
    // The report shows results that these targets do not depend on, so an earlier one must never be
    // taken from the cache.
    expect([table1.cache, all.cache]).toEqual([undefined, undefined]);
  });

  it('makes one target for each training run, which shares the cores with another and is cached', () => {
    const run = targetsOf('apps/experiments')['train-proposed-s0'];
    const command = 'node apps/experiments/bin/blurcycle.mjs train proposed --seed 0 --wait';
    expect(run.options).toEqual({ command, env: { BLURCYCLE_RUNS_AT_ONCE: '2' } });
    expect(run.configurations?.quick).toEqual({ profile: 'quick' });
    expect(run).toMatchObject({ cache: true, defaultConfiguration: 'quick' });
    expect(run.parallelism).toBeUndefined();
    expect(run.outputs).toContain(
      '{workspaceRoot}/results/{options.profile}/runs/proposed-s0/record.json',
    );
  });

  it('asks for the hash of stacks that an experiment reads', () => {
    const dataset = `kind: tiff-folders, blurred: raw, sharp: sharp, voxelSizeUm: [0.25, 0.1, 0.1], volumes: { train: 1, validation: 1, test: 1 }`;
    const psf = `{ model: born-wolf, numericalAperture: 1.4, immersionIndex: 1.5, emissionWavelengthUm: 0.61, size: [7, 7, 7] }`;
    const other = SECOND.replace(
      'claims: []',
      `claims: []\nsettings: { dataset: { ${dataset}, psf: ${psf} } }`,
    );
    writeFileSync(join(root, 'experiments/second.yaml'), other);
    const targets = targetsOf('apps/experiments');
    const hash = { runtime: 'node apps/experiments/bin/blurcycle.mjs dataset second --hash' };
    for (const name of ['data-second', 'train-proposed-second-s0', 'make-second']) {
      expect(targets[name].inputs).toContainEqual(hash);
    }
    expect(targets['make-table1'].inputs).not.toContainEqual(hash);
  });

  it('simulates the data that runs share once, and other data for the experiment that has them', () => {
    const other = SECOND.replace('claims: []', 'claims: []\nsettings: { dataset: { seed: 2 } }');
    writeFileSync(
      join(root, 'experiments/second.yaml'),
      other.replace('method: proposed }', 'method: cyclegan }'),
    );
    const targets = targetsOf('apps/experiments');
    expect(targets['train-proposed-s0'].dependsOn).toEqual([{ target: 'data' }]);
    expect(targets['train-cyclegan-second-s0'].dependsOn).toEqual([{ target: 'data-second' }]);
    expect(targets.data).toMatchObject({ cache: true, outputs: [] });
    expect(targets['data-second'].options).toEqual({
      command: 'node apps/experiments/bin/blurcycle.mjs dataset second',
    });
  });

  it('has no target for a seed that the profile does not have', () => {
    const targets = targetsOf('apps/experiments');
    const seeds = (target: TargetConfiguration): number =>
      (target.dependsOn ?? []).filter((on) => JSON.stringify(on).includes('train-proposed-s'))
        .length;
    expect(targets['train-proposed-s2:standard'].options).toMatchObject({
      command: 'node apps/experiments/bin/blurcycle.mjs train proposed --seed 2 --wait',
      profile: 'standard',
    });
    expect(seeds(targets['make-table1:standard'])).toBe(8);
    expect(seeds(targets['make-ablation-border:standard'])).toBe(5); // no more are asked for there
    expect(targets['train-proposed-s2']).toBeUndefined();
    expect(targets['train-proposed-s2:smoke']).toBeUndefined();
    expect(seeds(targets['make-table1'])).toBe(1);
    expect(seeds(targets['make-table1:smoke'])).toBe(1);
  });

  it('takes a new file as a new target and shares the runs that others have', () => {
    const before = targetsOf('apps/experiments');
    writeFileSync(join(root, 'experiments/second.yaml'), SECOND);
    const after = targetsOf('apps/experiments');
    const added = Object.keys(after).filter((name) => !(name in before));
    expect(added.filter((name) => !name.includes(':')).sort()).toEqual([
      'make-second',
      'second',
      'train-small-kernel-s0',
    ]);
    expect(added.filter((name) => name.endsWith(':standard')).sort()).toEqual([
      'make-second:standard',
      'second:standard',
      ...[0, 1, 2, 3, 4, 5, 6, 7].map((seed) => `train-small-kernel-s${seed}:standard`),
    ]);
    expect(after['train-proposed-s0']).toEqual(before['train-proposed-s0']);
    expect(after.all.dependsOn).toEqual(
      expect.arrayContaining([{ target: 'make-second' }, { target: 'make-table1' }]),
    );
  });

  it('lets a run depend on an experiment file only where that file changes it', () => {
    writeFileSync(join(root, 'experiments/second.yaml'), SECOND);
    const targets = targetsOf('apps/experiments');
    const own = '{workspaceRoot}/experiments/second.yaml';
    expect(targets['train-small-kernel-s0'].inputs).toContain(own);
    expect(targets['train-proposed-s0'].inputs).not.toContain(own);
    expect(targets['make-second'].inputs).toContain(own);
    expect(targets['make-table1'].inputs).not.toContain(own);
  });

  it('lets an experiment with the settings of another share its runs and data', () => {
    const before = targetsOf('apps/experiments');
    writeFileSync(
      join(root, 'experiments/second.yaml'),
      `${SECOND.replace('claims: []', 'claims: []\nlike: fig12')}`,
    );
    const after = targetsOf('apps/experiments');
    const [own, other] = ['second', 'fig12'].map(
      (name) => `{workspaceRoot}/experiments/${name}.yaml`,
    );
    expect(after['train-proposed-fig12-s0']).toEqual(before['train-proposed-fig12-s0']);
    expect(after['data-second']).toBeUndefined();
    expect(after['train-small-kernel-fig12-s0']).toMatchObject({
      dependsOn: [{ target: 'data-fig12' }],
      inputs: expect.arrayContaining([own, other]) as unknown,
    });
    expect(after['make-second'].inputs).toEqual(expect.arrayContaining([own, other]));
  });

  it('retrains for settings and numbers alone: the version of the numbers and their golden bits', () => {
    const inputs = targetsOf('apps/experiments')['train-proposed-s0'].inputs ?? [];
    const files = inputs.flatMap((input) =>
      typeof input === 'string' ? [input.replace('{workspaceRoot}/', '')] : [],
    );
    expect(files).toEqual([
      'libs/experiment/src/stages/numerics.ts',
      'libs/pipeline/test/golden/golden.json',
      'libs/metrics/src/registry.ts',
      'experiments/_defaults.yaml',
      'experiments/_profiles.yaml',
      'experiments/methods.yaml',
    ]);
    for (const file of files) expect(existsSync(join(PROJECT_ROOT, file)), file).toBe(true);
  });

  it('gives the report a target', () => {
    expect(targetsOf('apps/report').build.options).toEqual({
      command: 'node apps/experiments/bin/blurcycle.mjs report',
    });
  });

  it('refuses an experiment that would hide a target of the project', () => {
    writeFileSync(join(root, 'experiments/lint.yaml'), SECOND);
    expect(() => targetsOf('apps/experiments')).toThrow(
      "experiments/lint.yaml: file name must not be that of another target, got 'lint'",
    );
  });

  it('says in one line what is wrong with a file', () => {
    writeFileSync(join(root, 'experiments/second.yaml'), SECOND.replace('title', 'titel'));
    expect(() => targetsOf('apps/experiments')).toThrow(
      "experiments/second.yaml:1: unknown key 'titel' (did you mean 'title'?",
    );
  });
});

describe('assertProfile(argv, root)', () => {
  const check = (...words: string[]) => {
    assertProfile(['node', 'nx', ...words], root);
  };

  it('lets a call pass that Nx understands', () => {
    expect(() => {
      check('run', 'experiments:table1');
      check('run', 'experiments:table1:quick');
      check('run', 'experiments:table1:standard', '--parallel=4');
      check('run', 'experiments:table1', '-c', 'quick');
      check('run-many', '-t', 'typecheck', 'lint', 'test');
    }).not.toThrow();
  });

  it('refuses a profile that does not exist, and one given with -c', () => {
    expect(() => check('run', 'experiments:table1:stndard')).toThrow(
      "nx: unknown profile 'stndard' (did you mean 'standard'?",
    );
    for (const words of [['-c', 'smoke'], ['--configuration=smoke']]) {
      expect(() => check('run', 'experiments:table1', ...words)).toThrow(
        "nx: -c must be quick, got 'smoke' (write it behind the target: npx nx run experiments:table1:smoke)",
      );
    }
  });
});
