/**
 * Directories, from the project root, whose files decide the numbers of classical methods in
 * tables.
 */
export const CLASSICAL_SOURCES: readonly string[] = [
  ...['core', 'psf', 'imaging', 'data', 'metrics', 'compute'].map(
    (library) => `libs/${library}/src`,
  ),
  'libs/compute/native',
  'apps/experiments/src/deconvolution',
  'apps/experiments/src/runs',
  'apps/experiments/src/stacks',
];
