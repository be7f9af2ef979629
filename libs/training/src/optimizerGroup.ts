import type { NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import { adamUpdate, createAdamState, type AdamState } from '@blurcycle/compute';
import type { Parameter } from '@blurcycle/models';
import type { ObjectiveSettings } from './settings.ts';

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
 * @param gradients - By the tfjs name of the variable, as `variableGrads` returns them; those of
 *   other groups are ignored.
 * @param step - Generator updates made before this one; the schedule of the learning rate depends
 *   on it.
 */
export function updateGroup(
  group: OptimizerGroup,
  gradients: NamedTensorMap,
  { optimizer, updates }: ObjectiveSettings,
  step: number,
): void {
  const variables = group.parameters.map(({ variable }) => variable);
  const ordered: Tensor[] = variables.map(({ name }) => gradients[name]);
  const { beta1, beta2, epsilon, decayFrom } = optimizer;
  const learningRate = group.learningRate * learningRateFactor(step, updates, decayFrom);
  adamUpdate(variables, ordered, group.adam, { learningRate, beta1, beta2, epsilon });
}

/**
 * 1 up to `decayFrom` of the updates, then a straight line that reaches 0 one update after the
 * last.
 */
export function learningRateFactor(step: number, updates: number, decayFrom: number): number {
  const start = decayFrom * updates;
  return step <= start ? 1 : Math.max(0, (updates - step) / (updates - start));
}
