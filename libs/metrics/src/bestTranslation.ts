import { mean, type Shape3 } from '@blurcycle/core';
import { fft3d } from './fft.ts';
import type { Intensities } from './intensities.ts';

/** Numbers of z, y, x. */
export type Triple = [number, number, number];

/** Largest translation along each axis, voxels. */
const LARGEST_SHIFT = 2;
/** Evaluations of the correlation after the search over whole voxels; 3 to 5 are needed. */
const MOST_EVALUATIONS = 8;
/** A step that ends the search, voxels: it changes the score by less than 1e-4 dB. */
const LEAST_STEP = 1e-3;

/**
 * The translation u in voxels for which the estimate, moved by u, correlates best with the truth.
 *
 * C(u) = Σ_k T_k E_k* exp(2πi Σ_a k_a u_a / n_a), the two volumes taken as periodic and free of
 * their means: first at all whole voxels up to 2, then Newton's method from the best of them. At
 * the Nyquist frequency of an even side cos πu stands for the exponential, so that real volumes
 * stay real.
 * Source: Guizar-Sicairos, Thurman & Fienup (2008) doi:10.1364/OL.33.000156 (correlation on an
 * upsampled Fourier grid), with Newton's method in place of the grid.
 */
export function bestTranslation(estimate: Intensities, truth: Intensities): Triple {
  const { shape } = truth;
  const power = crossPower(estimate, truth);
  const limit = triple((axis) => Math.min(LARGEST_SHIFT, Math.floor((shape[axis] - 1) / 2)));
  const start = bestWholeVoxels(power, limit);
  const clamp = (shift: Triple): Triple =>
    triple((axis) =>
      Math.min(
        Math.max(shift[axis], start[axis] - 1, -limit[axis]),
        Math.min(start[axis] + 1, limit[axis]),
      ),
    );
  let best = start;
  let found = expand(power, best);
  let step = newtonStep(found, limit);
  for (let i = 0; i < MOST_EVALUATIONS && step.some((part) => Math.abs(part) > LEAST_STEP); i++) {
    const shift = clamp(triple((axis) => best[axis] + step[axis]));
    const next = expand(power, shift);
    if (next.value > found.value) {
      [best, found] = [shift, next];
      step = newtonStep(found, limit);
    } else step = triple((axis) => step[axis] / 2);
  }
  return best;
}

/** T_k E_k* of the two volumes without their means, tapered and padded. */
interface CrossPower {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
  readonly shape: Shape3;
}

function crossPower(estimate: Intensities, truth: Intensities): CrossPower {
  const shape = truth.shape.map(fastSide) as unknown as Shape3;
  // Both real volumes in one transform: Z = E + iT; the product overwrites it.
  const real = tapered(estimate, shape);
  const imaginary = tapered(truth, shape);
  fft3d(real, imaginary, shape);
  const [depth, height, width] = shape;
  for (let z = 0, here = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) {
      const row = (((depth - z) % depth) * height + ((height - y) % height)) * width;
      for (let x = 0; x < width; x++, here++) {
        const mirror = row + (x === 0 ? 0 : width - x);
        if (mirror < here) continue;
        // E = (Z + Z'*)/2 and T = (Z - Z'*)/2i, Z' at the mirrored frequency.
        const eReal = (real[here] + real[mirror]) / 2;
        const eImaginary = (imaginary[here] - imaginary[mirror]) / 2;
        const tReal = (imaginary[here] + imaginary[mirror]) / 2;
        const tImaginary = (real[mirror] - real[here]) / 2;
        real[here] = real[mirror] = tReal * eReal + tImaginary * eImaginary;
        imaginary[here] = tImaginary * eReal - tReal * eImaginary;
        imaginary[mirror] = -imaginary[here];
      }
    }
  }
  return { real, imaginary, shape };
}

/** A power of two where that adds at most a third, else the side itself. */
function fastSide(side: number): number {
  const power = 2 ** Math.ceil(Math.log2(side));
  return 3 * power <= 4 * side ? power : side;
}

/**
 * A volume without its mean, faded out toward its border and padded by zeros.
 *
 * Without the taper both volumes would have the step of their borders at the same place, which
 * draws the translation toward 0.
 */
function tapered({ data, shape }: Intensities, padded: Shape3): Float64Array {
  const center = mean(data);
  const [wz, wy, wx] = shape.map(taper);
  const result = new Float64Array(padded[0] * padded[1] * padded[2]);
  for (let z = 0, i = 0; z < shape[0]; z++) {
    for (let y = 0; y < shape[1]; y++) {
      const row = (z * padded[1] + y) * padded[2];
      const weight = wz[z] * wy[y];
      for (let x = 0; x < shape[2]; x++) result[row + x] = weight * wx[x] * (data[i++] - center);
    }
  }
  return result;
}

/** sin² over the outer eighths of a side, 1 between them; a side of 1 or 2 keeps its weight. */
function taper(side: number): Float64Array {
  const width = Math.ceil(side / 8);
  return Float64Array.from({ length: side }, (_, i) => {
    const place = (Math.min(i, side - 1 - i) + 0.5) / width;
    return side < 3 || place >= 1 ? 1 : Math.sin((Math.PI / 2) * place) ** 2;
  });
}

/** Factors of the frequencies of one axis: real and imaginary parts. */
type Factors = readonly [Float64Array, Float64Array];

/** (d/du)^order exp(2πi k u / n) for all k of an axis. */
export function phaseFactors(side: number, shift: number, order: 0 | 1 | 2): Factors {
  const real = new Float64Array(side);
  const imaginary = new Float64Array(side);
  for (let k = 0; k < side; k++) {
    const omega = (2 * Math.PI * (2 * k > side ? k - side : k)) / side;
    const size = omega ** order;
    const angle = omega * shift + (order * Math.PI) / 2;
    real[k] = size * Math.cos(angle);
    imaginary[k] = 2 * k === side ? 0 : size * Math.sin(angle);
  }
  return [real, imaginary];
}

/**
 * Re Σ_k P_k f(k_z) g(k_y) h(k_x) for all f, g, h of three lists; index [z][y][x] of the result,
 * flat.
 *
 * The factors are those of real volumes, as P is: frequency -k adds the same as k.
 * Cost: half a multiplication for each voxel and h; the sums over y and z are small.
 */
function separableSums(
  { real, imaginary, shape: [depth, height, width] }: CrossPower,
  [alongZ, alongY, alongX]: readonly [readonly Factors[], readonly Factors[], readonly Factors[]],
): Float64Array {
  const [ny, nx] = [alongY.length, alongX.length];
  const sums = new Float64Array(alongZ.length * ny * nx);
  const plane = { re: new Float64Array(ny * nx), im: new Float64Array(ny * nx) };
  for (let z = 0; 2 * z <= depth; z++) {
    const copies = z === 0 || 2 * z === depth ? 1 : 2;
    plane.re.fill(0);
    plane.im.fill(0);
    for (let y = 0; y < height; y++) {
      const first = (z * height + y) * width;
      for (let h = 0; h < nx; h++) {
        const [c, s] = alongX[h];
        let re = 0;
        let im = 0;
        for (let x = 0; x < width; x++) {
          const a = real[first + x];
          const b = imaginary[first + x];
          re += a * c[x] - b * s[x];
          im += a * s[x] + b * c[x];
        }
        for (let g = 0; g < ny; g++) {
          const [cy, sy] = [alongY[g][0][y], alongY[g][1][y]];
          plane.re[g * nx + h] += re * cy - im * sy;
          plane.im[g * nx + h] += re * sy + im * cy;
        }
      }
    }
    alongZ.forEach(([c, s], f) => {
      for (let i = 0; i < ny * nx; i++)
        sums[f * ny * nx + i] += copies * (plane.re[i] * c[z] - plane.im[i] * s[z]);
    });
  }
  return sums;
}

/** The best translation by whole voxels; none where nothing is better. */
function bestWholeVoxels(power: CrossPower, limit: Triple): Triple {
  const shifts = limit.map((most) => Array.from({ length: 2 * most + 1 }, (_, i) => i - most));
  const along = (axis: 0 | 1 | 2): Factors[] =>
    shifts[axis].map((shift) => phaseFactors(power.shape[axis], shift, 0));
  const sums = separableSums(power, [along(0), along(1), along(2)]);
  let best = (sums.length - 1) / 2;
  sums.forEach((value, i) => (best = value > sums[best] ? i : best));
  const [ny, nx] = [shifts[1].length, shifts[2].length];
  return [
    shifts[0][Math.floor(best / (ny * nx))],
    shifts[1][Math.floor(best / nx) % ny],
    shifts[2][best % nx],
  ];
}

/** C(u), its gradient and its second derivatives. */
interface Expansion {
  readonly value: number;
  readonly gradient: Triple;
  readonly hessian: readonly [Triple, Triple, Triple];
}

function expand(power: CrossPower, shift: Triple): Expansion {
  const along = (axis: 0 | 1 | 2): Factors[] =>
    ([0, 1, 2] as const).map((order) => phaseFactors(power.shape[axis], shift[axis], order));
  const sums = separableSums(power, [along(0), along(1), along(2)]);
  // Orders along z, y, x are the digits of the index to base 3.
  const digit = [9, 3, 1];
  return {
    value: sums[0],
    gradient: triple((axis) => sums[digit[axis]]),
    hessian: [0, 1, 2].map((a) => triple((b) => sums[digit[a] + digit[b]])) as [
      Triple,
      Triple,
      Triple,
    ],
  };
}

/**
 * Newton's step -H⁻¹ g toward a maximum, by the Cholesky factors of -H; none where C is not
 * concave. Axes without room to move stay.
 */
function newtonStep({ gradient, hessian }: Expansion, limit: Triple): Triple {
  const free = limit.map((most) => most > 0);
  const entry = (a: number, b: number): number =>
    free[a] && free[b] ? -hessian[a][b] : Number(a === b);
  const g = triple((axis) => (free[axis] ? gradient[axis] : 0));
  const l00 = Math.sqrt(entry(0, 0));
  const l10 = entry(1, 0) / l00;
  const l20 = entry(2, 0) / l00;
  const l11 = Math.sqrt(entry(1, 1) - l10 * l10);
  const l21 = (entry(2, 1) - l20 * l10) / l11;
  const l22 = Math.sqrt(entry(2, 2) - l20 * l20 - l21 * l21);
  if (!(l00 > 0 && l11 > 0 && l22 > 0)) return [0, 0, 0];
  const v0 = g[0] / l00;
  const v1 = (g[1] - l10 * v0) / l11;
  const v2 = (g[2] - l20 * v0 - l21 * v1) / l22;
  const u2 = v2 / l22;
  const u1 = (v1 - l21 * u2) / l11;
  return [(v0 - l10 * u1 - l20 * u2) / l00, u1, u2];
}

function triple(value: (axis: 0 | 1 | 2) => number): Triple {
  return [value(0), value(1), value(2)];
}
