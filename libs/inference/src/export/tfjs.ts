import type { Normalization, Shape3 } from '@blurcycle/core';
import { walkUNet } from '@blurcycle/models';
import type { NamedArray } from '@blurcycle/training';
import { io, tensor } from '@tensorflow/tfjs-core';
import {
  input,
  layers,
  type LayersModel,
  model,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';

/** The two files of a TensorFlow.js layers model. */
interface TfjsFiles {
  readonly 'model.json': Uint8Array;
  readonly 'weights.bin': Uint8Array;
}

/** Of `instanceNorm`. */
const EPSILON = 1e-5;

/**
 * The generator as a TensorFlow.js layers model, which `tf.loadLayersModel` opens in any browser:
 * [n, z, y, x, 1] in and out.
 *
 * Instance normalization is Keras' layer normalization over the spatial axes, without scale and
 * shift. TensorFlow.js has it for up to four axes, so z and y are merged for it, which needs known
 * sides: those of the tile that the model is meant to be applied with. Without normalization the
 * model takes any sides that are multiples of 4.
 *
 * @param tile - Sides z, y, x of every input where there is normalization, multiples of 4.
 */
export async function generatorToTfjs(
  weights: ReadonlyMap<string, NamedArray>,
  tile: Shape3,
  normalization: Normalization = 'instance',
): Promise<TfjsFiles> {
  const network = buildLayersModel(weights, tile, normalization);
  let artifacts: io.ModelArtifacts | undefined;
  try {
    await network.save(
      io.withSaveHandler((saved) => {
        artifacts = saved;
        return Promise.resolve({ modelArtifactsInfo: io.getModelArtifactsInfoForJSON(saved) });
      }),
    );
  } finally {
    network.dispose();
  }
  if (artifacts === undefined) throw new Error('internal: the layers model was not saved');
  const { modelTopology, weightSpecs, weightData, format, generatedBy } = artifacts;
  const json = {
    format,
    generatedBy,
    convertedBy: 'blurcycle',
    modelTopology,
    weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }],
  };
  return {
    'model.json': new TextEncoder().encode(JSON.stringify(json)),
    'weights.bin': new Uint8Array(io.CompositeArrayBuffer.join(weightData)),
  };
}

/** The network with its weights; the caller disposes it. */
function buildLayersModel(
  weights: ReadonlyMap<string, NamedArray>,
  tile: Shape3,
  normalization: Normalization,
): LayersModel {
  const filters = (layer: string, axis: 3 | 4): number => {
    const filter = weights.get(`${layer}/filter`);
    if (filter === undefined) throw new Error(`internal: the weights lack ${layer}/filter`);
    return filter.shape[axis];
  };
  // Own names: those that the library numbers differ from call to call.
  let count = 0;
  const unique = (name: string): string => `${name}${++count}`;
  const convolve = (name: string, kernelSize: number, x: SymbolicTensor): SymbolicTensor =>
    apply(layers.conv3d({ name, filters: filters(name, 4), kernelSize, padding: 'same' }), x);
  const sides = normalization === 'none' ? [null, null, null] : tile;
  const blurred = input({ shape: [...sides, 1], name: 'blurred' });
  const sharp = walkUNet<SymbolicTensor>(blurred, {
    block: (name, x) => {
      const convolved = convolve(name, 3, x);
      if (normalization === 'none') return apply(layers.reLU({ name: `${name}_relu` }), convolved);
      const [, depth, height, width, channels] = convolved.shape.map(Number);
      const flat = apply(
        layers.reshape({ name: `${name}_flat`, targetShape: [depth * height, width, channels] }),
        convolved,
      );
      const normalize = layers.layerNormalization({
        name: `${name}_norm`,
        axis: [1, 2],
        center: false,
        scale: false,
        epsilon: EPSILON,
      });
      const normalized = apply(normalize, flat);
      const back = layers.reshape({
        name: `${name}_back`,
        targetShape: [depth, height, width, channels],
      });
      return apply(layers.reLU({ name: `${name}_relu` }), apply(back, normalized));
    },
    pool: (x) =>
      apply(
        layers.maxPooling3d({ name: unique('pool'), poolSize: [2, 2, 2], strides: [2, 2, 2] }),
        x,
      ),
    upsample: (name, x) =>
      apply(
        layers.conv3dTranspose({ name, filters: filters(name, 3), kernelSize: 2, strides: 2 }),
        x,
      ),
    concat: (skip, x) =>
      layers.concatenate({ name: unique('join'), axis: 4 }).apply([skip, x]) as SymbolicTensor,
    conv1x1: (name, x) => convolve(name, 1, x),
    sigmoid: (x) => apply(layers.activation({ name: 'sharp', activation: 'sigmoid' }), x),
  });
  const network = model({ inputs: blurred, outputs: sharp, name: 'generator' });
  for (const layer of network.layers.filter(({ weights: own }) => own.length > 0)) {
    const values = ['filter', 'bias'].map((part) => {
      const array = weights.get(`${layer.name}/${part}`);
      if (array === undefined) throw new Error(`internal: the weights lack ${layer.name}/${part}`);
      return tensor(array.data, [...array.shape]);
    });
    layer.setWeights(values);
    for (const value of values) value.dispose();
  }
  return network;
}

function apply(layer: { apply(x: SymbolicTensor): unknown }, x: SymbolicTensor): SymbolicTensor {
  return layer.apply(x) as SymbolicTensor;
}
