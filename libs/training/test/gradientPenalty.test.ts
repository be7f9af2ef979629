import {
  add,
  conv3d,
  keep,
  moments,
  mul,
  ones,
  pad,
  rsqrt,
  stack,
  sub,
  sum,
  tensor,
  tensor5d,
  tidy,
  type Scalar,
  type Tensor,
  type Tensor5D,
} from '@tensorflow/tfjs-core';
import { createRandomStream, type BackendName } from '@blurcycle/core';
import { backendReport, selectBackend, variableGradients } from '@blurcycle/compute';
import {
  buildMultiPatchDiscriminator,
  DISCRIMINATOR_SCALES,
  drawNestedCrop,
  type MultiPatchDiscriminator,
} from '@blurcycle/models';
import { beforeAll, describe, expect, it } from 'vitest';
import { gradientPenalty } from '../src/losses.ts';

/** Large enough for the quarter scale to have more than one voxel after its two strides. */
const SHAPE = [16, 16, 32] as const;
/** Of a difference quotient of float32 values over a step of 3e-4. */
const TOLERANCE = 1e-3;
const crop = drawNestedCrop(SHAPE, createRandomStream(1, 'crops'));
const AVAILABLE = (await backendReport()).filter(
  ({ name, available }) => available && (name === 'native' || name === 'js'),
);

function randomVolume(name: string): Tensor5D {
  const stream = createRandomStream(1, name);
  return tensor5d(
    Float32Array.from({ length: 16 * 16 * 32 }, () => stream.normal()),
    [1, ...SHAPE, 1],
  );
}

/**
 * The discriminator written out with standard operations, its leaky relu as a multiplication by
 * slopes that are noted in the first call and stay what they are.
 *
 * The slope of a leaky relu jumps at 0, so a difference quotient through it counts jumps that no
 * derivative knows of. With the slopes held, the function is smooth and has the same derivative.
 */
function holdSlopes(critic: MultiPatchDiscriminator): MultiPatchDiscriminator {
  const held = new Map<string, Tensor>();
  const activate = (key: string, x: Tensor5D): Tensor5D => {
    if (!held.has(key)) {
      const slopes = Float32Array.from(x.dataSync(), (value) => (value > 0 ? 1 : 0.2));
      held.set(key, keep(tensor5d(slopes, x.shape)));
    }
    return mul(x, held.get(key) as Tensor);
  };
  const normalize = (x: Tensor5D): Tensor5D => {
    const { mean, variance } = moments(x, [1, 2, 3], true);
    return mul(sub(x, mean), rsqrt(add(variance, 1e-5)));
  };
  const networks = DISCRIMINATOR_SCALES.map((scale) => ({
    parameters: [],
    apply: (patch: Tensor5D): Tensor5D => {
      const layer = (name: string, x: Tensor5D, strided: boolean): Tensor5D => {
        const weights = (kind: string): Tensor => {
          const found = critic.parameters.find(
            (parameter) => parameter.name === `${scale}/${name}/${kind}`,
          );
          if (found === undefined) throw new Error(`no ${scale}/${name}/${kind}`);
          return found.variable;
        };
        const side: [number, number] = [1, 1];
        const framed = strided ? pad<Tensor5D>(x, [[0, 0], side, side, side, [0, 0]]) : x;
        return add(
          strided
            ? conv3d(framed, weights('filter') as Tensor5D, 2, 'valid')
            : conv3d(framed, weights('filter') as Tensor5D, 1, 'same'),
          weights('bias'),
        );
      };
      const first = activate(`${scale}1`, layer('layer1', patch, true));
      const second = activate(`${scale}2`, normalize(layer('layer2', first, true)));
      const third = activate(`${scale}3`, normalize(layer('layer3', second, false)));
      return layer('score', third, false);
    },
  }));
  return { ...critic, networks };
}

/** A critic of one scale, the whole patch, with the given scores. */
function criticOf(apply: (x: Tensor5D) => Tensor5D): MultiPatchDiscriminator {
  const networks = [{ parameters: [], apply }];
  return { parameters: [], networks, cut: (x) => [x], apply: (x) => [apply(x)] };
}

/**
 * Penalty of a small discriminator between two random volumes: its gradient, and its change along a
 * direction in the weights.
 */
async function measure(backend: BackendName) {
  await selectBackend(backend);
  const critic = buildMultiPatchDiscriminator(2, createRandomStream(1, 'init'));
  const [real, fake] = [randomVolume('real'), randomVolume('fake')];
  const variables = critic.parameters.map(({ variable }) => variable);
  const penaltyOf = (judge: MultiPatchDiscriminator): Scalar =>
    sum(stack([...gradientPenalty(judge, real, fake, crop, 0.3)]));
  const held = holdSlopes(critic);
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
  for (const { name } of AVAILABLE) measured.set(name, await measure(name));
});

describe.each(AVAILABLE)(
  'gradientPenalty(critic, real, fake, crop, alpha) on $name',
  ({ name }) => {
    it('has the gradient with respect to the weights that its difference quotient says', () => {
      const { along, quotient, values } = measured.get(name) as Measured;
      expect(values[0] / values[1]).toBeCloseTo(1, 4); // the same penalty, written twice; float32 sums
      expect(Math.abs(quotient)).toBeGreaterThan(0.1); // else the comparison would say nothing
      expect(Math.abs(along / quotient - 1)).toBeLessThan(TOLERANCE);
    });
  },
);

describe('gradientPenalty(critic, real, fake, crop, alpha)', () => {
  it.runIf(AVAILABLE.length === 2)('has the same gradients on both back-ends', () => {
    const [native, js] = [measured.get('native') as Measured, measured.get('js') as Measured];
    const largest = Math.max(...js.gradient.flatMap((values) => [...values].map(Math.abs)));
    for (const [i, values] of js.gradient.entries()) {
      // Float32 sums in another order, through two gradients of four layers.
      for (const [j, value] of values.entries())
        expect(Math.abs(native.gradient[i][j] - value)).toBeLessThan(1e-4 * largest);
    }
  });

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
