import { MICROTUBULE_PRESET } from '@blurcycle/data';
import { loadExperiments, resolveExperiment } from '@blurcycle/experiment';
import { EXPERIMENTS_DIRECTORY } from '@blurcycle/files';
import { describe, expect, it } from 'vitest';

describe('the data set of the experiments', () => {
  it('is the calibrated preset, at its size in the quick and standard profiles', () => {
    const set = loadExperiments(EXPERIMENTS_DIRECTORY);
    for (const profile of ['quick', 'standard']) {
      expect(resolveExperiment(set, 'table1', profile).settings.dataset).toMatchObject(
        MICROTUBULE_PRESET,
      );
    }
  });
});
