import {
  add,
  clone,
  dispose,
  keep,
  mul,
  stack,
  sub,
  tensor5d,
  tidy,
  type NamedTensorMap,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor5D,
} from '@tensorflow/tfjs-core';
import { adamUpdate, variableGradients, withPrecision } from '@blurcycle/compute';
import type { Domain, RandomStream, Volume } from '@blurcycle/core';
import { drawNestedCrop, type NestedCrop } from '@blurcycle/models';
import { withoutMargin } from './losses.ts';
import {
  discriminatorObjective,
  generatorObjective,
  shownTo,
  type ObjectiveSettings,
  type SampleTensors,
} from './objectives.ts';
import { closesSharp, type MethodSettings, needsSurroundings } from './methodNetworks.ts';
import type { OptimizerGroup, Trainer } from './trainer.ts';

/**
 * A blurred patch of the trainer's patch shape, and a sharp one: of the same shape for a method
 * without a blur path, otherwise wider by the cycle margin on each side.
 */
export interface Sample extends Readonly<Record<Domain, Volume>> {
  /** A real image for the blurred cycle of a method whose blurred patches are simulated. */
  readonly observed?: Volume;
}

/** Loss values of one step by name. */
export type LossValues = Readonly<Record<string, number>>;

interface NamedScalars {
  readonly names: readonly string[];
  readonly values: Tensor1D;
}

/**
 * One update of the generators, then one of the discriminators; increments the trainer's step.
 *
 * Memory: keeps no tensor except those in the history buffers. Reads back from the device once.
 *
 * @returns The value of every loss term, before the update.
 */
export async function trainStep(trainer: Trainer, sample: Sample): Promise<LossValues> {
  const tensors = toTensors(trainer, sample);
  const { scalars, fakes } = trainGeneratorStep(trainer, tensors);
  const scored = trainDiscriminatorStep(trainer, tensors, fakes);
  const { blurred, sharp, sharpWide, deviates, observed } = tensors;
  dispose([blurred, sharp, sharpWide, ...[deviates, observed].filter((each) => each !== null)]);
  dispose(Object.values(fakes));
  trainer.step++;

  const names = [...scalars.names, ...(scored?.names ?? [])];
  const vectors = scored === null ? [scalars.values] : [scalars.values, scored.values];
  const readings = await Promise.all(vectors.map((vector) => vector.data()));
  dispose(vectors);
  const numbers = readings.flatMap((reading) => [...reading]);
  return Object.fromEntries(names.map((name, i) => [name, numbers[i]]));
}

/** Updates only the generators. The caller disposes the scalars and the fakes. */
export function trainGeneratorStep(
  trainer: Trainer,
  sample: SampleTensors,
): { scalars: NamedScalars; fakes: Partial<Record<Domain, Tensor5D>> } {
  const { networks, objective, groups } = trainer;
  const method = methodOfStep(trainer);
  const crops = drawCrops(trainer);
  const fakes: Partial<Record<Domain, Tensor5D>> = {};
  let scalars: NamedScalars | undefined;
  tidyIn(objective, () => {
    const parameters = groups.generator.flatMap((group) => group.parameters);
    const { grads } = variableGradients(
      () => {
        const {
          total,
          terms,
          fakes: made,
        } = generatorObjective(networks, method, objective, sample, crops);
        for (const domain of method.discriminators) {
          const fake = made[domain];
          if (fake !== undefined) fakes[domain] = keep(fake);
        }
        scalars = gather({ generatorTotal: total, ...terms });
        return total;
      },
      parameters.map(({ variable }) => variable),
    );
    for (const group of groups.generator) updateGroup(group, grads, objective, trainer.step);
    networks.blurGenerator?.constrain?.();
    updateAverage(trainer);
  });
  if (scalars === undefined) throw new Error('internal: the generator objective was not evaluated');
  return { scalars, fakes };
}

/** The method with the cycles that count in the next update. */
function methodOfStep({ method, objective, step }: Trainer): MethodSettings {
  const { blurredCycleFrom = 0, updates } = objective;
  if (step >= blurredCycleFrom * updates) return method;
  return { ...method, cycles: closesSharp(method) ? 'sharp' : 'none' };
}

/** Updates only the discriminators, if the method has any. The caller disposes the scalars. */
export function trainDiscriminatorStep(
  trainer: Trainer,
  sample: SampleTensors,
  fakes: Readonly<Partial<Record<Domain, Tensor5D>>>,
): NamedScalars | null {
  const { method, networks, groups, buffers, objective } = trainer;
  if (groups.discriminator.length === 0) return null;
  const crops = drawCrops(trainer);
  let scalars: NamedScalars | undefined;
  tidyIn(objective, () => {
    const parameters = groups.discriminator.flatMap((group) => group.parameters);
    const shown = method.discriminators.map((domain) => {
      const [fake, buffer, network] = [
        fakes[domain],
        buffers[domain],
        networks.discriminators[domain],
      ];
      if (fake === undefined || buffer === undefined || network === undefined) {
        throw new Error(`internal: nothing to score in the ${domain} domain`);
      }
      const alpha = objective.ganLoss === 'wasserstein-gp' ? trainer.interpolation.uniform() : null;
      return { domain, network, fake: buffer.exchange(fake), alpha };
    });
    const { grads } = variableGradients(
      () => {
        const objectives = shown.map(({ domain, network, fake, alpha }) => {
          const real = shownTo(domain, method, sample[domain], sample);
          const volumes = { real, fake, crop: crops[domain], alpha };
          return discriminatorObjective(network, domain, volumes, objective);
        });
        scalars = gather(
          Object.assign({}, ...objectives.map(({ terms }) => terms)) as Record<string, Scalar>,
        );
        return objectives.map(({ total }) => total).reduce((sum, total) => add(sum, total));
      },
      parameters.map(({ variable }) => variable),
    );
    for (const group of groups.discriminator) updateGroup(group, grads, objective, trainer.step);
    dispose(shown.map(({ fake }) => fake));
  });
  if (scalars === undefined)
    throw new Error('internal: the discriminator objective was not evaluated');
  return scalars;
}

/** Runs one update, its convolutions in the precision of the objective. */
function tidyIn({ precision = 'float32' }: ObjectiveSettings, update: () => void): void {
  withPrecision(precision, () => tidy(update));
}

function drawCrops({ objective, crops, method }: Trainer): Record<Domain, NestedCrop> {
  // A method without discriminators draws nothing, so the sides of its patch need not be multiples
  // of 4.
  const draw = (domain: Domain): NestedCrop =>
    method.discriminators.includes(domain)
      ? drawNestedCrop(objective.patch, crops)
      : { origins: [], shapes: [] };
  return { blurred: draw('blurred'), sharp: draw('sharp') };
}

function gather(scalars: Readonly<Record<string, Scalar>>): NamedScalars {
  return { names: Object.keys(scalars), values: keep(stack(Object.values(scalars)) as Tensor1D) };
}

/** Memory: the caller disposes the tensors. */
export function toTensors(trainer: Trainer, sample: Sample): SampleTensors {
  const { method, objective, networks, noiseStream, gainStream } = trainer;
  const toTensor = ({ data, shape }: Volume): Tensor5D => tensor5d(data, [1, ...shape, 1]);
  const sharpWide = toTensor(sample.sharp);
  const margin = needsSurroundings(method) ? objective.cycleMargin : NO_MARGIN;
  return {
    blurred: toTensor(sample.blurred),
    sharp: tidy(() => clone(withoutMargin(sharpWide, margin))),
    sharpWide,
    deviates: networks.noise === null ? null : normalDeviates(noiseStream, sample.blurred),
    gain: drawGain(gainStream, objective),
    observed: sample.observed === undefined ? null : toTensor(sample.observed),
  };
}

/** Log-uniform in the range of random gain; 1 without. */
function drawGain(stream: RandomStream, { randomGain }: ObjectiveSettings): number {
  if (randomGain == null) return 1;
  const [low, high] = randomGain;
  return low * (high / low) ** stream.uniform();
}

function normalDeviates(stream: RandomStream, { data, shape }: Volume): Tensor5D {
  const values = Float32Array.from({ length: data.length }, () => stream.normal());
  return tensor5d(values, [1, ...shape, 1]);
}

/** Moves the average of G's weights towards them: w̄ ← w̄ + (1 - 2^(-1/half-life)) (w - w̄). */
function updateAverage({ average, networks, objective }: Trainer): void {
  if (average === null || objective.averageHalfLife == null) return;
  const part = 1 - 2 ** (-1 / objective.averageHalfLife);
  for (const [i, { variable }] of networks.sharpGenerator.parameters.entries()) {
    const mean = average[i].variable;
    mean.assign(add(mean, mul(sub(variable, mean), part)));
  }
}

const NO_MARGIN = [0, 0, 0] as const;

/**
 * One Adam update of a group (Kingma & Ba, arXiv 1412.6980, algorithm 1).
 *
 * @param gradients - By the tfjs name of the variable, as `variableGradients` returns them; those
 *   of other groups are ignored.
 * @param step - Generator updates before this one; determines the learning rate.
 */
function updateGroup(
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
 * 1 up to the fraction `decayFrom` of the updates, then linear, reaching 0 one update after the
 * last.
 */
export function learningRateFactor(step: number, updates: number, decayFrom: number): number {
  const start = decayFrom * updates;
  return step <= start ? 1 : Math.max(0, (updates - step) / (updates - start));
}
