/**
 * @file The third entry of the library, `@blurcycle/compute/transforms`: Fourier transforms and
 *   convolutions of arrays. Without TensorFlow.js, which takes longer to load than a small
 *   deconvolution.
 */
export type { Convolver, Window } from './fft/convolver.ts';
export { createConvolver3d } from './fft/createConvolver3d.ts';
export { isSmooth, smoothLength } from './fft/fft.ts';
export {
  type Extrapolation,
  startOfUpdate,
  updateByConvolutions,
  type UpdateStart,
} from './fft/poissonUpdate.ts';
export { createRealFft3d } from './fft/realFft3d.ts';
export { setThreads } from './setThreads.ts';
