import type { TensorInfo } from '@tensorflow/tfjs-core';
import { sizeOf } from './defineKernel.ts';
import type { NativeBackend } from './nativeBackend.ts';

/** A tensor and the first element of a box in it. */
export interface BoxPlace {
  readonly values: TensorInfo;
  readonly begin: readonly number[];
}

/** One of the nested loops of a copy: how often, and how far apart in both tensors. */
interface Loop {
  readonly count: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Copies a box of elements from one tensor to another of the same rank.
 *
 * Axes that go on without a gap in both tensors are joined; then the innermost loop is one stretch
 * of memory, the next one the rows of a call of the add-on, and what is left (planes of a crop) is
 * stepped through here.
 */
export function copyBox(
  backend: NativeBackend,
  box: readonly number[],
  from: BoxPlace,
  to: BoxPlace,
): void {
  if (sizeOf(box) === 0) return;
  const fromSteps = steps(from.values.shape);
  const toSteps = steps(to.values.shape);
  const loops = joinAxes(box, fromSteps, toSteps);
  const stretch = loops.pop() ?? { count: 1, from: 1, to: 1 };
  const rows = loops.pop() ?? { count: 1, from: stretch.count, to: stretch.count };
  const source = backend.floats(from.values);
  const target = backend.floats(to.values);
  const copyPlanes = (depth: number, fromAt: number, toAt: number): void => {
    if (depth === loops.length) {
      const shape = Int32Array.of(rows.count, stretch.count, rows.from, fromAt, rows.to, toAt);
      backend.addon.copyChannels(shape, source, target);
      return;
    }
    const loop = loops[depth];
    for (let i = 0; i < loop.count; i++)
      copyPlanes(depth + 1, fromAt + i * loop.from, toAt + i * loop.to);
  };
  copyPlanes(0, dot(from.begin, fromSteps), dot(to.begin, toSteps));
}

/** The loops of a copy, outermost first; the last has step 1 in both tensors. */
function joinAxes(
  box: readonly number[],
  fromSteps: readonly number[],
  toSteps: readonly number[],
): Loop[] {
  const loops: Loop[] = [{ count: 1, from: 1, to: 1 }];
  for (let axis = box.length - 1; axis >= 0; axis--) {
    const inner = loops[0];
    const loop = { count: box[axis], from: fromSteps[axis], to: toSteps[axis] };
    if (loop.count === 1) continue;
    if (loop.from === inner.from * inner.count && loop.to === inner.to * inner.count) {
      loops[0] = { ...inner, count: inner.count * loop.count };
    } else {
      loops.unshift(loop);
    }
  }
  return loops;
}

function steps(shape: readonly number[]): number[] {
  return shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}
