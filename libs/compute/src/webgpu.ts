/**
 * @file The entry for workers of pages, `@blurcycle/compute/webgpu`: lets networks and updates of
 *   Richardson and Lucy run on the browser's GPU.
 */
export { selectPageGpu } from './backends/webgpu/selectPageGpu.ts';
