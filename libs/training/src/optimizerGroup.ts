import type { NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import { adamUpdate, createAdamState, type AdamState } from '@blurcycle/compute';
import type { Parameter } from '@blurcycle/models';
import type { OptimizerSettings } from './settings.ts';

/** Parameters that share a learning rate, and Adam's memory of them. */
export interface OptimizerGroup {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly learningRate: number;
  readonly adam: AdamState;
}

/** A group that has made no update yet. The names of its parameters are unique within the group. */
export function createOptimizerGroup(
  name: string,
  parameters: readonly Parameter[],
  learningRate: number,
): OptimizerGroup {
  return {
    name,
    parameters,
    learningRate,
    adam: createAdamState(parameters.map(({ variable }) => variable)),
  };
}

/**
 * One Adam update of a group (Kingma & Ba, arXiv 1412.6980, algorithm 1).
 *
 * @param gradients - By the tfjs name of the variable, as `variableGrads` returns them; those of other groups are ignored.
 */
export function updateGroup(
  group: OptimizerGroup,
  gradients: NamedTensorMap,
  optimizer: OptimizerSettings,
): void {
  const variables = group.parameters.map(({ variable }) => variable);
  const ordered: Tensor[] = variables.map(({ name }) => gradients[name]);
  const { beta1, beta2, epsilon } = optimizer;
  adamUpdate(variables, ordered, group.adam, { learningRate: group.learningRate, beta1, beta2, epsilon });
}
