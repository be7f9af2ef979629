import type { TensorInfo } from '@tensorflow/tfjs-core';
import { sizeOf } from './defineKernel.ts';
import type { NativeBackend } from './nativeBackend.ts';

/** A tensor and the first element of a box in it. */
export interface BoxPlace {
  readonly values: TensorInfo;
  readonly begin: readonly number[];
}

/**
 * Copies a box of elements from one tensor to another of the same rank, plane by plane.
 *
 * Axes at the end that the box fills in both tensors are one stretch of memory; the axis before them gives the rows of
 * one call of the add-on, the axes before that are stepped through here.
 */
export function copyBox(backend: NativeBackend, box: readonly number[], from: BoxPlace, to: BoxPlace): void {
  if (sizeOf(box) === 0) return;
  const rank = box.length;
  let stretch = rank;
  while (stretch > 0 && [from, to].every(({ values }) => values.shape[stretch - 1] === box[stretch - 1]))
    stretch--;
  const rowAxis = stretch - 2;
  const width = sizeOf(box.slice(Math.max(0, stretch - 1)));
  const rows = rowAxis >= 0 ? box[rowAxis] : 1;
  const fromSteps = steps(from.values.shape);
  const toSteps = steps(to.values.shape);
  const source = backend.floats(from.values);
  const target = backend.floats(to.values);
  const outer = box.slice(0, Math.max(0, rowAxis));
  const firstOf = (begin: readonly number[], axisSteps: readonly number[]): number =>
    begin.reduce((sum, start, axis) => sum + start * axisSteps[axis], 0);
  const fromFirst = firstOf(from.begin, fromSteps);
  const toFirst = firstOf(to.begin, toSteps);
  const place = outer.map(() => 0);
  for (let plane = 0; plane < sizeOf(outer); plane++) {
    const fromAt = fromFirst + firstOf(place, fromSteps);
    const toAt = toFirst + firstOf(place, toSteps);
    const fromRow = rowAxis >= 0 ? fromSteps[rowAxis] : width;
    const toRow = rowAxis >= 0 ? toSteps[rowAxis] : width;
    backend.addon.copyChannels(Int32Array.of(rows, width, fromRow, fromAt, toRow, toAt), source, target);
    for (let axis = outer.length - 1; axis >= 0 && ++place[axis] === outer[axis]; axis--) place[axis] = 0;
  }
}

function steps(shape: readonly number[]): number[] {
  return shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
}
