/**
 * @file The third entry of the library as a browser takes it: `@blurcycle/compute/transforms` under
 *   the condition `browser`. The same names, without the add-on and without Node.
 */
export type { Convolver, Window } from './fft/convolver.ts';
export { createConvolver3d } from './fft/createConvolver3d.browser.ts';
export { isSmooth, smoothLength } from './fft/fft.ts';
export {
  type Extrapolation,
  startOfUpdate,
  updateByConvolutions,
  type UpdateStart,
} from './fft/poissonUpdate.ts';
export { createRealFft3d } from './fft/realFft3d.ts';
