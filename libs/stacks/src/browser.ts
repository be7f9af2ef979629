/** @file The library as a browser takes it: `@blurcycle/stacks` under the condition `browser`. */
export { assertUsable } from './assertUsable.ts';
export { backgroundLevel } from './backgroundLevel.ts';
export { fromNetworkScale, type IntensityScale, toNetworkScale } from './intensityScale.ts';
