import {
  mul,
  ones,
  slice,
  stack,
  sum,
  tensor,
  tensor5d,
  tidy,
  type Rank,
  type Scalar,
  type Tensor,
  type Tensor5D,
} from '@tensorflow/tfjs-core';
import { createRandomStream, type BackendName } from '@blurcycle/core';
import { backendReport, selectBackend, variableGradients } from '@blurcycle/compute';
import {
  buildMultiPatchDiscriminator,
  drawNestedCrop,
  type MultiPatchDiscriminator,
} from '@blurcycle/models';
import { beforeAll, describe, expect, it } from 'vitest';
import { gradientPenalty } from '../src/losses.ts';
import { holdSlopes } from './heldSlopes.ts';

/** Large enough for the quarter scale to have more than one voxel after its two strides. */
const SHAPE = [16, 16, 32] as const;
/** Of a difference quotient of float32 values over a step of 3e-4. */
const TOLERANCE = 1e-3;
const crop = drawNestedCrop(SHAPE, createRandomStream(1, 'crops'));
const AVAILABLE = (await backendReport()).filter(
  ({ name, available }) => available && (name === 'native' || name === 'js'),
);

function randomVolume(name: string, channels: number): Tensor5D {
  const stream = createRandomStream(1, name);
  return tensor5d(
    Float32Array.from({ length: 16 * 16 * 32 * channels }, () => stream.normal()),
    [1, ...SHAPE, channels],
  );
}

/** The three kinds of discriminator. */
const KINDS = [
  { kind: 'of one volume', channels: 1, seesNoise: false },
  { kind: 'of a volume and what it was made from', channels: 2, seesNoise: false },
  { kind: 'that sees noise', channels: 1, seesNoise: true },
] as const;

/** A critic of one scale, the whole patch, with the given scores. */
function criticOf(apply: (x: Tensor5D) => Tensor5D): MultiPatchDiscriminator {
  const networks = [{ parameters: [], apply }];
  return { parameters: [], networks, cut: (x) => [x], apply: (x) => [apply(x)] };
}

/**
 * Penalty of a small discriminator between two random volumes: its gradient, and its change along a
 * direction in the weights.
 */
async function measure(backend: BackendName, { channels, seesNoise }: (typeof KINDS)[number]) {
  await selectBackend(backend);
  const options = { width: 2, channels, seesNoise };
  const critic = buildMultiPatchDiscriminator(options, createRandomStream(1, 'init'));
  const [real, fake] = [randomVolume('real', channels), randomVolume('fake', channels)];
  const variables = critic.parameters.map(({ variable }) => variable);
  const penaltyOf = (judge: MultiPatchDiscriminator): Scalar =>
    sum(stack([...gradientPenalty(judge, real, fake, crop, 0.3)]));
  const held = holdSlopes(critic, seesNoise)('between');
  const values = tidy(() => [penaltyOf(critic).dataSync()[0], penaltyOf(held).dataSync()[0]]);
  const gradient = tidy(() => {
    const { grads } = variableGradients(() => penaltyOf(critic), variables);
    return variables.map(({ name, size }) =>
      Float32Array.from((grads[name] as Tensor | undefined)?.dataSync() ?? new Float32Array(size)),
    );
  });
  const directions = variables.map(({ size }, i) => {
    const stream = createRandomStream(i, 'direction');
    return Float32Array.from({ length: size }, () => stream.normal());
  });
  const along = gradient.reduce(
    (total, part, i) =>
      total + part.reduce((inner, value, j) => inner + value * directions[i][j], 0),
    0,
  );
  const starts = variables.map((variable) => variable.dataSync().slice());
  const moved = (step: number): number =>
    tidy(() => {
      variables.forEach((variable, i) => {
        const values_ = Float32Array.from(starts[i], (value, j) => value + step * directions[i][j]);
        variable.assign(tensor(values_, variable.shape, 'float32'));
      });
      return penaltyOf(held).dataSync()[0];
    });
  const step = 3e-4;
  const quotient = (moved(step) - moved(-step)) / (2 * step);
  return { gradient, along, quotient, values };
}

type Measured = Awaited<ReturnType<typeof measure>>;
const measured = new Map<string, Measured>();
beforeAll(async () => {
  for (const { name } of AVAILABLE)
    for (const one of KINDS) measured.set(`${name} ${one.kind}`, await measure(name, one));
}, 60_000);

describe.each(AVAILABLE)(
  'gradientPenalty(critic, real, fake, crop, alpha) on $name',
  ({ name }) => {
    it.each(KINDS)(
      'has the gradient for the weights of its difference quotient, of a critic $kind',
      ({ kind }) => {
        const { along, quotient, values } = measured.get(`${name} ${kind}`) as Measured;
        expect(values[0] / values[1]).toBeCloseTo(1, 4); // the same penalty, written twice; float32 sums
        expect(Math.abs(quotient)).toBeGreaterThan(0.1); // else the comparison would say nothing
        expect(Math.abs(along / quotient - 1)).toBeLessThan(TOLERANCE);
      },
    );
  },
);

describe('gradientPenalty(critic, real, fake, crop, alpha)', () => {
  it.runIf(AVAILABLE.length === 2).each(KINDS)(
    'has the same gradients on both back-ends, of a critic $kind',
    ({ kind }) => {
      const [native, js] = ['native', 'js'].map(
        (name) => measured.get(`${name} ${kind}`) as Measured,
      );
      const largest = Math.max(...js.gradient.flatMap((values) => [...values].map(Math.abs)));
      for (const [i, values] of js.gradient.entries()) {
        // Float32 sums in another order, through two gradients of four layers.
        for (const [j, value] of values.entries())
          expect(Math.abs(native.gradient[i][j] - value)).toBeLessThan(1e-4 * largest);
      }
    },
  );

  it('is 0 for a critic whose score is the root mean square slope 1, and (k - 1)² for one of slope k', async () => {
    await selectBackend('js');
    // Φ(x) = k mean(x): its gradient is k / N in every voxel, so ‖∇Φ‖ = √N √(N (k/N)²) = k.
    const linear = (k: number) => criticOf((x) => mul(x, k));
    const value = (k: number): number =>
      tidy(
        () =>
          gradientPenalty(
            linear(k),
            ones([2, 4, 6, 8, 1]),
            ones([2, 4, 6, 8, 1]),
            crop,
            0.5,
          )[0].dataSync()[0],
      );
    expect(value(1)).toBeCloseTo(0, 6);
    expect(value(3)).toBeCloseTo(4, 4); // float32
    expect(value(0)).toBeCloseTo(1, 4);
  });

  it('has the same value where a second channel is shown that the critic ignores', async () => {
    await selectBackend('js');
    const critic = criticOf((x) => mul(slice(x, [0, 0, 0, 0, 1], [-1, -1, -1, -1, 1]), 3));
    const alone = criticOf((x) => mul(x, 3));
    const [value, pairValue] = tidy(() => {
      const one = ones<Rank.R5>([2, 4, 6, 8, 1]);
      const pair = ones<Rank.R5>([2, 4, 6, 8, 2]);
      return [
        gradientPenalty(alone, one, one, crop, 0.5)[0].dataSync()[0],
        gradientPenalty(critic, pair, pair, crop, 0.5)[0].dataSync()[0],
      ];
    });
    expect(value).toBeCloseTo(4, 4); // float32
    expect(pairValue).toBeCloseTo(value, 5);
  });

  it('looks between the two volumes: alpha = 1 at the real one, 0 at the fake one', async () => {
    await selectBackend('js');
    // Φ(x) = mean(x²)/2 has ‖∇Φ‖ = root mean square of x.
    const critic = criticOf((x) => mul(mul(x, x), 0.5));
    const value = (alpha: number): number =>
      tidy(() => {
        const [real, fake] = [
          mul<Tensor5D>(ones([1, 4, 4, 4, 1]), 3),
          mul<Tensor5D>(ones([1, 4, 4, 4, 1]), 5),
        ];
        return gradientPenalty(critic, real, fake, crop, alpha)[0].dataSync()[0];
      });
    expect(value(1)).toBeCloseTo((3 - 1) ** 2, 4); // float32
    expect(value(0)).toBeCloseTo((5 - 1) ** 2, 4);
    expect(value(0.25)).toBeCloseTo((4.5 - 1) ** 2, 4);
  });
});
