import type { Volume } from '@blurcycle/core';
import type { ModelConfig } from '@blurcycle/experiment';
import type { Network } from '@blurcycle/models';
import { applyWhole } from '../runs/predictVolume.ts';
import { fromNetworkScale, toNetworkScale } from '../stacks/intensityScale.ts';

/** What a model computes with. */
export interface AppliedModel {
  readonly config: Pick<ModelConfig, 'intensity'>;
  readonly generator: Network;
}

/** Deconvolves a small stack at once, sides multiples of 4; intensities of the stack in and out. */
export async function applyModel(
  { config, generator }: AppliedModel,
  stack: Volume,
): Promise<Volume> {
  const { intensity } = config;
  return fromNetworkScale(await applyWhole(generator, toNetworkScale(stack, intensity)), intensity);
}
