import { describeViolation, extent, InputError } from '@blurcycle/core';

/**
 * How values become whole numbers: only if they are, to the nearest, or by stretching the data to
 * the whole range.
 */
export type Quantization = 'exact' | 'round' | 'scale';

/** Whole numbers, and the straight line that leads back: value = stored * scale + offset. */
export interface QuantizedSamples {
  readonly samples: Uint16Array;
  readonly scale: number;
  readonly offset: number;
}

const LARGEST = 65535;

/**
 * Values as 16-bit whole numbers; nothing is clipped or rescaled unless asked for.
 *
 * @throws {InputError} For a value outside 0 to 65535, for fractions unless `round` or `scale`, and
 *   for NaN.
 */
export function quantize(data: Float32Array, quantization: Quantization): QuantizedSamples {
  const [low, high] = quantization === 'scale' ? extent(data) : [0, LARGEST];
  const scale = high > low ? (high - low) / LARGEST : 1;
  const samples = new Uint16Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const stored = (data[i] - low) / scale;
    const whole = quantization === 'exact' ? stored : Math.round(stored);
    if (!(whole >= 0 && whole <= LARGEST) || whole % 1 !== 0) throw refuse(data[i], quantization);
    samples[i] = whole;
  }
  return { samples, scale, offset: low };
}

function refuse(value: number, quantization: Quantization): InputError {
  const rule =
    quantization === 'scale'
      ? 'be finite to be stored as uint16'
      : quantization === 'round'
        ? 'lie between 0 and 65535 to be stored as uint16'
        : 'be whole numbers from 0 to 65535 to be stored as uint16';
  const remedy =
    quantization === 'scale'
      ? 'remove NaN and infinite values first'
      : "use sampleType 'float32', or quantization 'round' or 'scale'";
  return new InputError(describeViolation('writeTiffStack', 'values', rule, value, remedy));
}
