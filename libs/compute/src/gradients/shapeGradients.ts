import * as tf from '@tensorflow/tfjs-core';
import type { GradientRule } from './gradientTable.ts';

/** Gradients of sums and of operations that only move elements. */
export const SHAPE_GRADIENTS: Readonly<Record<string, GradientRule>> = {
  [tf.Sum]: {
    saveInputs: ['x'],
    pullBack: (dy, [x], { axis }) => ({ x: () => spread(dy, x.shape, axis) }),
  },
  [tf.Mean]: {
    saveInputs: ['x'],
    pullBack: (dy, [x], { axis }) => ({
      x: () => tf.mul(spread(dy, x.shape, axis), dy.size / x.size),
    }),
  },
  [tf.Reshape]: {
    saveInputs: ['x'],
    pullBack: (dy, [x]) => ({ x: () => tf.reshape(dy, x.shape) }),
  },
  [tf.ExpandDims]: {
    saveInputs: ['input'],
    pullBack: (dy, [x]) => ({ input: () => tf.reshape(dy, x.shape) }),
  },
  [tf.Transpose]: {
    pullBack: (dy, _, { perm }) => ({
      x: () => tf.transpose(dy, tf.backend_util.getUndoAxesPermutation(perm as number[])),
    }),
  },
  [tf.Reverse]: { pullBack: (dy, _, { dims }) => ({ x: () => tf.reverse(dy, dims as number[]) }) },
  [tf.PadV2]: {
    saveInputs: ['x'],
    pullBack: (dy, [x], { paddings }) => ({
      x: () =>
        tf.slice(
          dy,
          (paddings as [number, number][]).map(([before]) => before),
          x.shape,
        ),
    }),
  },
  [tf.Slice]: {
    saveInputs: ['x'],
    pullBack: (dy, [x], { begin, size }) => {
      const [starts, sizes] = tf.slice_util.parseSliceParams(
        x,
        begin as number[],
        size as number[],
      );
      return {
        x: () =>
          tf.pad(
            dy,
            starts.map((start, axis): [number, number] => [
              start,
              x.shape[axis] - start - sizes[axis],
            ]),
          ),
      };
    },
  },
  [tf.Concat]: {
    saveAllInputs: true,
    pullBack: (dy, inputs, { axis }) => {
      const along = tf.util.parseAxisParam(axis as number, inputs[0].shape)[0];
      let at = 0;
      const parts = inputs.map((input, which): [string, () => tf.Tensor] => {
        const begin = input.shape.map((_, i) => (i === along ? at : 0));
        at += input.shape[along];
        return [String(which), () => tf.slice(dy, begin, input.shape)];
      });
      return Object.fromEntries(parts);
    },
  },
  [tf.Pack]: {
    saveAllInputs: true,
    pullBack: (dy, inputs, { axis }) =>
      Object.fromEntries(
        inputs.map((_, i) => [String(i), (): tf.Tensor => tf.unstack(dy, axis as number)[i]]),
      ),
  },
};

/** `dy`, the gradient of a sum over `axis`, repeated over what was summed. */
function spread(dy: tf.Tensor, shape: number[], axis: unknown): tf.Tensor {
  const kept = [...shape];
  for (const summed of tf.util.parseAxisParam(axis as number | number[], shape)) kept[summed] = 1;
  return tf.mul(tf.reshape(dy, kept), tf.ones(shape));
}
