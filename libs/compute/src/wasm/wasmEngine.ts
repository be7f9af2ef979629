import { pack } from '../../native/layouts.ts';
import type { ConvolutionEngine, GridConvolution } from '../fft/convolutionEngines.ts';
import {
  convolveGeometry,
  spectrumGeometry,
  sumsOf,
  updateGeometry,
  updateSettings,
} from '../fft/engineGeometry.ts';
import type { WasmModule } from './wasmModule.ts';

/**
 * The engine in WebAssembly: the C++ kernels in vectors of four floats, single precision.
 *
 * The kernel's spectrum stays in the module's memory as long as the convolution lives.
 */
export function wasmConvolutionEngine({ functions, heap, call }: WasmModule): ConvolutionEngine {
  const spectra = new FinalizationRegistry((address: number) => heap.release(address));
  return {
    prepare(grid, kernel, kernelShape, origin) {
      const sides = pack('fftGrid', { sides: grid });
      const floats = call([sides], [], ([numbers]) => functions.fftSpectrumLength(numbers));
      const transfer = heap.allocate(4 * floats);
      call([spectrumGeometry(grid, kernelShape, origin), kernel], [], ([geometry, data]) =>
        functions.fftSpectrum(geometry, data, transfer),
      );
      const convolution: GridConvolution = {
        convolve(data, shape, from, cut, cutShape, cutFrom, conjugate) {
          const geometry = convolveGeometry(grid, [shape, from], [cutShape, cutFrom], conjugate);
          call([geometry, data], [cut], ([numbers, input, output]) =>
            functions.fftConvolve(numbers, input, transfer, output),
          );
        },
        update(update, shape, windowShape, windowOrigin) {
          const { estimate, penalty = null, extrapolation } = update;
          const before = extrapolation?.before ?? null;
          const step = extrapolation?.step ?? null;
          const sums = new Float64Array(5);
          const arrays = [
            updateGeometry(grid, shape, [windowShape, windowOrigin], update),
            updateSettings(update),
            ...[update.observed, update.weights, penalty, estimate, before, step, sums],
          ];
          const done = call(
            arrays,
            [before ?? estimate, step, sums],
            ([geometry, settings, ...rest]) =>
              functions.fftUpdate(geometry, settings, transfer, ...rest.slice(0, 7)),
          );
          return sumsOf(done === 1, sums);
        },
      };
      spectra.register(convolution, transfer);
      return convolution;
    },
  };
}
