/**
 * Directories, from the project root, whose files decide what tables and figures are made of
 * finished runs.
 */
export const TABLE_SOURCES: readonly string[] = [
  'libs/experiment/src',
  'libs/metrics/src',
  'apps/experiments/src/classical',
  'apps/experiments/src/conditions',
  'apps/experiments/src/figures',
  'apps/experiments/src/tables',
];
