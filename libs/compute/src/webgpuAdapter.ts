/**
 * @file The entry for pages, `@blurcycle/compute/webgpu-adapter`: what GPU the browser offers;
 *   without TensorFlow.js.
 */
export { findPageGpu, type PageGpu } from './backends/webgpu/findPageGpu.ts';
