/**
 * Libraries whose source decides the numbers of a training run. Report, tests and docs are not
 * among them.
 */
const TRAINING_LIBRARIES = [
  'core',
  'psf',
  'imaging',
  'data',
  'metrics',
  'compute',
  'models',
  'training',
];

/** Directories, from the project root, whose files decide the numbers of a training run. */
export const TRAINING_SOURCES: readonly string[] = [
  ...TRAINING_LIBRARIES.map((library) => `libs/${library}/src`),
  'libs/compute/native',
  'apps/experiments/src/runs',
  'apps/experiments/src/stacks',
];
