import { createRandomStream, type Normalization, type Shape3 } from '@blurcycle/core';
import { buildUNet, disposeNetworks } from '@blurcycle/models';
import { writeNetworkWeights } from '@blurcycle/training';
import { io, type Tensor, tensor5d, tidy } from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { generatorToOnnx } from '../src/export/onnx.ts';
import { generatorToTfjs } from '../src/export/tfjs.ts';
import { applyWhole } from '../src/predictVolume.ts';
import { selectCpuBackend } from './cpuBackend.ts';
import { randomVolume } from '@blurcycle/core/testing';
import { smallModel } from './smallModel.ts';

beforeAll(async () => {
  await selectCpuBackend();
});

const SHAPES: readonly Shape3[] = [
  [8, 16, 16],
  [12, 8, 20],
];

const KINDS = ['instance', 'none'] as const;

/** What our own network makes of a stack. */
async function expected(
  shape: Shape3,
  normalization: Normalization,
): Promise<{ input: Float32Array; output: Float32Array }> {
  const { config, weights } = await smallModel(1, normalization);
  const generator = buildUNet(config.network, createRandomStream(0, 'other'));
  writeNetworkWeights(generator, weights);
  const stack = randomVolume(shape, createRandomStream(4, 'test'));
  const { data } = await applyWhole(generator, stack, 'float32');
  disposeNetworks(generator);
  return { input: stack.data, output: data };
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a).toHaveLength(b.length);
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i])), 0);
}

describe('generatorToOnnx(config, weights)', () => {
  it.each(KINDS)(
    'computes in ONNX Runtime what the network with normalization %s computes, at any sides',
    async (kind) => {
      const { config, weights } = await smallModel(1, kind);
      const session = await InferenceSession.create(generatorToOnnx(config, weights));
      for (const shape of SHAPES) {
        const { input, output } = await expected(shape, kind);
        const { sharp } = await session.run({
          blurred: new OnnxTensor('float32', input, [1, ...shape, 1]),
        });
        expect(sharp.dims).toEqual([1, ...shape, 1]);
        // The project's promise; rounding alone makes about 1e-6.
        expect(largestDifference(sharp.data as Float32Array, output)).toBeLessThan(1e-4);
      }
      await session.release();
    },
  );
});

describe('generatorToTfjs(weights, tile)', () => {
  it.each(KINDS)(
    'computes as a layers model what the network with normalization %s computes',
    async (kind) => {
      const [tile] = SHAPES;
      const { weights } = await smallModel(1, kind);
      const files = await generatorToTfjs(weights, tile, kind);
      const json = JSON.parse(new TextDecoder().decode(files['model.json'])) as io.ModelJSON;
      const [{ weights: weightSpecs }] = json.weightsManifest;
      const loaded = await loadLayersModel(
        io.fromMemory({
          modelTopology: json.modelTopology,
          weightSpecs,
          weightData: files['weights.bin'].slice().buffer,
        }),
      );
      // Without normalization any sides do; with it those of the tile.
      for (const shape of kind === 'none' ? SHAPES : [tile]) {
        const { input, output } = await expected(shape, kind);
        const sharp = tidy(() => loaded.predict(tensor5d(input, [1, ...shape, 1])) as Tensor);
        // As above.
        expect(largestDifference((await sharp.data()) as Float32Array, output)).toBeLessThan(1e-4);
        sharp.dispose();
      }
      loaded.dispose();
    },
  );
});
