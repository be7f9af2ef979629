/**
 * Memory of the native back-end: arrays are used again, and never while somebody still looks at
 * them.
 */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRandomStream } from '@blurcycle/core';
import { native } from '../native/addon.ts';
import { BufferPool } from '../src/backends/native/nativeBackend.ts';
import { adamUpdate, createAdamState, disposeAdamState, selectBackend } from '../src/index.ts';
import { createReferenceAdam, randomTensor, randomValues, relativeError } from './support.ts';

describe('BufferPool', () => {
  it('gives an array of the same length again, and only of that length', () => {
    const pool = new BufferPool(100);
    const first = pool.take(10);
    pool.give(first);
    expect(pool.unusedFloats).toBe(10);
    expect(pool.take(11)).not.toBe(first);
    expect(pool.take(10)).toBe(first);
    expect(pool.take(10)).not.toBe(first);
    expect(pool.unusedFloats).toBe(0);
  });

  it('drops what was unused for longest when it holds too much', () => {
    const pool = new BufferPool(30);
    const [a, b, c] = [pool.take(10), pool.take(15), pool.take(20)];
    pool.give(a);
    pool.give(b);
    pool.give(c); // 45 floats: the arrays of 10 and 15 go
    expect(pool.unusedFloats).toBe(20);
    expect(pool.take(10)).not.toBe(a);
    expect(pool.take(20)).toBe(c);
  });
});

describe.skipIf(native === null)('memory of the native back-end', () => {
  beforeAll(async () => {
    await selectBackend('native', { threads: 2 });
  });

  it('copies what it is given and what it gives', () => {
    const source = Float32Array.of(1, 2, 3);
    const x = tf.tensor1d(source);
    source[0] = 100;
    const read = x.dataSync();
    expect([...read]).toEqual([1, 2, 3]);
    read[1] = 200;
    expect([...x.dataSync()]).toEqual([1, 2, 3]);
    x.dispose();
    const next = tf.fill([3], 9); // likely the same array
    expect([...read]).toEqual([1, 200, 3]);
    next.dispose();
  });

  it('keeps the data of reshaped, cloned and sliced tensors when the original goes', () => {
    const x = tf.tensor1d([1, 2, 3, 4, 5, 6]);
    const views = [
      tf.reshape(x, [2, 3]),
      tf.clone(x),
      tf.slice(x, [1], [3]),
      tf.squeeze(tf.reshape(x, [1, 6])),
      tf.cast(x, 'float32'),
      tf.expandDims(x),
      tf.gather(x, [5, 0]),
      tf.reverse(x),
      tf.split(x, 2)[1],
    ];
    x.dispose();
    const others = [6, 3, 2].map((length) => tf.fill([length], -1)); // would overwrite arrays that were given back too soon
    const expected = [
      [1, 2, 3, 4, 5, 6],
      [1, 2, 3, 4, 5, 6],
      [2, 3, 4],
      [1, 2, 3, 4, 5, 6],
      [1, 2, 3, 4, 5, 6],
      [1, 2, 3, 4, 5, 6],
      [6, 1],
      [6, 5, 4, 3, 2, 1],
      [4, 5, 6],
    ];
    views.forEach((view, i) => expect([...view.dataSync()]).toEqual(expected[i]));
    tf.dispose([views, others]);
  });

  it('survives random making, viewing and dropping of tensors', () => {
    const stream = createRandomStream(11, 'pool');
    const live: { tensor: tf.Tensor; values: number[] }[] = [];
    for (let i = 0; i < 2000; i++) {
      const from = live.length > 0 ? live[stream.integer(live.length)] : undefined;
      const length = 1 + stream.integer(4);
      switch (from === undefined ? 0 : stream.integer(6)) {
        case 0: {
          const values = Array.from({ length }, () => stream.integer(1000));
          live.push({ tensor: tf.tensor1d(values), values });
          break;
        }
        case 1:
          if (from) live.push({ tensor: tf.clone(from.tensor), values: from.values });
          break;
        case 2:
          if (from) live.push({ tensor: tf.reshape(from.tensor, [-1]), values: from.values });
          break;
        case 3: {
          if (from === undefined) break;
          const begin = stream.integer(from.values.length);
          live.push({
            tensor: tf.slice(from.tensor, [begin], [-1]),
            values: from.values.slice(begin),
          });
          break;
        }
        case 4:
          if (from)
            live.push({ tensor: tf.add(from.tensor, 1), values: from.values.map((v) => v + 1) });
          break;
        default:
          live.splice(stream.integer(live.length), 1)[0].tensor.dispose();
      }
    }
    expect(live.length).toBeGreaterThan(100);
    for (const { tensor, values } of live) expect([...tensor.dataSync()]).toEqual(values);
    for (const { tensor } of live) tensor.dispose();
  });

  it('changes a variable in place without touching the tensor it was made from', () => {
    const initial = tf.tensor1d([1, 2, 3]);
    const parameter = tf.variable(initial);
    const alias = tf.clone(parameter);
    const state = createAdamState([parameter]);
    const gradient = tf.tensor1d([1, -1, 0]);
    adamUpdate([parameter], [gradient], state, {
      learningRate: 0.1,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
    });
    expect([...initial.dataSync()]).toEqual([1, 2, 3]);
    expect([...alias.dataSync()]).toEqual([1, 2, 3]);
    const expected = [0.9, 2.1, 3]; // the first step of Adam has the length of the rate
    expect(relativeError(parameter.dataSync(), expected)).toBeLessThan(1e-6); // float32
    disposeAdamState(state);
    tf.dispose([initial, alias, gradient, parameter]);
  });

  it('follows the formula of Adam in double precision, many arrays at once', () => {
    const options = { learningRate: 0.01, beta1: 0.5, beta2: 0.999, epsilon: 1e-8 };
    const sizes = [1, 7, 20_000, 3, 64];
    const initial = sizes.map((size, i) => randomValues(size, `parameter/${i}`));
    const parameters = initial.map((values) => tf.variable(tf.tensor1d(values)));
    const state = createAdamState(parameters);
    const expected = initial.map((values) => createReferenceAdam(values, options));
    for (let t = 1; t <= 4; t++) {
      const gradients = sizes.map((size, i) => randomValues(size, `gradient/${t}/${i}`));
      tf.tidy(() =>
        adamUpdate(
          parameters,
          gradients.map((g) => tf.tensor1d(g)),
          state,
          options,
        ),
      );
      gradients.forEach((gradient, i) => expected[i].step(gradient));
    }
    parameters.forEach((parameter, i) => {
      // float32 state over four steps
      expect(relativeError(parameter.dataSync(), expected[i].values)).toBeLessThan(2e-6);
    });
    disposeAdamState(state);
    tf.dispose(parameters);
  });

  it('asks for no new memory once a step has been made', () => {
    const x = randomTensor([1, 4, 8, 8, 8], 'x');
    const step = (): void => {
      tf.tidy(() => {
        tf.grad((t: tf.Tensor) => tf.sum(tf.square(tf.sigmoid(tf.mul(t, 2)))))(x);
      });
    };
    step();
    const { numTensors } = tf.memory();
    const pool = (tf.backend() as unknown as { pool: BufferPool }).pool;
    const unused = pool.unusedFloats;
    for (let i = 0; i < 10; i++) step();
    expect(tf.memory().numTensors).toBe(numTensors);
    expect(pool.unusedFloats).toBe(unused);
    x.dispose();
  });
});
