import {
  type Axes3,
  blurGeometry,
  type NativeAddon,
  OPERATION_CODES,
  pack,
} from '@blurcycle/compute/kernels';
import type { Precision } from '@blurcycle/core';
import { type BenchLayer, benchSamples } from './convLayers.ts';

/** Directions of a layer. */
export const BENCH_PASSES = ['forward', 'inputGradient', 'filterGradient'] as const;
export type BenchPass = (typeof BENCH_PASSES)[number];

type Passes = Readonly<Record<BenchPass, () => void>>;

/** The passes of a layer through the C++ kernels, ready to run; its arrays are made here. */
export function nativePasses(
  addon: NativeAddon,
  layer: BenchLayer,
  precision: Precision = 'float32',
): Passes {
  switch (layer.kind) {
    case 'convolution':
      return convolution(addon, layer, precision);
    case 'transposed':
      return transposed(addon, layer, precision);
    case 'blur':
      return blur(addon, layer);
  }
}

function arraysOf({ batch, input, output, kernel, inputs, outputs }: BenchLayer) {
  const count = ([z, y, x]: Axes3): number => z * y * x;
  const x = benchSamples(batch * count(input) * inputs);
  const y = benchSamples(batch * count(output) * outputs);
  const filter = benchSamples(kernel ** 3 * inputs * outputs);
  return {
    x,
    y,
    filter,
    bias: benchSamples(outputs),
    dx: x.slice(),
    dy: y.slice(),
    dFilter: filter.slice(),
  };
}

function convolution(addon: NativeAddon, layer: BenchLayer, precision: Precision): Passes {
  const code = OPERATION_CODES.precision[precision];
  const cube = (side: number): Axes3 => [side, side, side];
  const { batch, input, output, inputs, outputs } = layer;
  const [kernel, stride, padBefore] = [cube(layer.kernel), cube(layer.stride), cube(layer.pad)];
  const shape = pack('convShape', {
    batch,
    input,
    output,
    kernel,
    stride,
    padBefore,
    inputs,
    outputs,
  });
  const { x, y, filter, bias, dx, dy, dFilter } = arraysOf(layer);
  return {
    forward: () => addon.convForward(shape, x, filter, bias, y, code),
    inputGradient: () => addon.convInputGradient(shape, dy, filter, dx, code),
    filterGradient: () => addon.convFilterGradient(shape, x, dy, dFilter, bias, code),
  };
}

function transposed(addon: NativeAddon, layer: BenchLayer, precision: Precision): Passes {
  const code = OPERATION_CODES.precision[precision];
  const { batch, input, inputs, outputs } = layer;
  const shape = pack('upConvShape', { batch, input, inputs, outputs });
  const { x, y, filter, bias, dx, dy, dFilter } = arraysOf(layer);
  return {
    forward: () => addon.upConvForward(shape, x, filter, bias, y, code),
    inputGradient: () => addon.upConvInputGradient(shape, dy, filter, dx, code),
    filterGradient: () => addon.upConvFilterGradient(shape, x, dy, dFilter, bias, code),
  };
}

function blur(addon: NativeAddon, layer: BenchLayer): Passes {
  const { batch, input, kernel } = layer;
  const { grid, volumeBox, kernelBox } = blurGeometry(
    [batch, ...input, 1],
    [kernel, kernel, kernel],
  );
  const { x, y, filter, dx, dy, dFilter } = arraysOf(layer);
  const spectrum = new Float32Array(addon.fftSpectrumLength(pack('fftGrid', { sides: grid })));
  const kernelGeometry = pack('spectrumGeometry', { grid, box: kernelBox, alongZ: 1 });
  const convolve = (from: Float32Array, to: Float32Array, conjugate: 0 | 1): void => {
    addon.fftSpectrum(kernelGeometry, filter, spectrum);
    const boxes = { from: volumeBox, to: volumeBox };
    const geometry = pack('convolveGeometry', {
      ...{ grid, ...boxes, volumes: batch, conjugate },
      ...{ kernelPlanes: 0, kernelOrigin: 0 },
    });
    addon.fftConvolve(geometry, from, spectrum, to);
  };
  const correlation = pack('correlateGeometry', {
    grid,
    from: volumeBox,
    to: kernelBox,
    volumes: batch,
  });
  return {
    forward: () => convolve(x, y, 0),
    inputGradient: () => convolve(dy, dx, 1),
    filterGradient: () => addon.fftCorrelate(correlation, x, dy, dFilter),
  };
}
