import type { Kernels } from '../../native/addon.ts';
import { OPERATION_CODES } from '../../native/layouts.ts';
import type { WasmModule } from './wasmModule.ts';

const { float32 } = OPERATION_CODES.precision;

/**
 * The kernels of the add-on, in WebAssembly: the same functions of the same arrays.
 *
 * Memory: the arrays of a call are copied into the module's memory and back.
 */
export function wasmKernels({ functions, call }: WasmModule): Kernels {
  return {
    ...convolutions({ functions, call }),
    ...transforms({ functions, call }),
    instanceNormForward: (shape, x, epsilon, slope, y, statistics) => {
      call([shape, x], [y, statistics], ([numbers, from, to, sums]) =>
        functions.instanceNormForward(numbers, from, epsilon, slope, to, sums),
      );
    },
    instanceNormGradient: (shape, x, statistics, dy, slope, dx) => {
      call([shape, x, statistics, dy], [dx], ([numbers, from, sums, gradient, to]) =>
        functions.instanceNormGradient(numbers, from, sums, gradient, slope, to),
      );
    },
    maxPoolForward: (shape, x, y) => {
      call([shape, x], [y], (addresses) => functions.maxPoolForward(...addresses));
    },
    maxPoolGradient: (shape, x, dy, dx) => {
      call([shape, x, dy], [dx], (addresses) => functions.maxPoolGradient(...addresses));
    },
    elementwiseBinary: (shape, a, b, result) => {
      call([shape, a, b], [result], (addresses) => functions.elementwiseBinary(...addresses));
    },
    elementwiseUnary: (operation, count, x, parameter, result) => {
      call([x], [result], ([from, to]) =>
        functions.elementwiseUnary(operation, count, from, parameter, to),
      );
    },
    leakyReluGradient: (count, x, dy, slope, result) => {
      call([x, dy], [result], ([from, gradient, to]) =>
        functions.leakyReluGradient(count, from, gradient, slope, to),
      );
    },
    sumRows: (shape, x, factor, result) => {
      call([shape, x], [result], ([numbers, from, to]) =>
        functions.sumRows(numbers, from, factor, to),
      );
    },
    copyChannels: (shape, from, to) => {
      // Moves single numbers: a copy into the module and back would be all of the work.
      const [rows, channels, fromStride, fromFirst, toStride, toFirst] = shape;
      for (let row = 0; row < rows; row++) {
        const [source, target] = [fromFirst + row * fromStride, toFirst + row * toStride];
        for (let c = 0; c < channels; c++) to[target + c] = from[source + c];
      }
    },
    lossMean: (loss, count, a, b, bCount) =>
      call([a, b], [], ([first, second]) =>
        functions.lossMean(loss, count, first, second, bCount === count ? 1 : 0),
      ),
    lossGradient: (loss, count, a, b, bCount, factor, result) => {
      call([a, b], [result], ([first, second, to]) =>
        functions.lossGradient(loss, count, first, second, bCount === count ? 1 : 0, factor, to),
      );
    },
    adamUpdate: (parameters, gradients, means, squares, settings) => {
      parameters.forEach((parameter, i) => {
        const moving = [parameter, means[i], squares[i]];
        call([settings, gradients[i], ...moving], moving, ([numbers, gradient, p, m, v]) =>
          functions.adamUpdate(parameter.length, p, gradient, m, v, numbers),
        );
      });
    },
  };
}

type Callable = Pick<WasmModule, 'functions' | 'call'>;

type Convolutions = Pick<
  Kernels,
  | 'convForward'
  | 'convInputGradient'
  | 'convFilterGradient'
  | 'convScratchLimit'
  | 'upConvForward'
  | 'upConvInputGradient'
  | 'upConvFilterGradient'
>;

function convolutions({ functions, call }: Callable): Convolutions {
  return {
    convForward: (shape, input, filter, bias, output, precision = float32) => {
      call([shape, input, filter, bias], [output], (addresses) =>
        functions.convForward(...addresses, precision),
      );
    },
    convInputGradient: (shape, dy, filter, dx, precision = float32) => {
      call([shape, dy, filter], [dx], (addresses) =>
        functions.convInputGradient(...addresses, precision),
      );
    },
    convFilterGradient: (shape, input, dy, dFilter, dBias, precision = float32) => {
      call([shape, input, dy], [dFilter, dBias], (addresses) =>
        functions.convFilterGradient(...addresses, precision),
      );
    },
    convScratchLimit: (floats = 0) => functions.convScratchLimit(floats),
    upConvForward: (shape, input, filter, bias, output, precision = float32) => {
      call([shape, input, filter, bias], [output], (addresses) =>
        functions.upConvForward(...addresses, precision),
      );
    },
    upConvInputGradient: (shape, dy, filter, dx, precision = float32) => {
      call([shape, dy, filter], [dx], (addresses) =>
        functions.upConvInputGradient(...addresses, precision),
      );
    },
    upConvFilterGradient: (shape, input, dy, dFilter, dBias, precision = float32) => {
      call([shape, input, dy], [dFilter, dBias], (addresses) =>
        functions.upConvFilterGradient(...addresses, precision),
      );
    },
  };
}

type Transforms = Pick<
  Kernels,
  'fftSpectrumLength' | 'fftSpectrum' | 'fftConvolve' | 'fftCorrelate' | 'fftUpdate'
>;

function transforms({ functions, call }: Callable): Transforms {
  return {
    fftSpectrumLength: (grid) => call([grid], [], ([sides]) => functions.fftSpectrumLength(sides)),
    fftSpectrum: (geometry, data, spectrum) => {
      call([geometry, data], [spectrum], (addresses) => functions.fftSpectrum(...addresses));
    },
    fftConvolve: (geometry, data, spectrum, result) => {
      call([geometry, data, spectrum], [result], (addresses) =>
        functions.fftConvolve(...addresses),
      );
    },
    fftCorrelate: (geometry, x, dy, result) => {
      call([geometry, x, dy], [result], (addresses) => functions.fftCorrelate(...addresses));
    },
    fftUpdate: (
      ...[geometry, settings, spectrum, observed, weights, penalty, estimate, before, step, sums]
    ) => {
      const inputs = [geometry, settings, spectrum, observed, weights, penalty];
      const moving = [estimate, before, step, sums];
      return (
        call([...inputs, ...moving], moving, (addresses) =>
          functions.fftUpdate(...addresses.slice(0, 10)),
        ) === 1
      );
    },
  };
}
