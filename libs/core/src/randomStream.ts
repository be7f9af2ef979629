import seedrandom from 'seedrandom';
import { assertRange } from './errors.ts';

/** Everything that determines the next numbers of a stream; plain JSON. */
export interface RandomStreamState {
  readonly generator: seedrandom.State.Arc4;
  readonly spareNormal: number | null;
}

/** A reproducible source of random numbers that can be saved and resumed. */
export interface RandomStream {
  /** Uniform in [0, 1), 53 random bits. */
  uniform(): number;
  /** Standard normal deviate (mean 0, variance 1). */
  normal(): number;
  /** Uniform integer in [0, limit). */
  integer(limit: number): number;
  /** The state for `restoreRandomStream`, to resume from here. */
  state(): RandomStreamState;
}

/**
 * Creates the named random stream of a seed.
 *
 * Streams of one seed with different names are independent, so a new consumer shifts no other
 * stream. Nested names are written with slashes: `data/test/3`.
 *
 * @param seed - Experiment seed, any integer.
 * @param name - Purpose of the numbers: data, noise, init, sampling, augmentation, buffer.
 */
export function createRandomStream(seed: number, name: string): RandomStream {
  assertRange(Number.isSafeInteger(seed), 'createRandomStream', 'seed', 'be an integer', seed);
  return wrap(seedrandom(`blurcycle/${seed}/${name}`, { state: true }), null);
}

/** Restores the stream that continues where `state` was taken. */
export function restoreRandomStream(state: RandomStreamState): RandomStream {
  return wrap(seedrandom('', { state: state.generator }), state.spareNormal);
}

function wrap(
  generator: seedrandom.StatefulPRNG<seedrandom.State.Arc4>,
  spare: number | null,
): RandomStream {
  let spareNormal = spare;
  const uniform = (): number => generator.double();
  return {
    uniform,
    normal() {
      if (spareNormal !== null) {
        const value = spareNormal;
        spareNormal = null;
        return value;
      }
      // Box–Muller: two uniforms give two independent normals; 1 - u keeps the logarithm finite.
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      const angle = 2 * Math.PI * uniform();
      spareNormal = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
    integer(limit) {
      assertRange(
        Number.isSafeInteger(limit) && limit > 0,
        'integer',
        'limit',
        'be a positive integer',
        limit,
      );
      return Math.floor(uniform() * limit);
    },
    state: () => ({ generator: generator.state(), spareNormal }),
  };
}
