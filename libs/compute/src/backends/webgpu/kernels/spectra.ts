import { assertRange } from '@blurcycle/core';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WebgpuBackend } from '../webgpuBackend.ts';
import { longestLine, transformLines, type LinePart } from './transformLines.ts';

/** Three axes, z, y, x. */
export type Parts = readonly LinePart[];

/** Spectra [batch, z, y, x] (complex) of real volumes that fill `given` of a grid. */
export function toSpectrum(
  gpu: WebgpuBackend,
  x: TensorInfo,
  batch: number,
  grid: readonly number[],
  given: Parts,
): TensorInfo {
  const sides = given.map(({ length }) => length);
  return transformAxes(gpu, x, batch, grid, sides, [2, 1, 0], (axis) => ({
    given: given[axis],
    wanted: { place: 0, length: grid[axis] },
    inverse: false,
  }));
}

/** The part `wanted` of the real volumes with these spectra. */
export function fromSpectrum(
  gpu: WebgpuBackend,
  x: TensorInfo,
  batch: number,
  grid: readonly number[],
  wanted: Parts,
): TensorInfo {
  return transformAxes(gpu, x, batch, grid, grid, [0, 1, 2], (axis) => ({
    given: { place: 0, length: grid[axis] },
    wanted: wanted[axis],
    inverse: true,
  }));
}

/** Transforms one axis after the other; a part that is zero, or not wanted, is never computed. */
function transformAxes(
  gpu: WebgpuBackend,
  x: TensorInfo,
  batch: number,
  grid: readonly number[],
  sidesBefore: readonly number[],
  order: readonly number[],
  along: (axis: number) => { given: LinePart; wanted: LinePart; inverse: boolean },
): TensorInfo {
  const sides = [...sidesBefore];
  let values = x;
  order.forEach((axis, pass) => {
    const { given, wanted, inverse } = along(axis);
    const next = transformLines(gpu, values, {
      outer: batch * sides.slice(0, axis).reduce((a, b) => a * b, 1),
      inner: sides.slice(axis + 1).reduce((a, b) => a * b, 1),
      length: grid[axis],
      given,
      wanted,
      inverse,
      isInputReal: !inverse && pass === 0,
      isResultReal: inverse && pass === order.length - 1,
    });
    if (values !== x) gpu.disposeData(values.dataId);
    values = next;
    sides[axis] = wanted.length;
  });
  return values;
}

/** WGSL: a times the conjugate of b. */
export const timesConjugate = (a: string, b: string): string =>
  `vec2<f32>(dot(${a}, ${b}), ${a}.y * ${b}.x - ${a}.x * ${b}.y)`;
/** WGSL: a times b. */
export const timesPlain = (a: string, b: string): string =>
  `vec2<f32>(${a}.x * ${b}.x - ${a}.y * ${b}.y, ${a}.x * ${b}.y + ${a}.y * ${b}.x)`;

/** Arrays a, b and result hold complex numbers. */
export const COMPLEX = { a: 2, b: 2, result: 2 } as const;

/** Whole lines of the given lengths. */
export function wholeOf(sides: readonly number[]): Parts {
  return sides.map((length) => ({ place: 0, length }));
}

/** Throws unless the lines of a grid fit the shared memory of the device. */
export function assertLines(where: string, gpu: WebgpuBackend, grid: readonly number[]): void {
  const longest = longestLine(gpu);
  assertRange(
    grid.every((side) => side <= longest),
    where,
    'x',
    `have sides whose transform is at most ${longest} long on this GPU`,
    grid,
    'use smaller patches',
  );
}
