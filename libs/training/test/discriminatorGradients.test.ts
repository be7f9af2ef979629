import {
  grad,
  tensor,
  tensor5d,
  tidy,
  type Scalar,
  type Tensor,
  type Tensor5D,
} from '@tensorflow/tfjs-core';
import { variableGradients } from '@blurcycle/compute';
import { createRandomStream, mean, type Shape3 } from '@blurcycle/core';
import {
  buildMultiPatchDiscriminator,
  drawNestedCrop,
  type MultiPatchDiscriminator,
} from '@blurcycle/models';
import { beforeAll, describe, expect, it } from 'vitest';
import { generatorLoss } from '../src/losses.ts';
import { discriminatorObjective, shownTo } from '../src/objectives.ts';
import { holdSlopes } from './heldSlopes.ts';
import { METHODS, OBJECTIVE, selectCpuBackend } from './support.ts';

beforeAll(async () => {
  await selectCpuBackend();
});

/** Large enough for the quarter scale to have 8 voxels to normalize after its two strides. */
const SHAPE: Shape3 = [32, 32, 32];
const VOXELS = 32 ** 3;
/** Of a difference quotient of float32 losses, rounded by 1e-7, that the step changes by 1e-3. */
const TOLERANCE = 1e-3;
const crop = drawNestedCrop(SHAPE, createRandomStream(1, 'crops'));

function random(name: string, size: number): Float32Array {
  const stream = createRandomStream(1, name);
  return Float32Array.from({ length: size }, () => stream.normal());
}

const volume = (name: string): Tensor5D => tensor5d(random(name, VOXELS), [1, ...SHAPE, 1]);

/** The discriminators beside the plain one, each in a method that has it. */
const KINDS = [
  {
    kind: 'behind its input',
    id: 'conditional-gan',
    domain: 'sharp',
    channels: 2,
    seesNoise: false,
  },
  { kind: 'with its noise', id: 'proposed', domain: 'blurred', channels: 1, seesNoise: true },
] as const;

describe.each(KINDS)('a discriminator that sees a volume $kind', (entry) => {
  const { id, domain, channels, seesNoise } = entry;
  const method = METHODS.find((one) => one.id === id);
  if (method === undefined) throw new Error(`no method ${id}`);
  const build = () =>
    buildMultiPatchDiscriminator({ width: 2, channels, seesNoise }, createRandomStream(1, 'init'));
  const shown = (which: string): Tensor5D =>
    shownTo(domain, method, volume(which), { sharp: volume('sharp'), blurred: volume('blurred') });

  it('has the gradient for its weights that its difference quotient says', () => {
    const critic = build();
    const held = holdSlopes(critic, seesNoise);
    const [heldReal, heldFake] = [held('real'), held('fake')];
    const variables = critic.parameters.map(({ variable }) => variable);
    const loss = (judge: MultiPatchDiscriminator): Scalar => {
      const sample = { real: shown('real'), fake: shown('fake'), crop, alpha: null };
      return discriminatorObjective(judge, domain, sample, OBJECTIVE).total;
    };
    // The slopes of the two volumes differ, so each is held on its own.
    let calls = 0;
    const both: MultiPatchDiscriminator = {
      ...critic,
      apply: (x, at) => (calls++ % 2 === 0 ? heldReal : heldFake).apply(x, at),
    };
    const values = tidy(() => [loss(critic).dataSync()[0], loss(both).dataSync()[0]]);
    expect(values[0] / values[1]).toBeCloseTo(1, 5); // the same loss, written twice; float32 sums
    const directions = variables.map(({ size }, i) => random(`direction ${i}`, size));
    const along = tidy(() => {
      const { grads } = variableGradients(() => loss(critic), variables);
      return variables.reduce(
        (total, { name }, i) =>
          total +
          Float32Array.from(grads[name].dataSync()).reduce(
            (dot, value, j) => dot + value * directions[i][j],
            0,
          ),
        0,
      );
    });
    const starts = variables.map((variable) => variable.dataSync().slice());
    const moved = (step: number): number =>
      tidy(() => {
        variables.forEach((variable, i) => {
          const there = Float32Array.from(starts[i], (value, j) => value + step * directions[i][j]);
          variable.assign(tensor(there, variable.shape, 'float32'));
        });
        return loss(both).dataSync()[0];
      });
    const step = 3e-4;
    const quotient = (moved(step) - moved(-step)) / (2 * step);
    expect(Math.abs(quotient)).toBeGreaterThan(0.1); // else the comparison would say nothing
    expect(Math.abs(along / quotient - 1)).toBeLessThan(TOLERANCE);
  });

  it('hands the generator the gradient that its difference quotient says', () => {
    const critic = build();
    const held = holdSlopes(critic, seesNoise)('fake');
    const sample = () => ({ sharp: volume('sharp'), blurred: volume('blurred') });
    const loss = (judge: MultiPatchDiscriminator, made: Tensor): Scalar => {
      const seen = shownTo(domain, method, made as Tensor5D, sample());
      return generatorLoss('least-squares', judge.apply(seen, crop));
    };
    const gradient = tidy(() =>
      Float32Array.from(grad((made) => loss(critic, made))(volume('fake')).dataSync()),
    );
    // A random direction alone changes the loss too little to be measured.
    const size = Math.sqrt(mean(gradient.map((value) => value ** 2)));
    const direction = random('direction', VOXELS).map((value, i) => value + gradient[i] / size);
    const along = gradient.reduce((dot, value, i) => dot + value * direction[i], 0);
    const start = random('fake', VOXELS);
    const moved = (step: number): number =>
      tidy(() => {
        const there = start.map((value, i) => value + step * direction[i]);
        return loss(held, tensor5d(there, [1, ...SHAPE, 1])).dataSync()[0];
      });
    moved(0); // notes the slopes
    const step = 3e-4;
    const quotient = (moved(step) - moved(-step)) / (2 * step);
    expect(Math.abs(quotient)).toBeGreaterThan(0.01);
    expect(Math.abs(along / quotient - 1)).toBeLessThan(TOLERANCE);
  });
});

describe('shownTo(domain, method, volume, sample)', () => {
  it('puts a sharp volume behind the blurred patch, and a blurred one behind the sharp patch', () => {
    const method = METHODS.find(({ id }) => id === 'conditional-gan');
    if (method === undefined) throw new Error('no method conditional-gan');
    const one = (value: number): Tensor5D => tensor5d([value], [1, 1, 1, 1, 1]);
    const sample = { sharp: one(1), blurred: one(2) };
    const seen = (domain: 'sharp' | 'blurred'): number[] =>
      tidy(() => [...shownTo(domain, method, one(3), sample).dataSync()]);
    expect(seen('sharp')).toEqual([2, 3]);
    expect(seen('blurred')).toEqual([1, 3]);
  });
});
