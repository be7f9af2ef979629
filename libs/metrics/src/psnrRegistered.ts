import { bestTranslation, phaseFactors, type Triple } from './bestTranslation.ts';
import { createFft } from './fft.ts';
import { assertScorable, type Intensities, type ScoreOptions } from './intensities.ts';
import { affineFit, decibels } from './psnr.ts';

/**
 * PSNR after the best affine fit of the intensities and the best translation, for methods that know
 * neither the scale nor the place of the truth.
 *
 * The estimate is moved by up to 2 voxels along each axis, then fitted. The translation maximizes
 * the correlation with the truth. Of the moved and the unmoved estimate the better one counts, so
 * the score is never below `psnrAffine`. All voxels count: beyond its border the estimate is
 * continued by its mirror image, so that nothing enters from the opposite side.
 *
 * Cost: a complex 3-D Fourier transform, then two 1-D transforms of doubled lines along each axis;
 * 0.3 s for 48x128x128 voxels. Memory: four doubles for each voxel.
 *
 * @returns Decibels; larger is better.
 */
export function psnrRegistered(
  estimate: Intensities,
  truth: Intensities,
  options: ScoreOptions,
): number {
  assertScorable('psnrRegistered', estimate, truth, options);
  const moved = translate(estimate, bestTranslation(estimate, truth));
  const errors = [estimate, moved].map((volume) => affineFit(volume, truth).meanSquaredError);
  return decibels(Math.min(...errors), options.dataRange);
}

/**
 * A volume moved by `shift` voxels: v(r - shift), by the Fourier series of each line.
 *
 * Lines continue by the mirror image of both their ends, a b c | c b ... b a, one faded into the
 * other, so that there is no step.
 */
export function translate({ data, shape }: Intensities, shift: Triple): Intensities {
  const values = Float64Array.from(data);
  const strides = [shape[1] * shape[2], shape[2], 1];
  shift.forEach((amount, axis) => {
    if (amount !== 0) translateLines(values, shape[axis], strides[axis], amount);
  });
  return { data: values, shape };
}

/** Voxels by which a line continues at least. */
const LEAST_MARGIN = 16;

/** Moves all lines along one axis in place, two at a time as the parts of a complex line. */
function translateLines(values: Float64Array, side: number, stride: number, shift: number): void {
  const length = 2 ** Math.ceil(Math.log2(side + Math.min(side, LEAST_MARGIN)));
  const margin = length - side;
  const transform = createFft(length);
  // 1/n belongs to the inverse transform.
  const [c, s] = phaseFactors(length, -shift, 0).map((part) => part.map((value) => value / length));
  const re = new Float64Array(length);
  const im = new Float64Array(length);
  // Beyond its mirror image, a line of fewer voxels than the margin stays at its last one.
  const right = Array.from({ length: margin }, (_, i) => Math.max(0, side - 1 - i));
  const left = Array.from({ length: margin }, (_, i) => Math.min(side - 1, margin - 1 - i));
  const fade = right.map((_, i) => Math.cos((Math.PI / 2) * ((i + 0.5) / margin)) ** 2);
  const load = (part: Float64Array, first: number): void => {
    for (let i = 0; i < side; i++) part[i] = values[first + i * stride];
    for (let i = 0; i < margin; i++)
      part[side + i] = fade[i] * part[right[i]] + (1 - fade[i]) * part[left[i]];
  };
  const firstOf = (line: number): number =>
    Math.floor(line / stride) * stride * side + (line % stride);
  const count = values.length / side;
  for (let line = 0; line < count; line += 2) {
    const first = firstOf(line);
    const second = firstOf(Math.min(line + 1, count - 1));
    load(re, first);
    load(im, second);
    transform(re, im);
    for (let k = 0; k < length; k++) {
      const product = re[k] * c[k] - im[k] * s[k];
      // The inverse transform is the transform of the conjugate, conjugated.
      im[k] = -(re[k] * s[k] + im[k] * c[k]);
      re[k] = product;
    }
    transform(re, im);
    for (let i = 0; i < side; i++) {
      values[first + i * stride] = re[i];
      values[second + i * stride] = -im[i];
    }
  }
}
