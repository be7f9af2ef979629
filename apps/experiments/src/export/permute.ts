import type { NamedArray } from '@blurcycle/training';

/**
 * The array with its axes in another order: axis i of the result is axis `order[i]` of the source.
 */
export function permute({ shape, data }: NamedArray, order: readonly number[]): NamedArray {
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
