const OF_A_KERNEL = [
  'sum',
  'negativeMass',
  'correlation',
  ...byAxis('centroidUm'),
  ...byAxis('fwhmUm'),
];

/**
 * Names of the figures of a learned kernel that a rule may name, as `kernel.correlation(proposed)`:
 * one value for each seed. Those that start with `true` are of the true kernel, with `start` of the
 * kernel before the first update, with `smoothed` after the Gaussian filter of Fig. 11.
 */
export const KERNEL_FIGURES: readonly string[] = ['', 'smoothed'].flatMap((filter) =>
  ['', 'true', 'start'].flatMap((which) =>
    OF_A_KERNEL.map((name) => prefixed(filter, prefixed(which, name))),
  ),
);

function byAxis(name: string): string[] {
  return ['Z', 'Y', 'X'].map((axis) => `${name}${axis}`);
}

function prefixed(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}
