import { describe, expect, it } from 'vitest';
import { parseRule, scoresOf } from '../src/claims/parseRule.ts';
import {
  listRuns,
  loadExperiments,
  resolveExperiment,
  testedDataset,
  testKey,
} from '../src/index.ts';
import { loadWith, messageOf, SHIPPED } from './experimentFiles.ts';

const set = loadExperiments(SHIPPED);
const HEAD = 'title: t\nplace: p\nrows:\n  - { method: input }\n  - { method: proposed }\n';
const noise = resolveExperiment(set, 'fig8', 'smoke');
const { dataset } = noise.settings;

describe('conditions of an experiment', () => {
  it('are one for each step of a sweep, named by the step', () => {
    expect(noise.conditions.map(({ id }) => id)).toEqual([
      ...['noise-free', 'snr-20', 'snr-10', 'snr-5', 'snr-2.5', 'snr-1.25'],
    ]);
  });

  it('change the noise and nothing else; no noise means no photon noise either', () => {
    const [none, , ten] = noise.conditions.map((condition) => testedDataset(dataset, condition));
    expect(none).toEqual({ ...dataset, noise: { averageSnrDb: null, poissonPeakCounts: null } });
    expect(ten).toEqual({ ...dataset, noise: { averageSnrDb: 10, poissonPeakCounts: 256 } });
  });

  it('need no test of their own where they are what the model was trained on', () => {
    const keys = noise.conditions.map((condition) => testKey(dataset, condition));
    expect(keys[1]).toBeNull();
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('are shared between experiments, whatever these call them', () => {
    const keys = (name: string) => {
      const { conditions } = resolveExperiment(set, name, 'smoke');
      return conditions.map((condition) => testKey(dataset, condition));
    };
    expect(keys('fig7')).toEqual(keys('fig8'));
    expect(keys('fig9')).toEqual(keys('table2').slice(0, 2));
  });

  it('train nothing', () => {
    const trained = new Set(listRuns(set, 'table1', 'smoke').map(({ id }) => id));
    for (const name of ['table2', 'fig6', 'fig7', 'fig8', 'fig9', 'fig10']) {
      for (const { id } of listRuns(set, name, 'smoke')) expect(trained).toContain(id);
    }
  });

  it('are one without a name where the file declares none', () => {
    const { conditions } = resolveExperiment(set, 'table1', 'smoke');
    expect(conditions).toEqual([{ id: null, label: '', test: {}, paper: {} }]);
  });
});

describe('rules over conditions', () => {
  it('name a row under a condition', () => {
    const rule = parseRule('psnr(cyclegan@snr-1.25) - psnr(supervised-mse@noise-free) > 0.5');
    expect(scoresOf(rule)).toEqual([
      { metric: 'psnr', row: 'cyclegan@snr-1.25' },
      { metric: 'psnr', row: 'supervised-mse@noise-free' },
    ]);
  });

  it.each([
    [
      'sweep: { snrDb: [null, 10] }\nclaims: [{ id: c, kind: ours, text: t, rule: psnr(proposed) > 0 }]\n',
      "experiments/x.yaml:7: unknown row 'proposed' (known: input@noise-free, input@snr-10, ",
    ],
    [
      'sweep: { snrDb: [null, 10] }\nclaims: [{ id: c, kind: ours, text: t, rule: psnr(proposed@snr-1) > 0 }]\n',
      "unknown row 'proposed@snr-1' (did you mean 'proposed@snr-10'?",
    ],
    [
      'sweep: { snrDb: [10, 10] }\nclaims: []\n',
      "condition must differ from all others, got 'snr-10'",
    ],
    [
      'sweep: { snrDb: [10] }\nconditions: [{ id: a, label: A }]\nclaims: []\n',
      'sweep must not stand beside conditions',
    ],
    [
      'conditions:\n  - { id: a, label: A, test: { psf: { modell: gaussian } } }\nclaims: []\n',
      "experiments/x.yaml:7: unknown key 'modell' (did you mean 'model'?",
    ],
    [
      'conditions:\n  - { id: a, label: A, paper: { propsed: { psnr: 1, ssim: 1 } } }\nclaims: []\n',
      "unknown row 'propsed' (did you mean 'proposed'?",
    ],
  ])('refuse %s', (rest, expected) => {
    expect(messageOf(() => loadWith('x.yaml', HEAD + rest))).toContain(expected);
  });
});

describe('figures of an experiment', () => {
  it.each([
    [
      '[{ kind: volume }]',
      "experiments/x.yaml:6: unknown kind 'volume' (did you mean 'volumes'? known: ",
    ],
    ['[{ kind: volumes, row: [input] }]', "unknown key 'row' (did you mean 'rows'?"],
    ['[{ kind: volumes, rows: [propsed] }]', "unknown row 'propsed' (did you mean 'proposed'?"],
    ['[{ kind: volumes, conditions: [snr-5] }]', "unknown condition 'snr-5'"],
    [
      '[{ kind: volumes }, { kind: volumes }]',
      "figure id must differ from all others, got 'volumes'",
    ],
    ['[{ kind: sweep-curves, metrics: [psrn] }]', "unknown metrics 'psrn' (did you mean 'psnr'?"],
    [
      '[{ kind: sweep-curves, metrics: [psnr] }]',
      "sweep or vary must be given for curves over it, got 'none'",
    ],
  ])('%s is refused', (figures, expected) => {
    expect(
      messageOf(() => loadWith('x.yaml', `${HEAD}figures: ${figures}\nclaims: []\n`)),
    ).toContain(expected);
  });

  it('may stand alone, but then there must be one', () => {
    const head = 'title: t\nplace: p\nclaims: []\nrows: []\n';
    expect(loadWith('x.yaml', `${head}figures: [{ kind: volumes }]\n`).experiments.has('x')).toBe(
      true,
    );
    expect(messageOf(() => loadWith('x.yaml', head))).toBe(
      'experiments/x.yaml:4: rows must hold one where there is no figure, got []',
    );
  });
});
