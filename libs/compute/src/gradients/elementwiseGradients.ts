import * as tf from '@tensorflow/tfjs-core';
import { hasKernel, LEAKY_RELU_GRADIENT, runKernel } from '../ops/kernelNames.ts';
import { sumToShape, type GradientRule } from './gradientTable.ts';

/** Comparisons are constant but for their steps. */
const STEP: GradientRule = {
  saveInputs: ['a', 'b'],
  pullBack: (_, [a, b]) => ({ a: () => tf.zerosLike(a), b: () => tf.zerosLike(b) }),
};

/** Gradients of functions of single elements, with broadcasting where there are two inputs. */
export const ELEMENTWISE_GRADIENTS: Readonly<Record<string, GradientRule>> = {
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
  [tf.Relu]: ofInput((dy, x) => leakyReluGradient(x, dy, 0)),
  [tf.LeakyRelu]: {
    saveInputs: ['x'],
    pullBack: (dy, [x], { alpha }) => ({
      x: () => leakyReluGradient(x, dy, alpha as number),
    }),
  },
  [LEAKY_RELU_GRADIENT]: {
    saveInputs: ['x'],
    pullBack: (g, [x], { slope }) => ({
      x: () => tf.zerosLike(x),
      dy: () => leakyReluGradient(x, g, slope as number),
    }),
  },
  // These are simplest by their value y. It is computed again, not kept: tfjs loses the way from a
  // kept output back to the input, and gradients of gradients would silently lack a term.
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

/** dy where x is positive, slope times dy elsewhere. */
export function leakyReluGradient(x: tf.Tensor, dy: tf.Tensor, slope: number): tf.Tensor {
  if (hasKernel(LEAKY_RELU_GRADIENT)) return runKernel(LEAKY_RELU_GRADIENT, { x, dy }, { slope });
  return tf.where(tf.greater(x, 0), dy, tf.mul(dy, slope));
}

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
