import {
  add,
  concat,
  conv3d,
  keep,
  moments,
  mul,
  pad,
  rsqrt,
  slice,
  sub,
  tensor5d,
  type Tensor,
  type Tensor5D,
} from '@tensorflow/tfjs-core';
import { DISCRIMINATOR_SCALES } from '@blurcycle/core';
import type { MultiPatchDiscriminator } from '@blurcycle/models';

/**
 * A discriminator written out with standard operations, its leaky relu as a multiplication by
 * slopes that are noted in the first call for each `volume` name and stay what they are.
 *
 * The slope of a leaky relu jumps at 0, so a difference quotient through it counts jumps that no
 * derivative knows of. With the slopes held, the function is smooth and has the same derivative.
 *
 * @param seesNoise - Whether it is built to see noise.
 */
export function holdSlopes(
  critic: MultiPatchDiscriminator,
  seesNoise = false,
): (volume: string) => MultiPatchDiscriminator {
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
  const networksFor = (volume: string) =>
    DISCRIMINATOR_SCALES.map((scale) => ({
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
        const key = `${volume} ${scale}`;
        const shown = seesNoise ? concat([patch, withoutItsBlur(patch)], 4) : patch;
        const first = activate(`${key} 1`, layer('layer1', shown, true));
        const strided = layer('layer2', first, true);
        const second = activate(`${key} 2`, seesNoise ? strided : normalize(strided));
        const third = activate(`${key} 3`, normalize(layer('layer3', second, false)));
        return layer('score', third, false);
      },
    }));
  return (volume) => {
    const networks = networksFor(volume);
    const apply: MultiPatchDiscriminator['apply'] = (x, crop) =>
      critic.cut(x, crop).map((patch, i) => networks[i].apply(patch));
    return { ...critic, networks, apply };
  };
}

/** The last channel minus its sum over 7 x 7 x 7 neighbors with the weights of a Gaussian. */
function withoutItsBlur(x: Tensor5D): Tensor5D {
  const y = slice(x, [0, 0, 0, 0, x.shape[4] - 1], [-1, -1, -1, -1, 1]);
  const offsets = [-3, -2, -1, 0, 1, 2, 3];
  const weights = offsets.flatMap((z) =>
    offsets.flatMap((v) => offsets.map((u) => Math.exp(-(z * z + v * v + u * u) / 2))),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const filter = tensor5d(
    weights.map((weight) => weight / total),
    [7, 7, 7, 1, 1],
  );
  return sub(y, conv3d(y, filter, 1, 'same'));
}
