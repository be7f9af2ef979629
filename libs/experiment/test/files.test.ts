import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import { jsonSchemas } from '../src/files/jsonSchemas.ts';
import { listRuns, loadExperiments } from '../src/index.ts';
import { loadChanged, loadWith, messageOf, SHIPPED } from './experimentFiles.ts';

describe('loadExperiments(directory)', () => {
  it('loads what the project ships, in every profile', () => {
    const set = loadExperiments(SHIPPED);
    expect([...set.experiments.keys()]).toContain('table1');
    for (const profile of Object.keys(set.profiles.content)) {
      for (const name of set.experiments.keys()) {
        expect(listRuns(set, name, profile).every((run) => run.key.length === 64)).toBe(true);
      }
    }
  });

  it('has the trained methods', () => {
    expect(Object.keys(loadExperiments(SHIPPED).methods.content).sort()).toEqual([
      'blind-without-dy',
      'cyclegan',
      'non-blind',
      'non-blind-noise',
      'proposed',
      'proposed-centered',
      'proposed-decoupled',
      'proposed-pupil',
      'proposed-spectra',
      'simulated',
      'simulated-blind',
      'simulated-blind-tuned',
      'simulated-tuned',
      'supervised-gan',
      'supervised-gan-unconditional',
      'supervised-mse',
      'two-stage',
    ]);
  });

  it('names file, line, and the nearest key for an unknown key', () => {
    const message = messageOf(() => loadChanged('_profiles.yaml', 'updates: 4\n', 'updatse: 4\n'));
    expect(message).toMatch(
      /^experiments\/_profiles\.yaml:\d+: unknown key 'updatse' \(did you mean 'updates'\? known: /,
    );
    const lines = readFileSync(join(SHIPPED, '_profiles.yaml'), 'utf8').split('\n');
    const line = lines.findIndex((text) => text.trim() === 'updates: 4') + 1;
    expect(message).toContain(`:${line}: `);
    expect(message).not.toContain('\n');
  });

  it.each([
    [
      'table1.yaml',
      'method: proposed,',
      'method: propsed,',
      "unknown method 'propsed' (did you mean 'proposed'?",
    ],
    ['table1.yaml', 'title:', 'titel:', "unknown key 'titel' (did you mean 'title'?"],
    [
      'table1.yaml',
      'psnr: 22.3020, ',
      'psrn: 22.3020, ',
      "unknown key 'psrn' (did you mean 'psnr'?",
    ],
    [
      'table1.yaml',
      'psnr(proposed) - psnr(cyclegan)',
      'psrn(proposed)',
      "unknown metric 'psrn' (did you mean 'psnr'?",
    ],
    [
      'table1.yaml',
      'psnr(proposed) - psnr(cyclegan)',
      'psnr(prposed)',
      "unknown row 'prposed' (did you mean 'proposed'?",
    ],
    [
      'classical.yaml',
      'algorithm: wiener,',
      'algorithm: wienr,',
      "unknown algorithm 'wienr' (did you mean 'wiener'?",
    ],
    [
      'classical.yaml',
      'lambdaTv: 0.002',
      'lambdatv: 0.002',
      "unknown key 'lambdatv' (did you mean 'lambdaTv'?",
    ],
    [
      'classical.yaml',
      'wiener:',
      'proposed:',
      'id must not be that of a method of experiments/methods.yaml',
    ],
    [
      'table1.yaml',
      '{ method: wiener,',
      '{ id: other, settings: { training: { updates: 3 } }, method: wiener,',
      "row with settings must name a method that is trained, got 'wiener'",
    ],
    ['table1.yaml', '    kind: paper\n', '', 'claims.2.kind must be given'],
    ['table1.yaml', 'kind: paper', 'kind: papr', "unknown kind 'papr' (did you mean 'paper'?"],
    [
      'fig11.yaml',
      'kernel.startCorrelation(proposed)',
      'kernel.startCorelation(proposed)',
      "unknown figure of a kernel 'kernel.startCorelation' (did you mean 'kernel.startCorrelation'?",
    ],
    [
      'table1.yaml',
      'ssim(supervised-mse) - ssim(supervised-gan) > 0',
      'psnr(supervised-gan) < psnr(supervised-mse)',
      'must not have the rule of the claim at experiments/table1.yaml:',
    ],
    [
      'table3.yaml',
      'rule: psnr(non-blind) - psnr(proposed) > 0',
      'rule: psnr(proposed) >= psnr(input) + 2',
      'must not have the rule of the claim at experiments/table1.yaml:',
    ],
    [
      'table2.yaml',
      'rule: psnr(proposed@richards-wolf) - psnr(cyclegan@richards-wolf) > 0',
      'rule: psnr(proposed@born-wolf) - psnr(cyclegan@born-wolf) > 0',
      'must not have the rule of the claim at experiments/table1.yaml:',
    ],
    [
      'methods.yaml',
      'blurPath: unet',
      'blurPath: unnet',
      "unknown blurPath 'unnet' (did you mean 'unet'?",
    ],
    [
      '_defaults.yaml',
      'model: born-wolf',
      'model: bornwolf',
      "unknown model 'bornwolf' (did you mean 'born-wolf'?",
    ],
    [
      '_defaults.yaml',
      'averageSnrDb: 20',
      'averageSnrDb: -3',
      'dataset.noise.averageSnrDb must not be negative',
    ],
    ['_defaults.yaml', 'size: [7, 15, 15]', 'size: [7, 14, 15]', 'dataset.psf.size.1 must be odd'],
    [
      '_defaults.yaml',
      'blurKernelSize: [31,',
      'blurKernelSize: [30,',
      'network.blurKernelSize.0 must be odd',
    ],
    [
      '_defaults.yaml',
      'emissionWavelengthUm: 0.61',
      'emissionWavelengthUm: 610',
      'between 0.2 and 2 µm',
    ],
    ['_defaults.yaml', 'width: 64', 'width: wide', "network.width must be a number, got 'wide'"],
    ['_defaults.yaml', 'width: 64', 'width: 6.4', 'network.width must be an integer, got 6.4'],
    ['_defaults.yaml', 'width: 64', 'width: 0', 'network.width must be above 0, got 0'],
    ['_defaults.yaml', '  width: 64', '', 'network.width must be given'],
    ['_defaults.yaml', 'beta1: 0.5', 'beta1: 1', 'training.optimizer.beta1 must be below 1, got 1'],
    ['_profiles.yaml', 'seeds: [0]', 'seeds: []', 'smoke.seeds must have at least 1 entries'],
    ['methods.yaml', 'proposed:', 'proposed:\n  label: twice', 'Map keys must be unique'],
  ])('refuses %s with %s -> %s', (file, from, to, expected) => {
    const message = messageOf(() => loadChanged(file, from, to));
    expect(message).toContain(expected);
    expect(message).toMatch(new RegExp(`^experiments/${file.replace('.', '\\.')}:\\d+: `));
    expect(() => loadChanged(file, from, to)).toThrow(InputError);
  });

  it('refuses two rows of one id, and a row with settings under the name of a method', () => {
    const head = 'title: t\nplace: p\nclaims: []\nrows:\n';
    expect(
      messageOf(() => loadWith('x.yaml', `${head}  - { method: input }\n  - { method: input }\n`)),
    ).toBe(
      "experiments/x.yaml:6: row id must differ from all others, got 'input' (give this row an id)",
    );
    const row = '  - { method: proposed, settings: { training: { updates: 7 } } }\n';
    expect(messageOf(() => loadWith('x.yaml', head + row))).toContain(
      'must not be named after a method',
    );
  });

  it('judges the same rule twice where the settings differ', () => {
    const file = `title: t
place: p
settings: { training: { updates: 7 } }
rows: [{ method: proposed }, { method: cyclegan }]
claims: [{ id: c, kind: ours, text: t, rule: psnr(proposed) - psnr(cyclegan) > 0 }]
`;
    expect(loadWith('x.yaml', file).experiments.has('x')).toBe(true);
    const same = file.replace('settings: { training: { updates: 7 } }\n', '');
    expect(messageOf(() => loadWith('x.yaml', same))).toMatch(
      /^experiments\/x\.yaml:4: claim c must not have the rule of the claim at experiments\/table1/,
    );
  });

  const ten = (alias: string): string => Array(10).fill(`*${alias}`).join(', ');
  it.each([
    [
      'aliases that multiply',
      `a: &a [x]\nb: &b [${ten('a')}]\nc: &c [${ten('b')}]\nd: [${ten('c')}]\n`,
      'Excessive alias count',
    ],
    ['an alias that holds itself', 'title: &a { x: *a }\n', 'circular'],
    ['deep nesting', `title: ${'['.repeat(20_000)}${']'.repeat(20_000)}\n`, 'Maximum call stack'],
  ])('refuses %s, naming the file', (_, text, reason) => {
    const message = messageOf(() => loadWith('wrong.yaml', text));
    expect(message).toMatch(/^experiments\/wrong\.yaml/);
    expect(message).toContain(reason);
    expect(message).not.toContain('\n');
  });

  it('refuses a file whose name is no id, as it reaches scripts', () => {
    expect(messageOf(() => loadWith('a b$(c).yaml', 'title: t\n'))).toBe(
      "experiments/a b$(c).yaml: file name must be lower-case words joined by hyphens, got 'a b$(c)'",
    );
  });

  it('says what is missing where there is no such directory', () => {
    expect(messageOf(() => loadExperiments('/nowhere/experiments'))).toContain(
      '_defaults.yaml must be readable',
    );
  });
});

describe('jsonSchemas()', () => {
  it.each(Object.entries(jsonSchemas()))(
    '%s is what experiments/ holds (npm run schema -w libs/experiment)',
    (file, schema) => {
      const committed: unknown = JSON.parse(readFileSync(join(SHIPPED, file), 'utf8'));
      expect(committed).toEqual(schema);
    },
  );

  it('is named in the first line of every file', () => {
    const set = loadExperiments(SHIPPED);
    const files = ['_defaults', '_profiles', 'methods', ...set.experiments.keys()];
    for (const file of files) {
      const [first] = readFileSync(join(SHIPPED, `${file}.yaml`), 'utf8').split('\n');
      const schema = set.experiments.has(file) ? 'schema.json' : `${file}.schema.json`;
      expect(first).toBe(`# yaml-language-server: $schema=${schema}`);
    }
  });
});
