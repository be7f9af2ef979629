import { BLUR_GRADIENTS } from '../ops/blur3d.ts';
import { INSTANCE_NORM_GRADIENTS } from './instanceNormGradients.ts';
import { LOSS_GRADIENTS } from '../ops/losses.ts';
import { CONVOLUTION_GRADIENTS } from './convolutionGradients.ts';
import { ELEMENTWISE_GRADIENTS } from './elementwiseGradients.ts';
import { registerRules } from './gradientTable.ts';
import { SHAPE_GRADIENTS } from './shapeGradients.ts';

/**
 * Makes the standard operations that the networks use differentiable.
 *
 * The bundle of tfjs-core that Node loads holds the operations but no gradients, and the modules
 * that hold them cannot be imported by Node (no file suffixes). Ours are written from the
 * definitions, and each is made of differentiable operations, so gradients of gradients exist too.
 * Does nothing when called twice.
 */
export function registerGradients(): void {
  registerRules(ELEMENTWISE_GRADIENTS);
  registerRules(SHAPE_GRADIENTS);
  registerRules(CONVOLUTION_GRADIENTS);
  registerRules(BLUR_GRADIENTS);
  registerRules(INSTANCE_NORM_GRADIENTS);
  registerRules(LOSS_GRADIENTS);
}
