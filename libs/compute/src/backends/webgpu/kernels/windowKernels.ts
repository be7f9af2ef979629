import * as tf from '@tensorflow/tfjs-core';
import type { GpuKernel } from '../gpuKernel.ts';
import { runForEach } from '../runProgram.ts';
import type { WebgpuBackend } from '../webgpuBackend.ts';

const MOST_AXES = 5;

/**
 * The window of `outputShape` whose first element is at `begin` in x, which may reach beyond x:
 * there it holds `outside`.
 */
export function cutWindow(
  gpu: WebgpuBackend,
  x: tf.TensorInfo,
  begin: readonly number[],
  outputShape: readonly number[],
  outside: number,
): tf.TensorInfo {
  const axes = outputShape.map((_, axis) => axis);
  const fiveInts = (values: readonly number[]): Record<'head' | 'last', number | number[]> => ({
    head: [0, 1, 2, 3].map((axis) => values[axis] ?? 0),
    last: values[4] ?? 0,
  });
  const [from, source, target] = [fiveInts(begin), fiveInts(x.shape), fiveInts(outputShape)];
  const member = (name: string, axis: number): string =>
    axis < 4 ? `uniforms.${name}Head[${axis}]` : `uniforms.${name}Last`;
  const reach = [...axes].reverse().map(
    (axis) => `
      let c${axis} = rest % ${member('target', axis)} + ${member('begin', axis)};
      rest = rest / ${member('target', axis)};
      inside = inside && c${axis} >= 0 && c${axis} < ${member('source', axis)};`,
  );
  const place = axes.reduce((sum, axis) => `(${sum}) * ${member('source', axis)} + c${axis}`, '0');
  return runForEach(gpu, {
    name: `window${axes.length}`,
    inputs: { x },
    outputShape,
    integers: {
      beginHead: from.head,
      sourceHead: source.head,
      targetHead: target.head,
      beginLast: from.last,
      sourceLast: source.last,
      targetLast: target.last,
    },
    floats: { outside },
    helpers: `
      fn reach(index : i32) -> f32 {
        var rest = index;
        var inside = true;
        ${reach.join('')}
        if (!inside) { return uniforms.outside; }
        return x[${place}];
      }`,
    expression: 'reach(index)',
  });
}

/** Cutting and padding; of tfjs' own, padding of five axes does not compile. */
export const WINDOW_KERNELS: readonly GpuKernel[] = [
  {
    kernelName: tf.Slice,
    run: (gpu, { x }, { begin, size }) => {
      const [starts, sizes] = tf.slice_util.parseSliceParams(
        x,
        begin as number[],
        size as number[],
      );
      tf.slice_util.assertParamsValid(x, starts, sizes);
      if (x.shape.length > MOST_AXES) return undefined;
      return cutWindow(gpu, x, starts, sizes, 0);
    },
  },
  {
    kernelName: tf.PadV2,
    run: (gpu, { x }, { paddings, constantValue }) => {
      if (x.shape.length > MOST_AXES) return undefined;
      const frame = paddings as [number, number][];
      const outputShape = x.shape.map((side, axis) => side + frame[axis][0] + frame[axis][1]);
      return cutWindow(
        gpu,
        x,
        frame.map(([before]) => -before),
        outputShape,
        constantValue as number,
      );
    },
  },
];
