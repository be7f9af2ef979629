import { createRandomStream, type Normalization } from '@blurcycle/core';
import { MODEL_FORMAT, type ModelConfig } from '@blurcycle/experiment';
import { buildUNet, disposeNetworks } from '@blurcycle/models';
import type { NamedArray } from '@blurcycle/training';
import { applyModel } from '../src/readModel.ts';
import { METHOD_CITATION } from '../src/modelFiles.ts';
import type { ModelContent } from '../src/writeModelFolder.ts';
import { randomVolume } from '@blurcycle/core/testing';

/**
 * A model with random weights, U-Net of width 2, that maps stacks from 100 to 1100; needs a
 * back-end.
 */
export async function smallModel(seed = 1, normalization?: Normalization): Promise<ModelContent> {
  const stream = createRandomStream(seed, 'init/sharpGenerator');
  const config: ModelConfig = {
    format: MODEL_FORMAT,
    name: 'small',
    method: {
      id: 'proposed',
      label: 'Proposed, blind',
      sampling: 'unpaired',
      blurPath: 'learned-kernel',
      discriminators: ['sharp', 'blurred'],
      pixelLoss: 'none',
    },
    network: {
      ...{ width: 2, outputBias: -1 },
      ...(normalization === undefined ? {} : { normalization }),
    },
    inference: { tile: [8, 16, 16], overlap: [4, 8, 8], precision: 'float32' },
    voxelSizeUm: [0.25, 0.1, 0.1],
    intensity: { black: 100, white: 1100 },
    kernel: 'learned',
    optics: { numericalAperture: 1.4 },
    training: {
      seed,
      patch: [8, 16, 16],
      updates: 1,
      precision: 'float32',
      selectedUpdate: 1,
      data: 'nothing',
      key: 'none',
    },
    authors: ['A. Tester'],
    license: 'CC-BY-4.0',
    citation: METHOD_CITATION,
    testTolerance: 1e-3,
  };
  const generator = buildUNet(config.network, stream);
  const input = randomVolume([8, 16, 16], createRandomStream(2, 'test'), { low: 100, high: 1100 });
  const output = await applyModel({ config, generator }, input);
  const weights = new Map<string, NamedArray>();
  for (const { name, variable } of generator.parameters) {
    weights.set(name, { shape: variable.shape, data: Float32Array.from(await variable.data()) });
  }
  disposeNetworks(generator);
  const kernel = randomVolume([3, 3, 3], createRandomStream(3, 'test'), { high: 2 / 27 });
  return { config, weights, kernel, test: { input, output } };
}
