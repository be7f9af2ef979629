/** Files of a model folder by what they hold. */
export const MODEL_FILES = {
  manifest: 'manifest.json',
  config: 'model.json',
  weights: 'generator.weights',
  kernel: 'kernel.tif',
  testInput: 'test-input.tif',
  testOutput: 'test-output.tif',
  license: 'LICENSE.txt',
  citation: 'CITATION.txt',
} as const;
