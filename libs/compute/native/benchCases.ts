import { blurGeometry } from '../src/fft/blurGeometry.ts';
import type { NativeAddon } from './addon.ts';
import { convOutput, convShapeArray, type Axes3 } from './convShape.ts';

/** Direction of an operation. */
export type BenchPass = 'forward' | 'inputGradient' | 'filterGradient';

/** One pass ready to run, and the floating-point operations of a run. */
export interface PassRun {
  readonly pass: BenchPass;
  readonly operations: number;
  /** Floats that must be read or written at least once. */
  readonly floats: number;
  readonly run: () => void;
}

/** One operation of the networks; its arrays are made when `createPasses` is called. */
export interface BenchCase {
  readonly name: string;
  /** Input, [n, z, y, x, c]. */
  readonly shape: readonly number[];
  readonly createPasses: (addon: NativeAddon) => PassRun[];
}

const BLUR_SIDE = 31;

/** The convolutions of generator, discriminators and blur at width 8 and above, on `volume` and its halves and quarters. */
export function benchCases(volume: Axes3, batch: number): BenchCase[] {
  const half = divided(volume, 2);
  const quarter = divided(volume, 4);
  const cube3 = (sides: Axes3, inputs: number, outputs: number): BenchCase =>
    convolution(batch, sides, 3, 1, 1, inputs, outputs);
  return [
    cube3(volume, 1, 8),
    cube3(volume, 8, 1),
    cube3(volume, 8, 8),
    cube3(half, 8, 16),
    cube3(volume, 16, 8),
    cube3(volume, 16, 16),
    cube3(half, 16, 16),
    cube3(half, 32, 16),
    cube3(half, 32, 32),
    cube3(quarter, 32, 32),
    cube3(quarter, 64, 32),
    cube3(quarter, 64, 64),
    cube3(quarter, 128, 128),
    convolution(batch, volume, 1, 1, 0, 8, 1),
    convolution(batch, volume, 1, 1, 0, 1, 1),
    convolution(batch, volume, 4, 2, 1, 1, 4),
    convolution(batch, half, 4, 2, 1, 4, 8),
    transposed(batch, quarter, 32, 16),
    transposed(batch, half, 16, 8),
    blur(batch, volume),
  ];
}

function divided(sides: Axes3, divisor: number): Axes3 {
  return [sides[0] / divisor, sides[1] / divisor, sides[2] / divisor];
}

function count(sides: readonly number[]): number {
  return sides.reduce((product, side) => product * side, 1);
}

/** Values between -0.5 and 0.5 without zeros or subnormal numbers, which would run at another speed. */
function samples(length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => ((i * 7919) % 1000) / 1000 - 0.4995);
}

function convolution(
  batch: number,
  sides: Axes3,
  kernel: number,
  stride: number,
  pad: number,
  inputs: number,
  outputs: number,
): BenchCase {
  const cube = (side: number): Axes3 => [side, side, side];
  const output = convOutput(sides, cube(kernel), cube(stride), cube(pad), cube(pad));
  const shape = convShapeArray({
    batch,
    input: sides,
    output,
    kernel: cube(kernel),
    stride: cube(stride),
    padBefore: cube(pad),
    inputs,
    outputs,
  });
  const operations = 2 * batch * count(output) * kernel ** 3 * inputs * outputs;
  return {
    name: `${kernel}x${kernel}x${kernel} ${inputs}-${outputs}${stride > 1 ? ` stride ${stride}` : ''}`,
    shape: [batch, ...sides, inputs],
    createPasses(addon) {
      const x = samples(batch * count(sides) * inputs);
      const y = samples(batch * count(output) * outputs);
      const filter = samples(kernel ** 3 * inputs * outputs);
      const bias = samples(outputs);
      const [dx, dy, dFilter] = [x.slice(), y.slice(), filter.slice()];
      const floats = x.length + y.length + filter.length;
      return [
        { pass: 'forward', operations, floats, run: () => addon.convForward(shape, x, filter, bias, y) },
        {
          pass: 'inputGradient',
          operations,
          floats,
          run: () => addon.convInputGradient(shape, dy, filter, dx),
        },
        {
          pass: 'filterGradient',
          operations,
          floats,
          run: () => addon.convFilterGradient(shape, x, dy, dFilter, bias),
        },
      ];
    },
  };
}

function transposed(batch: number, sides: Axes3, inputs: number, outputs: number): BenchCase {
  const shape = Int32Array.of(batch, ...sides, inputs, outputs);
  const operations = 2 * batch * count(sides) * 8 * inputs * outputs;
  return {
    name: `transposed 2x2x2 ${inputs}-${outputs}`,
    shape: [batch, ...sides, inputs],
    createPasses(addon) {
      const x = samples(batch * count(sides) * inputs);
      const y = samples(batch * count(sides) * 8 * outputs);
      const filter = samples(8 * inputs * outputs);
      const bias = samples(outputs);
      const [dx, dy, dFilter] = [x.slice(), y.slice(), filter.slice()];
      const floats = x.length + y.length + filter.length;
      return [
        { pass: 'forward', operations, floats, run: () => addon.upConvForward(shape, x, filter, bias, y) },
        {
          pass: 'inputGradient',
          operations,
          floats,
          run: () => addon.upConvInputGradient(shape, dy, filter, dx),
        },
        {
          pass: 'filterGradient',
          operations,
          floats,
          run: () => addon.upConvFilterGradient(shape, x, dy, dFilter, bias),
        },
      ];
    },
  };
}

/** The blur through the Fourier transform; a real transform of N points counts 2.5 N log2 N operations. */
function blur(batch: number, sides: Axes3): BenchCase {
  const kernelSides = [BLUR_SIDE, BLUR_SIDE, BLUR_SIDE];
  const { grid, volumeBox, kernelBox } = blurGeometry([batch, ...sides, 1], kernelSides);
  const transform = 2.5 * count(grid) * Math.log2(count(grid));
  const passes = (addon: NativeAddon): PassRun[] => {
    const x = samples(batch * count(sides));
    const [y, dy, dx] = [x.slice(), x.slice(), x.slice()];
    const kernel = samples(count(kernelSides));
    const dKernel = kernel.slice();
    const spectrum = new Float32Array(addon.fftSpectrumLength(Int32Array.from(grid)));
    const kernelGeometry = Int32Array.of(...grid, ...kernelBox);
    const geometry = (adjoint: number): Int32Array =>
      Int32Array.of(...grid, ...volumeBox, ...volumeBox, batch, adjoint);
    const convolve = (from: Float32Array, to: Float32Array, adjoint: number): void => {
      addon.fftSpectrum(kernelGeometry, kernel, spectrum);
      addon.fftConvolve(geometry(adjoint), from, spectrum, to);
    };
    const correlation = Int32Array.of(...grid, ...volumeBox, ...kernelBox, batch);
    const operations = (2 * batch + 1) * transform;
    const floats = 2 * x.length + kernel.length;
    return [
      { pass: 'forward', operations, floats, run: () => convolve(x, y, 0) },
      { pass: 'inputGradient', operations, floats, run: () => convolve(dy, dx, 1) },
      {
        pass: 'filterGradient',
        operations,
        floats,
        run: () => addon.fftCorrelate(correlation, x, dy, dKernel),
      },
    ];
  };
  return {
    name: `blur ${BLUR_SIDE}x${BLUR_SIDE}x${BLUR_SIDE}`,
    shape: [batch, ...sides, 1],
    createPasses: passes,
  };
}
