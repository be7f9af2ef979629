/** npm packages whose version decides the numbers of training too. */
const TRAINING_PACKAGES: readonly string[] = [
  '@tensorflow/tfjs-backend-cpu',
  '@tensorflow/tfjs-core',
  'seedrandom',
];

/**
 * All of the code that a result depends on: the version of the numbers that each stage makes, the
 * bits that guard it, and the metrics, of which a new one is computed from stored predictions. Code
 * that keeps the bits changes no result.
 */
const NUMBERS: readonly string[] = [
  '{workspaceRoot}/libs/experiment/src/stages/numerics.ts',
  '{workspaceRoot}/libs/pipeline/test/golden/golden.json',
  '{workspaceRoot}/libs/metrics/src/registry.ts',
];

const SHARED_FILES = ['_defaults', '_profiles', 'methods'].map(
  (name) => `{workspaceRoot}/experiments/${name}.yaml`,
);

/** Nx inputs of training. A variant also depends on the experiment files that declare it. */
export function trainingInputs(experimentFiles: readonly string[] = []): readonly unknown[] {
  return [
    ...NUMBERS,
    ...SHARED_FILES,
    ...experimentFiles.map((file) => `{workspaceRoot}/${file}`),
    { externalDependencies: TRAINING_PACKAGES },
  ];
}

/** Nx inputs of the classical rows of an experiment. */
export function classicalInputs(experimentFiles: readonly string[]): readonly unknown[] {
  return [...trainingInputs(experimentFiles), '{workspaceRoot}/experiments/classical.yaml'];
}

/** Nx inputs of a table with its figures: its files, and the records and scores of its runs. */
export function tableInputs(experimentFiles: readonly string[]): readonly unknown[] {
  return [
    ...classicalInputs(experimentFiles),
    { dependentTasksOutputFiles: '**/record.json', transitive: true },
    { dependentTasksOutputFiles: '**/scores.json', transitive: true },
  ];
}
