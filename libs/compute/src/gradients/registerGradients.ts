import * as tf from '@tensorflow/tfjs-core';
import { BLUR_GRADIENTS } from '../ops/blur3d.ts';
import { CONVOLUTION_GRADIENTS } from '../ops/convolution.ts';
import { INSTANCE_NORM_GRADIENTS } from '../ops/instanceNorm.ts';
import { LAYER_GRADIENTS } from '../ops/layers.ts';
import { LOSS_GRADIENTS } from '../ops/losses.ts';
import type { GradientRules } from '../ops/runKernel.ts';
import { ELEMENTWISE_GRADIENTS, SHAPE_GRADIENTS } from './standardGradients.ts';

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
