import { describe, expect, it } from 'vitest';
import { loadExperiments, resolveExperiment } from '../src/index.ts';
import { loadWith, messageOf, SHIPPED } from './experimentFiles.ts';

const HEAD = 'title: t\nplace: p\nrows:\n  - { method: input }\n';

describe('kinds of data sets', () => {
  const set = loadExperiments(SHIPPED);

  it('leave out what defaults and profiles say of another kind', () => {
    const { settings, origins } = resolveExperiment(set, 'fig12', 'quick');
    expect(settings.dataset.kind).toBe('simulated-microscope');
    expect(settings.dataset).not.toHaveProperty('noise');
    expect(Object.keys(origins).filter((path) => path.startsWith('dataset.noise'))).toEqual([]);
    // What the kinds share still comes from there.
    expect(settings.dataset).toMatchObject({ shape: [48, 128, 128], curvatureLengthUm: 2 });
    expect(origins['dataset.shape']).toBe('experiments/_profiles.yaml#quick');
  });

  it('must be those of what the experiment itself sets', () => {
    const strange = loadWith(
      'strange.yaml',
      `${HEAD}claims: []\nsettings:\n  dataset:\n    sharpSet: { rounds: 3 }\n`,
    );
    expect(messageOf(() => resolveExperiment(strange, 'strange', 'quick'))).toBe(
      'experiments/strange.yaml:8: dataset.sharpSet must be left out for data of the kind \'microtubules\', got {"rounds":3}',
    );
    const model = loadWith(
      'model.yaml',
      `${HEAD.replace('input', 'proposed')}claims: []\nsettings: { dataset: { psf: { sampleIndex: 1.4 } } }\n`,
    );
    expect(messageOf(() => resolveExperiment(model, 'model', 'quick'))).toContain(
      "dataset.psf.sampleIndex must be left out for the model 'born-wolf', which knows no layers",
    );
  });

  it('have a target row only where something made the sharp set', () => {
    const none = loadWith('none.yaml', `${HEAD}  - { method: target }\nclaims: []\n`);
    expect(messageOf(() => resolveExperiment(none, 'none', 'quick'))).toContain(
      "experiments/none.yaml:5: method must not be 'target' for data of the kind 'microtubules'",
    );
  });

  it('are recorded in one way: no test conditions for others than microtubules', () => {
    const own =
      'settings: { dataset: { kind: simulated-microscope, camera: { peakPhotoelectrons: 1, multiplication: 1, readNoiseElectrons: 0, electronsPerCount: 1, offsetCounts: 0, bits: 16 }, sharpSet: { rounds: 1, objectIterations: 1, psfIterations: 1 } } }\n';
    const swept = loadWith('swept.yaml', `${HEAD}claims: []\nsweep: { snrDb: [10] }\n${own}`);
    expect(messageOf(() => resolveExperiment(swept, 'swept', 'quick'))).toContain(
      "must be left out for data of the kind 'simulated-microscope'",
    );
  });
});

describe('profiles of an experiment', () => {
  it('override what it sets for all, in that profile only, and rename its runs', () => {
    const text = `${HEAD.replace('input', 'proposed')}claims: []\nprofiles: { quick: { training: { updates: 3 } } }\n`;
    const set = loadWith('own.yaml', text);
    const [quick, standard] = ['quick', 'standard'].map((profile) => resolveExperiment(set, 'own', profile));
    expect(quick.settings.training.updates).toBe(3);
    expect(quick.origins['training.updates']).toBe('experiments/own.yaml@quick');
    expect(standard.settings.training.updates).toBeGreaterThan(3);
    expect(quick.rows[0].runs[0]).toMatchObject({
      id: 'proposed-own-s0',
      settings: { training: { updates: 3 } },
    });
  });

  it('must be profiles that are there', () => {
    expect(messageOf(() => loadWith('own.yaml', `${HEAD}claims: []\nprofiles: { quik: {} }\n`))).toBe(
      "experiments/own.yaml:6: unknown profile 'quik' (did you mean 'quick'? known: smoke, quick, standard, paper)",
    );
  });
});
