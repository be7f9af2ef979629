import * as tf from '@tensorflow/tfjs-core';
import { LEAKY_RELU_GRADIENT } from '../../../ops/runKernel.ts';
import { collapseBroadcast, rowReduction } from '../../kernelShapes.ts';
import { runForEach, type GpuKernel } from '../runProgram.ts';
import type { WebgpuBackend } from '../webgpuBackend.ts';
import { sumRows } from './sumRows.ts';

/**
 * Place of an operand's element: its steps along the three loops of the result, 0 where it is
 * repeated.
 */
const PLACE = `
  fn place(index : i32, steps : vec3<i32>) -> i32 {
    let inner = index % uniforms.extent.z;
    let outer = index / uniforms.extent.z;
    return outer / uniforms.extent.y * steps.x + outer % uniforms.extent.y * steps.y + inner * steps.z;
  }`;

/** The kernels of tfjs do not compile where they broadcast a list over five axes. */
const binary = (kernelName: string, sign: string): GpuKernel => ({
  kernelName,
  run: (gpu, { a, b }) => {
    const outputShape = tf.backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
    const sides = collapseBroadcast(outputShape, a.shape, b.shape);
    if (sides === undefined) return undefined;
    return runForEach(gpu, {
      name: kernelName,
      inputs: { a, b },
      outputShape,
      integers: { extent: sides.extent, aSteps: sides.a, bSteps: sides.b },
      helpers: PLACE,
      expression: `a[place(index, uniforms.aSteps)] ${sign} b[place(index, uniforms.bSteps)]`,
    });
  },
});

/** Arithmetic of two tensors with broadcasting, and the gradient of the leaky rectifier. */
export const ELEMENTWISE_KERNELS: readonly GpuKernel[] = [
  binary(tf.Add, '+'),
  binary(tf.Sub, '-'),
  binary(tf.Multiply, '*'),
  binary(tf.RealDiv, '/'),
  {
    kernelName: LEAKY_RELU_GRADIENT,
    run: (gpu, { x, dy }, { slope }) =>
      runForEach(gpu, {
        name: LEAKY_RELU_GRADIENT,
        inputs: { x, dy },
        outputShape: x.shape,
        floats: { slope: slope as number },
        expression: 'dy[index] * select(uniforms.slope, 1.0, x[index] > 0.0)',
      }),
  },
];

const reduction = (kernelName: string, isMean: boolean): GpuKernel => ({
  kernelName,
  run: (gpu, { x }, attributes) => {
    const reduced = rowReduction(x.shape, attributes);
    if (reduced === undefined) return undefined;
    const { batches, rows, channels, outShape } = reduced;
    const sum = sumRows(gpu, {
      name: 'sum',
      inputs: { x },
      shape: [batches, rows, channels],
      floats: { factor: isMean ? 1 / rows : 1 },
      term: 'vec2<f32>(x[at], 0.0)',
      finish: 'total * uniforms.factor',
      kept: 1,
    });
    return { ...sum, shape: outShape };
  },
});

/** Sums and means over axes that adjoin each other. */
export const REDUCTION_KERNELS: readonly GpuKernel[] = [
  reduction(tf.Sum, false),
  reduction(tf.Mean, true),
];

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

/** Slicing and padding; the kernel of tfjs for padding does not compile for five axes. */
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
