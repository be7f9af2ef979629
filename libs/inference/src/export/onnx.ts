import type { ModelConfig } from '@blurcycle/experiment';
import { walkUNet } from '@blurcycle/models';
import type { NamedArray } from '@blurcycle/training';
import protobuf from 'protobufjs';

/**
 * The part of onnx.proto3 that a U-Net needs; names and numbers as in github.com/onnx/onnx
 * (Apache-2.0).
 */
const ONNX_PROTO = `
syntax = "proto3";
package onnx;
message AttributeProto {
  string name = 1; float f = 2; int64 i = 3; bytes s = 4;
  repeated float floats = 7; repeated int64 ints = 8; int32 type = 20;
}
message NodeProto {
  repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4;
  repeated AttributeProto attribute = 5;
}
message TensorProto { repeated int64 dims = 1; int32 data_type = 2; string name = 8; bytes raw_data = 9; }
message Dimension { oneof value { int64 dim_value = 1; string dim_param = 2; } }
message TensorShapeProto { repeated Dimension dim = 1; }
message TensorTypeProto { int32 elem_type = 1; TensorShapeProto shape = 2; }
message TypeProto { oneof value { TensorTypeProto tensor_type = 1; } }
message ValueInfoProto { string name = 1; TypeProto type = 2; string doc_string = 3; }
message GraphProto {
  repeated NodeProto node = 1; string name = 2; repeated TensorProto initializer = 5; string doc_string = 10;
  repeated ValueInfoProto input = 11; repeated ValueInfoProto output = 12;
}
message OperatorSetIdProto { string domain = 1; int64 version = 2; }
message StringStringEntryProto { string key = 1; string value = 2; }
message ModelProto {
  int64 ir_version = 1; string producer_name = 2; string doc_string = 6; GraphProto graph = 7;
  repeated OperatorSetIdProto opset_import = 8; repeated StringStringEntryProto metadata_props = 14;
}`;

/** Numbers of ONNX for types of attributes and of tensor elements. */
const ONNX_TYPES = { float32: 1, attribute: { float: 1, int: 2, ints: 7 } } as const;

/** Encoder of whole models. */
const onnxModelType = protobuf
  .parse(ONNX_PROTO, { keepCase: true })
  .root.lookupType('onnx.ModelProto');

/**
 * The array with its axes in another order: axis i of the result is axis `order[i]` of the source.
 */
function permute({ shape, data }: NamedArray, order: readonly number[]): NamedArray {
  const strides = shape.map((_, axis) =>
    shape.slice(axis + 1).reduce((product, side) => product * side, 1),
  );
  const newShape = order.map((axis) => shape[axis]);
  const result = new Float32Array(data.length);
  const index = newShape.map(() => 0);
  for (let to = 0; to < result.length; to++) {
    result[to] = data[order.reduce((sum, axis, i) => sum + strides[axis] * index[i], 0)];
    for (let axis = index.length - 1; axis >= 0 && ++index[axis] === newShape[axis]; axis--)
      index[axis] = 0;
  }
  return { shape: newShape, data: result };
}

/**
 * Version of the operators that the graph uses: the first with all of them in their present form.
 */
export const ONNX_OPSET = 13;
/** File format of that version; readers accept older ones. */
const ONNX_IR_VERSION = 8;
/** Of `instanceNorm`. */
const EPSILON = 1e-5;

type Attribute = { readonly name: string } & Readonly<Record<string, unknown>>;
interface OnnxNode {
  readonly name: string;
  readonly op_type: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly Attribute[];
}
interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data_type: number;
  readonly raw_data: Uint8Array;
}

/**
 * The generator of a model as an ONNX file: `blurred` [n, z, y, x, 1] to `sharp`, the same shape,
 * any sides that are multiples of 4.
 *
 * Input and output are the network's intensities; the metadata hold black and white. Channels are
 * last outside, as everywhere here; ONNX has them second, so the graph begins and ends with a
 * transposition that, with one channel, moves nothing.
 */
export function generatorToOnnx(
  config: ModelConfig,
  weights: ReadonlyMap<string, NamedArray>,
): Uint8Array {
  const graph = createGraph(weights);
  const channelsSecond = graph.node('Transpose', ['blurred'], [ints('perm', [0, 4, 1, 2, 3])]);
  const result = walkUNet<string>(channelsSecond, {
    block: (name, x) => {
      const convolved = graph.convolution('Conv', name, x, [4, 3, 0, 1, 2], 1);
      const isNormalized = config.network.normalization !== 'none';
      return graph.node('Relu', [isNormalized ? graph.instanceNorm(convolved, name) : convolved]);
    },
    pool: (x) =>
      graph.node('MaxPool', [x], [ints('kernel_shape', [2, 2, 2]), ints('strides', [2, 2, 2])]),
    upsample: (name, x) => graph.convolution('ConvTranspose', name, x, [4, 3, 0, 1, 2], 2),
    concat: (skip, x) => graph.node('Concat', [skip, x], [int('axis', 1)]),
    conv1x1: (name, x) => graph.convolution('Conv', name, x, [4, 3, 0, 1, 2], 1),
    sigmoid: (x) => graph.node('Sigmoid', [x]),
  });
  graph.node('Transpose', [result], [ints('perm', [0, 2, 3, 4, 1])], 'sharp');
  const message = {
    ir_version: ONNX_IR_VERSION,
    producer_name: 'blurcycle',
    doc_string: `${config.name}: ${config.method.label}`,
    opset_import: [{ domain: '', version: ONNX_OPSET }],
    metadata_props: Object.entries(metadata(config)).map(([key, value]) => ({ key, value })),
    graph: {
      name: 'generator',
      node: graph.nodes,
      initializer: graph.tensors,
      input: [valueInfo('blurred')],
      output: [valueInfo('sharp')],
    },
  };
  const problem = onnxModelType.verify(message);
  if (problem !== null) throw new Error(`internal: the ONNX graph is not well formed: ${problem}`);
  return onnxModelType.encode(message).finish();
}

function createGraph(weights: ReadonlyMap<string, NamedArray>) {
  const nodes: OnnxNode[] = [];
  const tensors: OnnxTensor[] = [];
  const constant = (name: string, shape: readonly number[], data: Float32Array): string => {
    const raw_data = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    tensors.push({ name, dims: shape, data_type: ONNX_TYPES.float32, raw_data });
    return name;
  };
  const parameter = (name: string): NamedArray => {
    const found = weights.get(name);
    if (found === undefined) throw new Error(`internal: the weights lack ${name}`);
    return found;
  };
  const node = (
    type: string,
    input: readonly string[],
    attribute: readonly Attribute[] = [],
    output = `${type}_${nodes.length}`,
  ): string => {
    nodes.push({ name: output, op_type: type, input, output: [output], attribute });
    return output;
  };
  const channelsOf = (layer: string): number => parameter(`${layer}/bias`).shape[0];
  return {
    nodes,
    tensors,
    node,
    /**
     * A layer whose filter [z, y, x, ., .] becomes what ONNX wants by a permutation of its axes.
     */
    convolution(
      type: 'Conv' | 'ConvTranspose',
      layer: string,
      x: string,
      axes: readonly number[],
      stride: 1 | 2,
    ) {
      const filter = parameter(`${layer}/filter`);
      const [side] = filter.shape;
      const turned = permute(filter, axes);
      const inputs = [
        x,
        constant(`${layer}/filter`, turned.shape, turned.data),
        constant(`${layer}/bias`, [channelsOf(layer)], parameter(`${layer}/bias`).data),
      ];
      const padding = stride === 1 ? (side - 1) / 2 : 0;
      return node(type, inputs, [
        ints('kernel_shape', [side, side, side]),
        ints('strides', [stride, stride, stride]),
        ints(
          'pads',
          Array.from({ length: 6 }, () => padding),
        ),
      ]);
    },
    instanceNorm(x: string, layer: string): string {
      const channels = channelsOf(layer);
      const ones = constant(`${layer}/scale`, [channels], new Float32Array(channels).fill(1));
      const zeros = constant(`${layer}/shift`, [channels], new Float32Array(channels));
      return node(
        'InstanceNormalization',
        [x, ones, zeros],
        [{ name: 'epsilon', f: EPSILON, type: ONNX_TYPES.attribute.float }],
      );
    },
  };
}

function ints(name: string, values: readonly number[]): Attribute {
  return { name, ints: values, type: ONNX_TYPES.attribute.ints };
}

function int(name: string, value: number): Attribute {
  return { name, i: value, type: ONNX_TYPES.attribute.int };
}

function valueInfo(name: string) {
  const dim = [...['n', 'z', 'y', 'x'].map((dim_param) => ({ dim_param })), { dim_value: 1 }];
  return { name, type: { tensor_type: { elem_type: ONNX_TYPES.float32, shape: { dim } } } };
}

function metadata({
  intensity,
  stackScale,
  voxelSizeUm,
  license,
  authors,
  citation,
}: ModelConfig): Record<string, string> {
  return {
    black: String(intensity.black),
    white: String(intensity.white),
    // A user of the bare network has to bring stacks to this scale.
    ...(stackScale === undefined
      ? {}
      : {
          brightness_of_brightest: String(stackScale.brightness),
          output_per_light: String(stackScale.light),
        }),
    sides: 'multiples of 4',
    voxel_size_um_zyx: voxelSizeUm.join(' '),
    license,
    authors: authors.join('; '),
    citation: citation.map(({ text, url, doi }) => [text, url ?? doi].join(' ')).join('\n'),
  };
}
