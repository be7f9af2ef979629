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

  it.each([
    ['modality: confocal', "excitationWavelengthUm must be given for the modality 'confocal'"],
    ['pinholeAiryUnits: 1', "pinholeAiryUnits must be left out for the modality 'widefield'"],
    ['modality: light-sheet', "sheetThicknessUm must be given for the modality 'light-sheet'"],
    [
      'modality: two-photon, excitationWavelengthUm: 0.9, zernike: [0.1]',
      'zernike must go with a diffraction model in widefield',
    ],
    ['model: gaussian, zernike: [0.1]', 'zernike must go with a diffraction model in widefield'],
  ])('have the numbers of their modality: %s', (psf, message) => {
    const wrong = loadWith(
      'wrong.yaml',
      `${HEAD.replace('input', 'proposed')}claims: []\nsettings: { dataset: { psf: { ${psf} } } }\n`,
    );
    expect(messageOf(() => resolveExperiment(wrong, 'wrong', 'quick'))).toContain(
      `dataset.psf.${message}`,
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

describe("data of the kind 'tiff-folders'", () => {
  const OWN = `
settings:
  dataset:
    kind: tiff-folders
    blurred: stacks/raw
    sharp: [stacks/sharp/*.tif]
    voxelSizeUm: [0.2, 0.1, 0.1]
    volumes: { train: 2, validation: 1, test: 1 }
    psf:
      model: gibson-lanni
      numericalAperture: 1.2
      immersionIndex: 1.33
      emissionWavelengthUm: 0.52
      size: [7, 7, 7]
`;
  const load = (rows: string, dataset = OWN) =>
    resolveExperiment(
      loadWith('own.yaml', `title: t\nplace: p\nclaims: []\nrows: [${rows}]${dataset}`),
      'own',
      'smoke',
    );

  it('takes the scale from the profile and nothing that describes other recordings', () => {
    const { settings, origins } = load('{ method: proposed }');
    expect(settings.dataset).toEqual({
      ...{
        kind: 'tiff-folders',
        blurred: 'stacks/raw',
        sharp: ['stacks/sharp/*.tif'],
        shape: [16, 32, 32],
      },
      ...{ voxelSizeUm: [0.2, 0.1, 0.1], volumes: { train: 2, validation: 1, test: 1 } },
      psf: {
        ...{ model: 'gibson-lanni', numericalAperture: 1.2, immersionIndex: 1.33 },
        ...{ emissionWavelengthUm: 0.52, size: [7, 7, 7] },
      },
    });
    expect(origins['dataset.shape']).toBe('experiments/_profiles.yaml#smoke');
  });

  it('must say what only the one who recorded them knows', () => {
    const line = (path: string) =>
      `experiments/own.yaml:7: ${path} must be given for data of the kind 'tiff-folders'`;
    const without = (text: string) =>
      messageOf(() => load('{ method: input }', OWN.replace(text, '')));
    expect(without('    voxelSizeUm: [0.2, 0.1, 0.1]\n')).toBe(line('dataset.voxelSizeUm'));
    expect(without('      numericalAperture: 1.2\n')).toBe(line('dataset.psf.numericalAperture'));
    expect(without('    blurred: stacks/raw\n')).toBe(line('dataset.blurred'));
  });

  it('names folders, patterns or files', () => {
    expect(messageOf(() => load('{ method: input }', OWN.replace('stacks/raw', '3')))).toBe(
      'experiments/own.yaml:8: settings.dataset.blurred must be a folder, a pattern or a file, or a list of them, got 3',
    );
  });

  it('has no pairs to learn from, and no truth to select by unless one is named', () => {
    expect(messageOf(() => load('{ method: supervised-mse }'))).toBe(
      "experiments/own.yaml:7: dataset.kind must not be 'tiff-folders' for the method 'supervised-mse', which learns from pairs, " +
        "got 'tiff-folders' (its sharp stacks show other places than the blurred ones: leave the row out)",
    );
    const selecting = `${OWN}  training: { select: best-validation-psnr }\n`;
    expect(messageOf(() => load('{ method: proposed }', selecting))).toContain(
      "training.select must not be 'best-validation-psnr' without dataset.truth",
    );
    const known = selecting.replace('    blurred', '    truth: stacks/truth\n    blurred');
    expect(load('{ method: proposed }', known).settings.training.select).toBe(
      'best-validation-psnr',
    );
  });
});

describe('profiles of an experiment', () => {
  it('override what it sets for all, in that profile only, and rename its runs', () => {
    const text = `${HEAD.replace('input', 'proposed')}claims: []\nprofiles: { quick: { training: { updates: 3 } } }\n`;
    const set = loadWith('own.yaml', text);
    const [quick, standard] = ['quick', 'standard'].map((profile) =>
      resolveExperiment(set, 'own', profile),
    );
    expect(quick.settings.training.updates).toBe(3);
    expect(quick.origins['training.updates']).toBe('experiments/own.yaml@quick');
    expect(standard.settings.training.updates).toBeGreaterThan(3);
    expect(quick.rows[0].runs[0]).toMatchObject({
      id: 'proposed-own-s0',
      settings: { training: { updates: 3 } },
    });
  });

  it('must be profiles that are there', () => {
    expect(
      messageOf(() => loadWith('own.yaml', `${HEAD}claims: []\nprofiles: { quik: {} }\n`)),
    ).toBe(
      "experiments/own.yaml:6: unknown profile 'quik' (did you mean 'quick'? known: smoke, quick, standard, night, paper)",
    );
  });
});
