import { assertUnreachable } from '@blurcycle/core';
import { buildMicroscopeDataset, buildMicrotubuleDataset } from '@blurcycle/data';
import type {
  DatasetSettings,
  MicrotubulesSettings,
  SimulatedMicroscopeSettings,
} from '@blurcycle/experiment';
import { NETWORK_SCALE } from '@blurcycle/stacks';
import { createDatasetPsf, createUnaberratedPsf } from './createDatasetPsf.ts';
import type { DatasetContent } from './datasetFolder.ts';
import { readTiffFolders } from './tiffFolders.ts';

/** Makes the volumes that the settings describe, or reads them. Deterministic for their seed. */
export function makeDataset(
  settings: DatasetSettings,
  say: (line: string) => void,
): DatasetContent | Promise<DatasetContent> {
  switch (settings.kind) {
    case 'microtubules':
      return makeMicrotubules(settings);
    case 'simulated-microscope':
      return makeMicroscope(settings, say);
    case 'tiff-folders':
      return readTiffFolders(settings);
    default:
      return assertUnreachable(settings);
  }
}

function makeMicrotubules(settings: MicrotubulesSettings): DatasetContent {
  const { gain, readNoiseSigma, averageSnrDb, train, validation, test, kernel, unpaired } =
    buildMicrotubuleDataset({
      ...settings,
      psf: createDatasetPsf(settings),
    });
  const snr = Number.isFinite(averageSnrDb) ? averageSnrDb : null;
  const facts = { gain, readNoiseSigma, averageSnrDb: snr, intensity: NETWORK_SCALE };
  return { train, validation, test, kernel, unpaired, targets: [], facts };
}

function makeMicroscope(
  settings: SimulatedMicroscopeSettings,
  say: (line: string) => void,
): DatasetContent {
  const { gain, readNoiseSigma, averageSnrDb, train, validation, test, kernel, unpaired } =
    buildMicroscopeDataset({
      ...settings,
      ...settings.camera,
      psf: createDatasetPsf(settings),
      firstPsf: createUnaberratedPsf(settings),
      onDeconvolved: (done, all) => say(`blind Richardson-Lucy: ${done} of ${all} volumes`),
    });
  return {
    ...{
      train,
      validation,
      kernel,
      unpaired,
      facts: { gain, readNoiseSigma, averageSnrDb, intensity: NETWORK_SCALE },
    },
    test: test.map(({ id, sharp, blurred }) => ({ id, sharp, blurred })),
    targets: test.map(({ deconvolved }) => deconvolved),
  };
}
