import { loadExperiments, PUPIL_FIGURES, resolveRun } from '@blurcycle/experiment';
import { EXPERIMENTS_DIRECTORY } from '@blurcycle/files';
import { describe, expect, it } from 'vitest';
import { pupilFacts } from '../src/figures/pupilFacts.ts';
import { pupilFigures } from '../src/scores/describePupil.ts';

const set = loadExperiments(EXPERIMENTS_DIRECTORY);
const datasetOf = (experiment?: string) =>
  resolveRun(set, {
    ...{ method: 'proposed', profile: 'quick', seed: 0 },
    ...(experiment === undefined ? {} : { experiment: set.experiments.get(experiment) }),
  } as Parameters<typeof resolveRun>[1]).settings.dataset;

const ZERNIKE = Array.from({ length: 18 }, (_, j) => (j === 6 ? 0.3 : j === 17 ? -0.4 : 0));
const PUPIL = {
  ...{ numericalAperture: 1.36, immersionIndex: 1.52, emissionWavelengthUm: 0.61 },
  ...{ zernike: ZERNIKE, logGain: 0.4 },
};

describe('pupilFigures(pupil, dataset)', () => {
  it('tells the numbers of a pupil beside those of Born & Wolf, under names that rules know', () => {
    const figures = pupilFigures(PUPIL, datasetOf());
    expect(Object.keys(figures).sort()).toEqual([...PUPIL_FIGURES].sort());
    expect(figures).toMatchObject({
      ...{ numericalAperture: 1.36, trueNumericalAperture: 1.4, trueImmersionIndex: 1.5 },
      ...{ zernike11: 0.3, zernike22: -0.4, trueZernike11: 0, trueZernikeRms: 0 },
    });
    expect(figures.zernikeRms).toBeCloseTo(0.5, 12);
    expect(figures.zernikeErrorRms).toBeCloseTo(0.5, 12);
  });

  it('knows the spherical aberration of a microscope whose specimen is in water', () => {
    const figures = pupilFigures(PUPIL, datasetOf('fig12'));
    expect(figures.trueNumericalAperture).toBe(1.38); // where the sample lets light through
    expect(figures.trueZernike11).toBeCloseTo(0.315, 3);
    expect(figures.trueZernike22).toBeCloseTo(0.199, 3);
    expect(figures.trueZernike8).toBe(0);
    const error = Math.hypot(0.3 - figures.trueZernike11, -0.4 - figures.trueZernike22);
    expect(figures.zernikeErrorRms).toBeCloseTo(error, 12);
  });

  it('compares with nothing where the truth has no such pupil, and is empty for a free kernel', () => {
    const dataset = datasetOf();
    for (const model of ['richards-wolf', 'gaussian'] as const) {
      const figures = pupilFigures(PUPIL, { ...dataset, psf: { ...dataset.psf, model } });
      expect(Object.keys(figures).filter((name) => /true|error/i.test(name))).toEqual([]);
      expect(figures.zernike22).toBe(-0.4);
    }
    expect(pupilFigures(undefined, dataset)).toEqual({});
  });
});

describe('pupilFacts(id, entries)', () => {
  const entry = (label: string, figures: Record<string, number>) => ({
    ...{ label, figures, isLearned: true, isAway: false },
  });

  it('has the truth and a row for each learned pupil, with the coefficients that matter', () => {
    const [block] = pupilFacts('k-pupils', [
      entry('Free, seed 0', { correlation: 0.9 }),
      entry('Pupil, seed 0', pupilFigures(PUPIL, datasetOf('fig12'))),
    ]);
    expect(block.columns.map(({ label }) => label)).toEqual([
      ...['kernel', 'NA', 'index', 'wavelength', 'Z11', 'Z22', 'aberration', 'error'],
    ]);
    expect(block.rows.map(([label]) => label)).toEqual(['Truth', 'Pupil, seed 0']);
    expect(block.rows[1].slice(1, 6)).toEqual([1.36, 1.52, 0.61, 0.3, -0.4]);
    expect(block.rows[0].at(-1)).toBeNull();
  });

  it('is left out where no kernel has a pupil', () => {
    expect(pupilFacts('k', [entry('Free, seed 0', { correlation: 0.9 })])).toEqual([]);
    expect(pupilFacts('k', [{ ...entry('a', {}), figures: null }])).toEqual([]);
  });
});
