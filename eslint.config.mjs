import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

/**
 * Who may import whom: the project (its Nx tag) and the projects it may use. `core` and `files` are
 * the floor that every room stands on.
 */
const MAY_IMPORT = {
  core: [],
  files: ['core'],
  psf: ['core'],
  metrics: ['core'],
  experiment: ['metrics', 'files', 'core'],
  compute: ['core'],
  imaging: ['compute', 'psf', 'core'],
  data: ['imaging', 'files', 'core'],
  models: ['compute', 'psf', 'core'],
  training: ['models', 'compute', 'files', 'core'],
  stacks: ['data', 'files', 'core'],
  deconvolution: ['imaging', 'psf', 'stacks', 'data', 'metrics', 'experiment', 'files', 'core'],
  inference: [
    ...[
      'models',
      'training',
      'stacks',
      'imaging',
      'compute',
      'data',
      'metrics',
      'experiment',
      'files',
      'core',
    ],
  ],
  pipeline: [
    ...['inference', 'deconvolution', 'stacks', 'training', 'models', 'compute', 'psf', 'imaging'],
    ...['data', 'metrics', 'experiment', 'files', 'core'],
  ],
  bench: ['compute', 'psf', 'training', 'deconvolution', 'imaging', 'experiment', 'core'],
  report: ['experiment', 'metrics', 'files', 'core'],
  web: [
    ...['inference', 'deconvolution', 'stacks', 'compute', 'psf', 'imaging', 'data', 'metrics'],
    ...['experiment', 'core'],
  ],
  experiments: [
    ...['pipeline', 'bench', 'inference', 'deconvolution', 'stacks', 'training', 'models'],
    ...['compute', 'psf', 'imaging', 'data', 'metrics', 'experiment', 'files', 'core'],
  ],
};

/** Prettier wraps code, and nothing wraps comments. */
const COMMENT_LENGTH = { 'max-len': ['error', { code: 10_000, comments: 100, ignoreUrls: true }] };

const depConstraints = Object.entries(MAY_IMPORT).map(([sourceTag, allowed]) => ({
  sourceTag,
  onlyDependOnLibsWithTags: [sourceTag, ...allowed],
}));

export default tseslint.config(
  {
    ignores: [
      '**/node_modules/**',
      '**/build/**',
      'dist/**',
      '.nx/**',
      'results/**',
      '**/fixtures/**',
    ],
  },
  { files: ['**/*.mjs'], rules: COMMENT_LENGTH },
  {
    files: ['**/*.ts', '**/*.mts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        // A private import of a package: which of two files it is depends on the platform.
        { enforceBuildableLibDependency: false, allow: ['#inflate'], depConstraints },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowNullish: true },
      ],
      '@typescript-eslint/only-throw-error': 'error',
      'no-console': 'error',
      'max-lines': ['error', { max: 300 }],
      ...COMMENT_LENGTH,
      'no-restricted-properties': [
        'error',
        {
          object: 'Math',
          property: 'random',
          message: 'Take a named random stream from @blurcycle/core.',
        },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportAllDeclaration', message: 'List what a library exports, one by one.' },
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
      ],
    },
  },
  {
    files: ['**/test/**/*.ts', '**/vitest*.config.ts'],
    rules: { 'max-lines': 'off', 'no-restricted-syntax': 'off' },
  },
  { files: ['apps/*/src/**/*.ts'], rules: { 'no-console': 'off' } },
);
