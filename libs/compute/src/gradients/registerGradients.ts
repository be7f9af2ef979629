import * as tf from '@tensorflow/tfjs-core';
import { BLUR_GRADIENTS, CONVOLUTION_GRADIENTS } from '../ops/convolution.ts';
import { HOST_FUNCTION_GRADIENTS } from '../ops/hostFunction.ts';
import { INSTANCE_NORM_GRADIENTS, LAYER_GRADIENTS } from '../ops/layers.ts';
import { LOSS_GRADIENTS } from '../ops/losses.ts';
import type { GradientRule, GradientRules } from '../ops/runKernel.ts';

/**
 * Registers gradients of the standard operations that the networks use, and of our own kernels.
 *
 * The bundle of tfjs-core that Node loads holds the operations but no gradients, and the modules
 * that hold them cannot be imported by Node (no file suffixes). Ours are written from the
 * definitions, and each is made of differentiable operations, so gradients of gradients exist too.
 * A second call changes nothing.
 */
export function registerGradients(): void {
  registerRules(ELEMENTWISE_GRADIENTS);
  registerRules(SHAPE_GRADIENTS);
  registerRules(LAYER_GRADIENTS);
  registerRules(CONVOLUTION_GRADIENTS);
  registerRules(BLUR_GRADIENTS);
  registerRules(INSTANCE_NORM_GRADIENTS);
  registerRules(LOSS_GRADIENTS);
  registerRules(HOST_FUNCTION_GRADIENTS);
}

/** Registers the rules, replacing gradients that the package of a back-end may have registered. */
function registerRules(rules: GradientRules): void {
  for (const [kernelName, rule] of Object.entries(rules)) {
    tf.registerGradient({
      kernelName,
      inputsToSave: [...(rule.saveInputs ?? [])],
      outputsToSave: [...(rule.saveOutputs ?? [rule.saveOutput === true])],
      saveAllInputs: rule.saveAllInputs === true,
      gradFunc: (dy, saved, attributes) =>
        rule.pullBack(Array.isArray(dy) ? dy[0] : dy, saved, attributes),
    });
  }
}

/** Comparisons are piecewise constant: their gradients are zero. */
const STEP: GradientRule = {
  saveInputs: ['a', 'b'],
  pullBack: (_, [a, b]) => ({ a: () => tf.zerosLike(a), b: () => tf.zerosLike(b) }),
};

/** Gradients of functions of single elements, with broadcasting where there are two inputs. */
const ELEMENTWISE_GRADIENTS: GradientRules = {
  [tf.Add]: {
    saveInputs: ['a', 'b'],
    pullBack: (dy, [a, b]) => ({
      a: () => sumToShape(dy, a.shape),
      b: () => sumToShape(dy, b.shape),
    }),
  },
  [tf.Sub]: {
    saveInputs: ['a', 'b'],
    pullBack: (dy, [a, b]) => ({
      a: () => sumToShape(dy, a.shape),
      b: () => sumToShape(tf.neg(dy), b.shape),
    }),
  },
  [tf.Multiply]: {
    saveInputs: ['a', 'b'],
    pullBack: (dy, [a, b]) => ({
      a: () => sumToShape(tf.mul(dy, b), a.shape),
      b: () => sumToShape(tf.mul(dy, a), b.shape),
    }),
  },
  [tf.RealDiv]: {
    saveInputs: ['a', 'b'],
    pullBack: (dy, [a, b]) => ({
      a: () => sumToShape(tf.div(dy, b), a.shape),
      b: () => sumToShape(tf.neg(tf.div(tf.mul(dy, a), tf.square(b))), b.shape),
    }),
  },
  [tf.Maximum]: choice((a, b) => tf.greaterEqual(a, b)),
  [tf.Minimum]: choice((a, b) => tf.lessEqual(a, b)),
  [tf.AddN]: {
    saveAllInputs: true,
    pullBack: (dy, inputs) =>
      Object.fromEntries(inputs.map((_, i) => [String(i), () => tf.clone(dy)])),
  },
  [tf.Neg]: { pullBack: (dy) => ({ x: () => tf.neg(dy) }) },
  [tf.Identity]: { pullBack: (dy) => ({ x: () => tf.clone(dy) }) },
  [tf.Cast]: { pullBack: (dy) => ({ x: () => tf.cast(dy, 'float32') }) },
  [tf.Square]: ofInput((dy, x) => tf.mul(dy, tf.mul(x, 2))),
  [tf.Abs]: ofInput((dy, x) => tf.mul(dy, tf.sign(x))),
  [tf.Sign]: ofInput((dy) => tf.zerosLike(dy)),
  [tf.Log]: ofInput((dy, x) => tf.div(dy, x)),
  [tf.Softplus]: ofInput((dy, x) => tf.mul(dy, tf.sigmoid(x))),
  // These are simplest in terms of their output y. It is computed again, not saved: tfjs does not
  // trace a saved output back to the input, and second gradients would silently lack a term.
  [tf.Exp]: ofInput((dy, x) => tf.mul(dy, tf.exp(x))),
  [tf.Sqrt]: ofInput((dy, x) => tf.div(dy, tf.mul(tf.sqrt(x), 2))),
  [tf.Rsqrt]: ofInput((dy, x) => tf.mul(dy, tf.div(tf.mul(tf.rsqrt(x), -0.5), x))),
  [tf.Sigmoid]: ofInput((dy, x) => {
    const y = tf.sigmoid(x);
    return tf.mul(dy, tf.mul(y, tf.sub(1, y)));
  }),
  [tf.Tanh]: ofInput((dy, x) => tf.mul(dy, tf.sub(1, tf.square(tf.tanh(x))))),
  [tf.Greater]: STEP,
  [tf.GreaterEqual]: STEP,
  [tf.Less]: STEP,
  [tf.LessEqual]: STEP,
  [tf.Select]: {
    saveInputs: ['condition'],
    pullBack: (dy, [condition]) => ({
      condition: () => tf.cast(tf.zerosLike(condition), 'float32'),
      t: () => tf.mul(dy, tf.cast(condition, 'float32')),
      e: () => tf.mul(dy, tf.cast(tf.logicalNot(condition), 'float32')),
    }),
  },
  [tf.ClipByValue]: {
    saveInputs: ['x'],
    pullBack: (dy, [x], { clipValueMin, clipValueMax }) => ({
      x: () => {
        const inside = tf.logicalAnd(
          tf.greaterEqual(x, clipValueMin as number),
          tf.lessEqual(x, clipValueMax as number),
        );
        return tf.mul(dy, tf.cast(inside, 'float32'));
      },
    }),
  },
};

function ofInput(derivative: (dy: tf.Tensor, x: tf.Tensor) => tf.Tensor): GradientRule {
  return { saveInputs: ['x'], pullBack: (dy, [x]) => ({ x: () => derivative(dy, x) }) };
}

/** Equal values send the gradient to the first input. */
function choice(first: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): GradientRule {
  return {
    saveInputs: ['a', 'b'],
    pullBack: (dy, [a, b]) => ({
      a: () => sumToShape(tf.mul(dy, tf.cast(first(a, b), 'float32')), a.shape),
      b: () => sumToShape(tf.mul(dy, tf.cast(tf.logicalNot(first(a, b)), 'float32')), b.shape),
    }),
  };
}

/** Gradients of sums and of operations that only move elements. */
const SHAPE_GRADIENTS: GradientRules = {
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

/** `gradient` summed over the axes along which an input of `shape` was broadcast. */
function sumToShape(gradient: tf.Tensor, shape: number[]): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, gradient.shape);
  return tf.reshape(axes.length > 0 ? tf.sum(gradient, axes) : gradient, shape);
}
