import { describe, expect, it } from 'vitest';
import { findRun, loadExperiments, resolveExperiment } from '../src/index.ts';
import { loadWith, messageOf, SHIPPED } from './experimentFiles.ts';

const set = loadExperiments(SHIPPED);
const HEAD = 'title: t\nplace: p\nclaims: []\nrows: [{ method: proposed }]\n';

describe('like', () => {
  it('gives an experiment the settings of another, and shares the runs of common rows', () => {
    const [own, other] = ['beyond-microscope', 'fig12'].map((name) =>
      resolveExperiment(set, name, 'standard'),
    );
    expect(own.settings).toEqual(other.settings);
    const runs = ({ rows }: typeof own) =>
      rows.find(({ id }) => id === 'proposed')?.runs.map(({ id, key }) => [id, key]);
    expect(runs(own)).toEqual(runs(other));
  });

  it('names runs of further rows, and first stages, after the other experiment', () => {
    const { rows } = resolveExperiment(set, 'beyond-microscope', 'smoke');
    const [run] = rows.find(({ id }) => id === 'two-stage')?.runs ?? [];
    expect([run.id, run.first?.id]).toEqual(['two-stage-fig12-s0', 'proposed-decoupled-fig12-s0']);
    expect(findRun(set, 'two-stage-fig12', 'smoke', 0).key).toBe(run.key);
  });

  it.each([
    ['like: fig13\n', "experiments/x.yaml:5: unknown experiment 'fig13' (did you mean 'fig1"],
    ['like: beyond-microscope\n', 'like must name an experiment with settings of its own'],
    [
      'like: fig12\nsettings: { training: { updates: 3 } }\n',
      'like must not stand beside settings or profiles',
    ],
  ])('refuses %s', (rest, expected) => {
    expect(messageOf(() => loadWith('x.yaml', HEAD + rest))).toContain(expected);
  });
});
