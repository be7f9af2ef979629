import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { extent, formatShape, type Volume } from '@blurcycle/core';
import {
  cutTile,
  displayWindow,
  encodeGrayPng,
  grayLevels,
  maximumProjections,
  planTiles,
  readTiffStack,
} from '@blurcycle/data';
import { writeFileAtomically } from '@blurcycle/files';
import type { NamedArray } from '@blurcycle/training';
import { version_core as tfjsVersion } from '@tensorflow/tfjs-core';
import { zipSync } from 'fflate';
import { stringify } from 'yaml';
import { applyModel, type LoadedModel } from '../readModel.ts';
import { MODEL_FILES } from '../modelFileNames.ts';
import { bioimageDescription, PACKAGE_FILES } from './bioimageDescription.ts';
import { generatorToOnnx } from './onnx.ts';
import { generatorToTfjs } from './tfjs.ts';

/**
 * A float32 array as a NumPy .npy file, version 1.0.
 *
 * Source: numpy.lib.format. The header is padded so that the values start at a multiple of 64
 * bytes.
 */
export function encodeNpy(shape: readonly number[], data: Float32Array): Uint8Array {
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${sides}), }`;
  const prefix = 10;
  const length = Math.ceil((prefix + text.length + 1) / 64) * 64 - prefix;
  const file = new Uint8Array(prefix + length + 4 * data.length);
  file.set([0x93, ...Buffer.from('NUMPY'), 1, 0, length & 0xff, length >> 8]);
  file.set(Buffer.from(`${text.padEnd(length - 1)}\n`), prefix);
  const view = new DataView(file.buffer, prefix + length);
  data.forEach((value, i) => view.setFloat32(4 * i, value, true));
  return file;
}

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

/** Files are stored with a fixed date, so that the same model gives the same package. */
const DATE = new Date('2020-01-01T00:00:00Z');

/**
 * Writes a model as a package of the BioImage Model Zoo: `rdf.yaml`, weights for TensorFlow.js and
 * ONNX, test tensors, a cover, and license, citation and kernel of the model folder.
 *
 * Test tensors have the sides of the model's tile, the size that it is meant to be applied with;
 * the model's own test input is mirrored to fill them.
 *
 * @param maintainers - Names on GitHub of those who look after the package.
 */
export async function writeBioimagePackage(
  path: string,
  model: LoadedModel,
  maintainers: readonly string[] = [],
): Promise<void> {
  const { config, folder } = model;
  const { tile } = config.inference;
  const weights = await modelWeights(model);
  const testInput = await fillTile(join(folder, MODEL_FILES.testInput), tile);
  // Other programs multiply float32, whatever the model does here.
  const testOutput = await applyModel(model, testInput, 'float32');
  const shape = [1, ...tile, 1];
  const files: Record<string, Uint8Array> = {
    [PACKAGE_FILES.tfjs]: zip({
      ...(await generatorToTfjs(weights, tile, config.network.normalization)),
    }),
    [PACKAGE_FILES.onnx]: generatorToOnnx(config, weights),
    [PACKAGE_FILES.testInput]: encodeNpy(shape, testInput.data),
    [PACKAGE_FILES.testOutput]: encodeNpy(shape, testOutput.data),
    [PACKAGE_FILES.cover]: cover(testInput, testOutput),
    [PACKAGE_FILES.documentation]: new TextEncoder().encode(documentation(model)),
  };
  const attachments = [
    MODEL_FILES.config,
    MODEL_FILES.license,
    MODEL_FILES.citation,
    ...(model.kernel === null ? [] : [MODEL_FILES.kernel]),
  ];
  for (const name of attachments) files[name] = new Uint8Array(await readFile(join(folder, name)));
  const description = bioimageDescription({
    config,
    tile,
    anySize: config.network.normalization === 'none',
    maintainers,
    hashes: Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, sha256(bytes)])),
    largestTestOutput: extent(testOutput.data)[1],
    tfjsVersion,
    attachments,
  });
  files[PACKAGE_FILES.description] = new TextEncoder().encode(stringify(description));
  await writeFileAtomically(path, 'export', zip(files));
}

async function fillTile(
  path: string,
  tile: LoadedModel['config']['inference']['tile'],
): Promise<Volume> {
  const { volume } = await readTiffStack(path);
  return cutTile(volume, planTiles(volume.shape, { tile, overlap: [0, 0, 0] }), 0);
}

/** Maximum projections of input and output side by side, two squares from their middles. */
function cover(before: Volume, after: Volume): Uint8Array {
  const [, height, width] = before.shape;
  const side = Math.min(height, width);
  const [top, left] = [(height - side) >> 1, (width - side) >> 1];
  const gray = new Uint8Array(2 * side * side);
  [before, after].forEach((volume, column) => {
    const picture = grayLevels(maximumProjections(volume).xy, displayWindow(volume));
    for (let row = 0; row < side; row++) {
      const from = (top + row) * width + left;
      gray.set(picture.subarray(from, from + side), (2 * row + column) * side);
    }
  });
  return new Uint8Array(encodeGrayPng(gray, 2 * side, side));
}

function zip(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  return zipSync({ ...files }, { mtime: DATE });
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function documentation({ config }: LoadedModel): string {
  const { name, method, network, training, voxelSizeUm, intensity, inference, citation } = config;
  const sizes =
    network.normalization === 'none'
      ? 'Larger tiles do as well, with sides that are multiples of 4.'
      : 'The network normalizes by the statistics of its input, so tiles of other sizes give somewhat other results.';
  return `# ${name}

${method.label}, trained with blurcycle on ${training.data}; ${training.updates} updates, weights of update ${training.selectedUpdate}.

- Voxels of ${formatShape(voxelSizeUm)} µm (z, y, x). Stacks of other voxels must be resampled first.
- Raw intensities in and out: ${intensity.black} is the network's 0, ${intensity.white} its 1.
- Tiles of ${formatShape(inference.tile)} voxels, overlapping by ${formatShape(inference.overlap)}. ${sizes}

## Validation

There is no measurement of this model's error on data of yours. Compare its output with specimens whose structure is known, and blur it again: with the
kernel in \`kernel.tif\` it should give the measured stack back, but for noise.

## Cite

${citation.map(({ text, url, doi }) => `- ${text} ${url ?? doi ?? ''}`.trimEnd()).join('\n')}
`;
}
