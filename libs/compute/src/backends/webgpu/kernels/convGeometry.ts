import { backend_util } from '@tensorflow/tfjs-core';

type Five = [number, number, number, number, number];

/**
 * Everything that fixes a 3-D convolution but its data; sides, kernel, steps and zeros before are
 * z, y, x.
 */
export interface ConvGeometry {
  readonly batch: number;
  readonly input: readonly number[];
  readonly output: readonly number[];
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly padBefore: readonly number[];
  readonly inputs: number;
  readonly outputs: number;
}

/**
 * The geometry that the attributes of a convolution kernel of tfjs describe; undefined where it is
 * dilated.
 */
export function convGeometry(
  inputShape: readonly number[],
  filterShape: readonly number[],
  { strides, pad, dilations }: Readonly<Record<string, unknown>>,
): ConvGeometry | undefined {
  const spread = (dilations ?? 1) as number | [number, number, number];
  if (!(typeof spread === 'number' ? spread === 1 : spread.every((step) => step === 1)))
    return undefined;
  const info = backend_util.computeConv3DInfo(
    inputShape as Five,
    filterShape as Five,
    strides as number | [number, number, number],
    spread,
    pad as 'valid' | 'same',
  );
  return {
    batch: info.batchSize,
    input: [info.inDepth, info.inHeight, info.inWidth],
    output: [info.outDepth, info.outHeight, info.outWidth],
    kernel: [info.filterDepth, info.filterHeight, info.filterWidth],
    stride: [info.strideDepth, info.strideHeight, info.strideWidth],
    padBefore: [info.padInfo.front, info.padInfo.top, info.padInfo.left],
    inputs: info.inChannels,
    outputs: info.outChannels,
  };
}

/** The geometry as the WGSL programs read it. */
export function geometryUniforms(
  geometry: ConvGeometry,
): Record<string, number | readonly number[]> {
  const { input, output, kernel, stride, padBefore, inputs, outputs } = geometry;
  return { input, output, kernel, stride, padBefore, inputs, outputs };
}

/**
 * WGSL that takes indices apart: of a voxel in volumes of the given sides (batch last), and of a
 * row of the filter.
 */
export const GEOMETRY_CODE = `
  fn voxelOf(index : i32, sides : vec3<i32>) -> vec4<i32> {
    let plane = index / sides.z;
    return vec4<i32>(plane / sides.y % sides.x, plane % sides.y, index % sides.z, plane / sides.y / sides.x);
  }

  fn voxelAt(batch : i32, at : vec3<i32>, sides : vec3<i32>) -> i32 {
    return ((batch * sides.x + at.x) * sides.y + at.y) * sides.z + at.z;
  }

  fn isInside(at : vec3<i32>, sides : vec3<i32>) -> bool {
    return all(at >= vec3<i32>(0)) && all(at < sides);
  }`;
