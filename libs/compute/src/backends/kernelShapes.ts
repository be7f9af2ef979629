/** @file Shapes in the form in which the kernels of every back-end need them. */
import { backend_util, util } from '@tensorflow/tfjs-core';
import type { ConvShape } from '../../native/layouts.ts';

type Five = [number, number, number, number, number];
type Attributes = Readonly<Record<string, unknown>>;

/**
 * The convolution that the attributes of a kernel of tfjs describe; undefined where it is dilated.
 */
export function convShapeOf(
  inputShape: readonly number[],
  filterShape: readonly number[],
  { strides, pad, dilations }: Attributes,
): ConvShape | undefined {
  const steps = (dilations ?? 1) as number | [number, number, number];
  if (!(typeof steps === 'number' ? steps === 1 : steps.every((step) => step === 1)))
    return undefined;
  const info = backend_util.computeConv3DInfo(
    inputShape as Five,
    filterShape as Five,
    strides as number | [number, number, number],
    steps,
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

/** Pooling by blocks of two without padding, of volumes that hold at least one block. */
export function isBlockPooling(
  shape: readonly number[],
  { filterSize, strides, pad }: Attributes,
): boolean {
  const isTwo = (sides: unknown): boolean =>
    typeof sides === 'number' ? sides === 2 : (sides as number[]).every((side) => side === 2);
  return (
    isTwo(filterSize) &&
    isTwo(strides) &&
    pad === 'valid' &&
    shape.slice(1, 4).every((side) => side >= 2)
  );
}

/** Shape of what block pooling of [n, z, y, x, c] gives. */
export function pooledShape(shape: readonly number[]): number[] {
  return shape.map((side, axis) => (axis > 0 && axis < 4 ? side >> 1 : side));
}

/** A reduction as one over the rows of [batches, rows, channels]. */
interface RowReduction {
  readonly batches: number;
  readonly rows: number;
  readonly channels: number;
  readonly outShape: number[];
}

/**
 * The reduction that the attributes of a kernel of tfjs describe; undefined where the axes do not
 * adjoin each other, or where there is nothing to sum.
 */
export function rowReduction(
  shape: readonly number[],
  { axis, keepDims }: Attributes,
): RowReduction | undefined {
  const sides = [...shape];
  const axes = [...util.parseAxisParam(axis as number | number[], sides)].sort((p, q) => p - q);
  const first = axes[0];
  const adjoin = axes.every((a, i) => a === first + i);
  if (!adjoin || axes.length === 0 || sides.includes(0)) return undefined;
  const end = first + axes.length;
  const kept = keepDims === true ? axes.map(() => 1) : [];
  return {
    batches: util.sizeFromShape(sides.slice(0, first)),
    rows: util.sizeFromShape(sides.slice(first, end)),
    channels: util.sizeFromShape(sides.slice(end)),
    outShape: [...sides.slice(0, first), ...kept, ...sides.slice(end)],
  };
}

/** A broadcast operation as three nested loops: their lengths and the steps of both operands. */
interface BroadcastSides {
  readonly extent: [number, number, number];
  readonly a: [number, number, number];
  readonly b: [number, number, number];
}

/**
 * Merges neighboring axes along which both operands continue in the same way (dense or repeated).
 *
 * @returns Undefined where more than three loops are left.
 */
export function collapseBroadcast(
  outShape: readonly number[],
  aShape: readonly number[],
  bShape: readonly number[],
): BroadcastSides | undefined {
  const aSteps = steps(outShape, aShape);
  const bSteps = steps(outShape, bShape);
  const extent: number[] = [];
  const a: number[] = [];
  const b: number[] = [];
  for (let axis = outShape.length - 1; axis >= 0; axis--) {
    const side = outShape[axis];
    if (side === 1) continue;
    const inner = extent[0];
    if (inner !== undefined && aSteps[axis] === a[0] * inner && bSteps[axis] === b[0] * inner) {
      extent[0] = inner * side;
    } else {
      extent.unshift(side);
      a.unshift(aSteps[axis]);
      b.unshift(bSteps[axis]);
    }
  }
  if (extent.length > 3) return undefined;
  return { extent: fill(extent, 1), a: fill(a, 0), b: fill(b, 0) };
}

/** Distance between neighbors along every axis of the result; 0 where the operand is repeated. */
function steps(outShape: readonly number[], shape: readonly number[]): number[] {
  const result = outShape.map(() => 0);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] > 1) result[axis + outShape.length - shape.length] = step;
    step *= shape[axis];
  }
  return result;
}

function fill(values: readonly number[], value: number): [number, number, number] {
  const missing = 3 - values.length;
  const at = (i: number): number => (i < missing ? value : values[i - missing]);
  return [at(0), at(1), at(2)];
}
