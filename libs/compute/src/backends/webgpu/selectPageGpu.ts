import * as tf from '@tensorflow/tfjs-core';
import { convolveOnGpu } from '../../fft/convolveOnGpu.browser.ts';
import type { PageGpu } from './findPageGpu.ts';
import { startWebgpu } from './startWebgpu.ts';

/**
 * Makes networks, and updates of Richardson and Lucy, run on a GPU of the page.
 *
 * @throws {Error} If the browser gives no device of that adapter.
 */
export async function selectPageGpu({ adapter }: PageGpu): Promise<void> {
  const backend = await startWebgpu(adapter);
  convolveOnGpu(backend);
  await tf.setBackend('webgpu');
}
