import { describe, expect, it } from 'vitest';
import { loadExperiments, resolveExperiment } from '../src/index.ts';
import { loadWith, messageOf, SHIPPED } from './experimentFiles.ts';

const HEAD = `title: t
place: p
rows:
  - { method: input }
  - { method: proposed }
  - { method: proposed-decoupled, label: Decoupled }
  - method: proposed
    id: faster
    label: Faster
    settings: { training: { optimizer: { blurKernelLearningRate: 1.0e-4 } } }
`;
const VARY = `vary:
  { setting: training.lossWeights.adversarial, name: adversary, label: a, scale: log, values: [1, 0.03] }
`;

describe('vary', () => {
  const { rows } = resolveExperiment(
    loadWith('x.yaml', `${HEAD}${VARY}claims: []\n`),
    'x',
    'smoke',
  );

  it('repeats every trained row with each value but the one that it has', () => {
    expect(rows.map(({ id, label, varied }) => [id, label, varied?.of, varied?.value])).toEqual([
      ['input', 'Input', undefined, undefined],
      ['proposed', 'Proposed, blind', 'proposed', 1],
      ['proposed-adversary-003', 'Proposed, blind, adversary 0.03', 'proposed', 0.03],
      // 0.03 is what the method has.
      ['proposed-decoupled', 'Decoupled', 'proposed-decoupled', 0.03],
      ['proposed-decoupled-adversary-1', 'Decoupled, adversary 1', 'proposed-decoupled', 1],
      ['faster', 'Faster', 'faster', 1],
      ['faster-adversary-003', 'Faster, adversary 0.03', 'faster', 0.03],
    ]);
  });

  it('changes that setting and keeps what else the row has of its own', () => {
    const [faster] = rows[6].runs;
    expect(faster.settings.training.lossWeights.adversarial).toBe(0.03);
    expect(faster.settings.training.optimizer.blurKernelLearningRate).toBe(1e-4);
    expect(rows[6].overrides).toEqual({
      'training.lossWeights.adversarial': 0.03,
      'training.optimizer.blurKernelLearningRate': 1e-4,
    });
    const settings = structuredClone(rows[1].runs[0].settings);
    const lossWeights = { ...settings.training.lossWeights, adversarial: 0.03 };
    expect(rows[2].runs[0].settings).toEqual({
      ...settings,
      training: { ...settings.training, lossWeights },
    });
  });

  it('leaves the runs of rows as they stand to be shared with other tables', () => {
    const set = loadExperiments(SHIPPED);
    const [own, table1] = ['ablation-balance', 'table1'].map(
      (name) =>
        resolveExperiment(set, name, 'standard').rows.find(({ id }) => id === 'cyclegan')?.runs,
    );
    expect(own?.length).toBeGreaterThan(1);
    expect(own?.map(({ id, key }) => [id, key])).toEqual(
      table1?.slice(0, own?.length).map(({ id, key }) => [id, key]), // it has fewer seeds
    );
  });

  it.each([
    [
      VARY.replace('adversarial', 'adversary'),
      "unknown number among the settings 'training.lossWeights.adversary' (did you mean 'training.lossWeights.adversarial'?",
    ],
    [
      VARY.replace('0.03', '-0.03'),
      'experiments/x.yaml:5: training.lossWeights.adversarial must be at least 0, got -0.03',
    ],
    [`${VARY}sweep: { snrDb: [10] }\n`, 'vary must not stand beside a sweep'],
  ])('refuses %s', (vary, expected) => {
    const load = () => {
      const set = loadWith('x.yaml', `${HEAD}${vary}claims: []\n`);
      return resolveExperiment(set, 'x', 'smoke');
    };
    expect(messageOf(load)).toContain(expected);
  });
});
