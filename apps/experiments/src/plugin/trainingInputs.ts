import { TABLE_SOURCES, TRAINING_SOURCES } from '@blurcycle/pipeline/plan';

/** npm packages whose version decides them too. */
export const TRAINING_PACKAGES: readonly string[] = [
  '@tensorflow/tfjs-backend-cpu',
  '@tensorflow/tfjs-core',
  'seedrandom',
];

const SHARED_FILES = ['_defaults', '_profiles', 'methods'].map(
  (name) => `{workspaceRoot}/experiments/${name}.yaml`,
);

/** Nx inputs of training. A variant also depends on the experiment file that declares it. */
export function trainingInputs(experimentFile?: string): readonly unknown[] {
  return [
    ...[...TRAINING_SOURCES, 'libs/experiment/src', 'apps/experiments/bin'].map(allFilesOf),
    ...SHARED_FILES,
    ...(experimentFile === undefined ? [] : [`{workspaceRoot}/${experimentFile}`]),
    { externalDependencies: TRAINING_PACKAGES },
  ];
}

/**
 * Nx inputs of a table with its figures: its file, the records of its runs, and the code that makes
 * tables.
 */
export function tableInputs(experimentFile: string): readonly unknown[] {
  return [
    ...trainingInputs(experimentFile),
    ...TABLE_SOURCES.map(allFilesOf),
    `{workspaceRoot}/apps/experiments/src/commands/table.ts`,
    '{workspaceRoot}/experiments/classical.yaml',
    { dependentTasksOutputFiles: '**/record.json', transitive: true },
  ];
}

function allFilesOf(directory: string): string {
  return `{workspaceRoot}/${directory}/**/*`;
}
