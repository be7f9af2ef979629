import type { NamedArray } from '@blurcycle/training';
import type { LoadedModel } from '../model/loadModel.ts';

/** The weights of a loaded model by parameter name, off the device. */
export async function modelWeights({
  generator,
}: LoadedModel): Promise<ReadonlyMap<string, NamedArray>> {
  const weights = new Map<string, NamedArray>();
  for (const { name, variable } of generator.parameters) {
    weights.set(name, { shape: variable.shape, data: Float32Array.from(await variable.data()) });
  }
  return weights;
}
