import {
  add,
  clone,
  dispose,
  keep,
  stack,
  tensor5d,
  tidy,
  type Scalar,
  type Tensor1D,
  type Tensor5D,
} from '@tensorflow/tfjs-core';
import type { Volume } from '@blurcycle/core';
import { variableGradients } from '@blurcycle/compute';
import { drawNestedCrop } from '@blurcycle/models';
import { discriminatorObjective } from './discriminatorObjective.ts';
import { generatorObjective, type SampleTensors } from './generatorObjective.ts';
import { updateGroup } from './optimizerGroup.ts';
import type { Domain } from './settings.ts';
import type { Trainer } from './trainer.ts';
import { withoutMargin } from './withoutMargin.ts';

/**
 * A blurred patch of the trainer's patch shape, and a sharp one: of the same shape for a method
 * without a blur path, else wider by the cycle margin on each side.
 */
export type Sample = Readonly<Record<Domain, Volume>>;

/** Loss values of one step by name. */
export type LossValues = Readonly<Record<string, number>>;

interface NamedScalars {
  readonly names: readonly string[];
  readonly values: Tensor1D;
}

/**
 * One update of the generators, then one of the discriminators; the trainer's state moves on by a
 * step.
 *
 * Memory: leaves no tensor behind but what the history buffers keep. Reads back once.
 *
 * @returns The value of every loss term, before the update.
 */
export async function trainStep(trainer: Trainer, sample: Sample): Promise<LossValues> {
  const tensors = toTensors(trainer, sample);
  const { scalars, fakes } = trainGeneratorStep(trainer, tensors);
  const judged = trainDiscriminatorStep(trainer, tensors, fakes);
  dispose([tensors.blurred, tensors.sharp, tensors.sharpWide]);
  dispose(Object.values(fakes));
  trainer.step++;

  const names = [...scalars.names, ...(judged?.names ?? [])];
  const vectors = judged === null ? [scalars.values] : [scalars.values, judged.values];
  const readings = await Promise.all(vectors.map((vector) => vector.data()));
  dispose(vectors);
  const numbers = readings.flatMap((reading) => [...reading]);
  return Object.fromEntries(names.map((name, i) => [name, numbers[i]]));
}

/** Updates the generators alone. The caller disposes the scalars and the fakes. */
export function trainGeneratorStep(
  trainer: Trainer,
  sample: SampleTensors,
): { scalars: NamedScalars; fakes: Partial<Record<Domain, Tensor5D>> } {
  const { networks, method, objective, groups } = trainer;
  const crops = drawCrops(trainer);
  const fakes: Partial<Record<Domain, Tensor5D>> = {};
  let scalars: NamedScalars | undefined;
  tidy(() => {
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
  });
  if (scalars === undefined) throw new Error('internal: the generator objective was not evaluated');
  return { scalars, fakes };
}

/** Updates the discriminators alone, if the method has any. The caller disposes the scalars. */
export function trainDiscriminatorStep(
  trainer: Trainer,
  sample: SampleTensors,
  fakes: Readonly<Partial<Record<Domain, Tensor5D>>>,
): NamedScalars | null {
  const { method, networks, groups, buffers, objective } = trainer;
  if (groups.discriminator.length === 0) return null;
  const crops = drawCrops(trainer);
  let scalars: NamedScalars | undefined;
  tidy(() => {
    const parameters = groups.discriminator.flatMap((group) => group.parameters);
    const shown = method.discriminators.map((domain) => {
      const [fake, buffer, judge] = [
        fakes[domain],
        buffers[domain],
        networks.discriminators[domain],
      ];
      if (fake === undefined || buffer === undefined || judge === undefined) {
        throw new Error(`internal: nothing to judge in the ${domain} domain`);
      }
      const alpha = objective.ganLoss === 'wasserstein-gp' ? trainer.interpolation.uniform() : null;
      return { domain, judge, fake: buffer.exchange(fake), alpha };
    });
    const { grads } = variableGradients(
      () => {
        const objectives = shown.map(({ domain, judge, fake, alpha }) => {
          const volumes = { real: sample[domain], fake, crop: crops[domain], alpha };
          return discriminatorObjective(judge, domain, volumes, objective);
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

function drawCrops({
  objective,
  crops,
  method,
}: Trainer): Record<Domain, ReturnType<typeof drawNestedCrop>> {
  // A method without discriminators draws nothing and so does not need a patch that can be
  // quartered.
  const draw = (domain: Domain): ReturnType<typeof drawNestedCrop> =>
    method.discriminators.includes(domain)
      ? drawNestedCrop(objective.patch, crops)
      : { origins: [], shapes: [] };
  return { blurred: draw('blurred'), sharp: draw('sharp') };
}

function gather(scalars: Readonly<Record<string, Scalar>>): NamedScalars {
  return { names: Object.keys(scalars), values: keep(stack(Object.values(scalars)) as Tensor1D) };
}

/** Memory: the caller disposes the tensors. */
export function toTensors({ method, objective }: Trainer, sample: Sample): SampleTensors {
  const toTensor = ({ data, shape }: Volume): Tensor5D => tensor5d(data, [1, ...shape, 1]);
  const sharpWide = toTensor(sample.sharp);
  const margin = method.blurPath === 'none' ? NO_MARGIN : objective.cycleMargin;
  return {
    blurred: toTensor(sample.blurred),
    sharp: tidy(() => clone(withoutMargin(sharpWide, margin))),
    sharpWide,
  };
}

const NO_MARGIN = [0, 0, 0] as const;
