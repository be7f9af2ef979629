import type { Shape3 } from '@blurcycle/core';
import type { ModelConfig } from '@blurcycle/experiment';
import { outputScale } from '../stackScale.ts';
import { ONNX_OPSET } from './onnx.ts';

/** Names of the files in a BioImage Model Zoo package. */
export const PACKAGE_FILES = {
  description: 'rdf.yaml',
  documentation: 'README.md',
  cover: 'cover.png',
  tfjs: 'weights_tensorflow_js.zip',
  onnx: 'weights.onnx',
  testInput: 'test_input.npy',
  testOutput: 'test_output.npy',
} as const;

/** Description format of the BioImage Model Zoo that this follows. */
const FORMAT_VERSION = '0.5.5';
/** Sides of the U-Net's input are multiples of this: it halves them twice. */
const UNET_STEP = 4;
/** The spec refuses an absolute tolerance above a hundredth of the largest test output. */
const LARGEST_TOLERANCE_PART = 0.01;

/** What the description holds beside the configuration. */
interface DescribedPackage {
  readonly config: ModelConfig;
  /** Sides of test tensors: of every input, or with `anySize` the smallest. */
  readonly tile: Shape3;
  /** Whether larger sides, multiples of 4, do as well. */
  readonly anySize: boolean;
  /** Names on GitHub of those who look after the package. */
  readonly maintainers: readonly string[];
  /** SHA-256 of the files by name. */
  readonly hashes: Readonly<Record<string, string>>;
  readonly largestTestOutput: number;
  readonly tfjsVersion: string;
  /** More files that belong to the model. */
  readonly attachments: readonly string[];
}

/**
 * `rdf.yaml` of a BioImage Model Zoo package, as a value to be written as YAML.
 *
 * Preprocessing brings intensities to the network's scale, postprocessing brings them back, so
 * consumers hand over raw stacks. A network with instance normalization takes the tile that it was
 * meant for and no other size, since its result depends on the statistics of the whole input.
 *
 * Source: bioimage.io model description 0.5 (github.com/bioimage-io/spec-bioimage-io).
 */
export function bioimageDescription(described: DescribedPackage): object {
  const { config, hashes, tfjsVersion } = described;
  const { intensity, license, authors, citation } = config;
  const range = intensity.white - intensity.black;
  const { black, white } = outputScale(config);
  const file = (name: string): object => ({ source: name, sha256: hashes[name] });
  return {
    format_version: FORMAT_VERSION,
    type: 'model',
    id: zooId(config.name),
    name: zooName(config.name),
    description: `Deconvolution of fluorescence stacks: ${config.method.label} (CycleGAN with a blur kernel), 3-D U-Net of width ${config.network.width}.`,
    authors: authors.map((name) => ({ name })),
    ...(described.maintainers.length === 0
      ? {}
      : { maintainers: described.maintainers.map((user) => ({ github_user: user })) }),
    covers: [file(PACKAGE_FILES.cover)],
    cite: citation.map(({ text, doi, url }) => ({
      text,
      ...(doi === undefined ? { url } : { doi }),
    })),
    license,
    documentation: PACKAGE_FILES.documentation,
    attachments: described.attachments.map(file),
    tags: [
      'deconvolution',
      'fluorescence-light-microscopy',
      '3d',
      'unet',
      'cyclegan',
      'image-restoration',
      'blurcycle',
    ],
    version: '1.0.0',
    inputs: [
      {
        id: 'blurred',
        description: 'Stack as the microscope took it.',
        axes: axes(described, (_, size) => ({
          size: described.anySize ? { min: size, step: UNET_STEP } : size,
        })),
        test_tensor: file(PACKAGE_FILES.testInput),
        data: { type: 'float32' },
        preprocessing: [
          { id: 'ensure_dtype', kwargs: { dtype: 'float32' } },
          { id: 'scale_linear', kwargs: { gain: 1 / range, offset: -intensity.black / range } },
        ],
      },
    ],
    outputs: [
      {
        id: 'sharp',
        description: 'Deconvolved stack, intensities as in the input.',
        axes: axes(described, (axis, _, halo) => ({
          size: { tensor_id: 'blurred', axis_id: axis },
          ...(described.anySize && halo > 0 ? { halo } : {}),
        })),
        test_tensor: file(PACKAGE_FILES.testOutput),
        data: { type: 'float32' },
        postprocessing: [{ id: 'scale_linear', kwargs: { gain: white - black, offset: black } }],
      },
    ],
    weights: {
      tensorflow_js: { ...file(PACKAGE_FILES.tfjs), tensorflow_version: tfjsVersion },
      onnx: { ...file(PACKAGE_FILES.onnx), opset_version: ONNX_OPSET, parent: 'tensorflow_js' },
    },
    config: {
      bioimageio: { reproducibility_tolerance: [tolerance(described)] },
      blurcycle: { method: config.method.id, training: config.training, optics: config.optics },
    },
  };
}

/**
 * @param size - Of an axis, its side in a tile, and how much of the side of a result neighboring
 *   tiles leave out, half of their overlap.
 */
function axes(
  { config, tile }: DescribedPackage,
  size: (axis: string, side: number, halo: number) => object,
): object[] {
  const space = ['z', 'y', 'x'].map((id, i) => ({
    type: 'space',
    id,
    ...size(id, tile[i], Math.floor(config.inference.overlap[i] / 2)),
    unit: 'micrometer',
    scale: config.voxelSizeUm[i],
  }));
  return [
    { type: 'batch' },
    ...space,
    { type: 'channel', id: 'channel', channel_names: ['intensity'] },
  ];
}

function tolerance({ config, largestTestOutput }: DescribedPackage): object {
  const { testTolerance, intensity } = config;
  const absolute = testTolerance * (intensity.white - intensity.black);
  return {
    relative_tolerance: testTolerance,
    absolute_tolerance: Math.max(0, Math.min(absolute, LARGEST_TOLERANCE_PART * largestTestOutput)),
  };
}

/** Lower-case letters, digits and hyphens, which the Zoo takes until it gives a name of its own. */
function zooId(name: string): string {
  const words = name.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return ['blurcycle', ...words.filter((word) => word !== 'blurcycle')].join('-').slice(0, 64);
}

/** A name of 5 to 64 letters, digits and `_+- ()`. */
function zooName(name: string): string {
  const allowed = name
    .replace(/[^A-Za-z0-9_+\- ()]/g, ' ')
    .replace(/ +/g, ' ')
    .trim();
  return (allowed.length < 5 ? `blurcycle ${allowed}`.trim() : allowed).slice(0, 64);
}
