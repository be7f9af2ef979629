import * as tf from '@tensorflow/tfjs-core';
import { assertRange, formatValue } from '@blurcycle/core';
import { hasKernel, LOSS, LOSS_GRADIENT, runKernel, type GradientRules } from './runKernel.ts';

/** Mean over all elements of (a - target)², a scalar tensor; gradients for both. */
export function meanSquare(a: tf.Tensor, target: number | tf.Tensor): tf.Scalar {
  const b = typeof target === 'number' ? tf.scalar(target) : target;
  assertComparable('meanSquare', 'target', a, b);
  if (hasKernel(LOSS)) return runKernel(LOSS, { a, b }, { absolute: false });
  return tf.mean<tf.Scalar>(tf.square(tf.sub(a, b)));
}

/** Mean over all elements of |a - b|, a scalar tensor; gradients for both. */
export function meanAbsolute(a: tf.Tensor, b: tf.Tensor): tf.Scalar {
  assertComparable('meanAbsolute', 'b', a, b);
  if (hasKernel(LOSS)) return runKernel(LOSS, { a, b }, { absolute: true });
  return tf.mean<tf.Scalar>(tf.abs(tf.sub(a, b)));
}

/** Gradients of the fused losses. */
export const LOSS_GRADIENTS: GradientRules = {
  [LOSS]: {
    saveInputs: ['a', 'b'],
    pullBack: (dy, [a, b], { absolute }) => ({
      a: () => runKernel(LOSS_GRADIENT, { a, b, dy }, { absolute }),
      b: () => {
        const negative = tf.neg(runKernel<tf.Tensor>(LOSS_GRADIENT, { a, b, dy }, { absolute }));
        return b.rank === 0 ? tf.sum(negative) : negative;
      },
    }),
  },
};

function assertComparable(where: string, parameter: string, a: tf.Tensor, b: tf.Tensor): void {
  const agree = b.rank === 0 || tf.util.arraysEqual(a.shape, b.shape);
  assertRange(agree, where, parameter, `be a scalar or of shape ${formatValue(a.shape)}`, b.shape);
}
