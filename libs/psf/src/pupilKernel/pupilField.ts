/**
 * Points of a pupil in groups of four mirror images, (±kx, ±ky), which share their amplitude and
 * axial frequency; complex numbers as real and imaginary parts.
 *
 * A group's field is the sum of four products of cos or sin of kx x with cos or sin of ky y. With
 * P(σx, σy) the complex amplitudes of the four points these have the weights Σ P, i Σ σx P, i Σ σy
 * P and -Σ σx σy P.
 */
export interface PupilGroups {
  readonly count: number;
  /** Lateral frequencies of the point with σx = σy = 1, rad/µm. */
  readonly kx: Float64Array;
  readonly ky: Float64Array;
  /** Axial frequency, rad/µm. */
  readonly kz: Float64Array;
  /** Weights of cos·cos, sin·cos, cos·sin and sin·sin (x first), [4][count]. */
  readonly real: readonly Float64Array[];
  readonly imaginary: readonly Float64Array[];
}

/** Gradients of a scalar for the numbers of `PupilGroups`, in the same order. */
interface PupilGroupsGradient {
  readonly kx: Float64Array;
  readonly ky: Float64Array;
  readonly kz: Float64Array;
  readonly real: readonly Float64Array[];
  readonly imaginary: readonly Float64Array[];
}

/** Odd sides and the distances between samples in µm. */
export interface FieldGrid {
  readonly shape: readonly [depth: number, height: number, width: number];
  readonly voxelSizeUm: readonly [dz: number, dy: number, dx: number];
}

/** The field on a grid, and the way back from gradients of it. */
export interface PupilField {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
  /**
   * Gradients for the pupil of a scalar with gradients `real` and `imaginary` for the field.
   */
  pullBack(real: Float64Array, imaginary: Float64Array): PupilGroupsGradient;
}

/** cos and sin of every group's phase at 0, 1, … steps from the center, [steps][count]. */
interface WaveTable {
  readonly cosines: readonly Float64Array[];
  readonly sines: readonly Float64Array[];
}

/** Signs of the mirror images of a voxel for the four products. */
const IMAGES = [
  [1, 1],
  [-1, 1],
  [1, -1],
  [-1, -1],
] as const;

/**
 * The field E(z, y, x) = Σ over the points of P exp(i (kx x + ky y + kz z)) by direct sums, the
 * origin in the center of the grid.
 *
 * Exact for any frequencies: nothing wraps around, and the frequencies have exact derivatives.
 * Cost: 2 x groups x voxels multiply-adds (a quarter of the voxels, four products, real and
 * imaginary part), twice that for `pullBack`.
 */
export function pupilField(groups: PupilGroups, grid: FieldGrid): PupilField {
  const [depth, height, width] = grid.shape;
  const [halfZ, halfY, halfX] = grid.shape.map((side) => (side - 1) / 2);
  const [dz, dy, dx] = grid.voxelSizeUm;
  const alongZ = waveTable(groups.kz, dz, halfZ);
  const alongY = waveTable(groups.ky, dy, halfY);
  const alongX = waveTable(groups.kx, dx, halfX);
  const { count } = groups;
  const real = new Float64Array(depth * height * width);
  const imaginary = new Float64Array(real.length);
  /** Positions of the images of voxel (z, |y|, |x|); images that coincide appear once. */
  const imageIndex = (z: number, y: number, x: number, image: number): number =>
    (z * height + halfY + IMAGES[image][1] * y) * width + halfX + IMAGES[image][0] * x;
  const isImage = (y: number, x: number, image: number): boolean =>
    (x > 0 || IMAGES[image][0] === 1) && (y > 0 || IMAGES[image][1] === 1);

  const work = Array.from({ length: 8 }, () => new Float64Array(count));
  const [ccR, ccI, scR, scI, csR, csI, ssR, ssI] = work;
  const [p0R, p1R, p2R, p3R] = groups.real;
  const [p0I, p1I, p2I, p3I] = groups.imaginary;
  for (let z = 0; z < depth; z++) {
    const cosZ = alongZ.cosines[Math.abs(z - halfZ)];
    const sinZ = alongZ.sines[Math.abs(z - halfZ)];
    const sign = z < halfZ ? -1 : 1;
    for (let y = 0; y <= halfY; y++) {
      const cosY = alongY.cosines[y];
      const sinY = alongY.sines[y];
      for (let q = 0; q < count; q++) {
        const c = cosZ[q];
        const s = sign * sinZ[q];
        const a = cosY[q];
        const b = sinY[q];
        ccR[q] = (p0R[q] * c - p0I[q] * s) * a;
        ccI[q] = (p0R[q] * s + p0I[q] * c) * a;
        scR[q] = (p1R[q] * c - p1I[q] * s) * a;
        scI[q] = (p1R[q] * s + p1I[q] * c) * a;
        csR[q] = (p2R[q] * c - p2I[q] * s) * b;
        csI[q] = (p2R[q] * s + p2I[q] * c) * b;
        ssR[q] = (p3R[q] * c - p3I[q] * s) * b;
        ssI[q] = (p3R[q] * s + p3I[q] * c) * b;
      }
      for (let x = 0; x <= halfX; x++) {
        const cosX = alongX.cosines[x];
        const sinX = alongX.sines[x];
        let [eeR, eeI, oeR, oeI, eoR, eoI, ooR, ooI] = ZEROS;
        for (let q = 0; q < count; q++) {
          const c = cosX[q];
          const s = sinX[q];
          eeR += c * ccR[q];
          eeI += c * ccI[q];
          oeR += s * scR[q];
          oeI += s * scI[q];
          eoR += c * csR[q];
          eoI += c * csI[q];
          ooR += s * ssR[q];
          ooI += s * ssI[q];
        }
        for (let image = 0; image < 4; image++) {
          if (!isImage(y, x, image)) continue;
          const [signX, signY] = IMAGES[image];
          const index = imageIndex(z, y, x, image);
          real[index] = eeR + signX * oeR + signY * eoR + signX * signY * ooR;
          imaginary[index] = eeI + signX * oeI + signY * eoI + signX * signY * ooI;
        }
      }
    }
  }

  const pullBack = (fieldReal: Float64Array, fieldImaginary: Float64Array): PupilGroupsGradient => {
    const list = (length: number): Float64Array[] =>
      Array.from({ length }, () => new Float64Array(count));
    const [kx, ky, kz] = list(3);
    const gradientReal = list(4);
    const gradientImaginary = list(4);
    const row = new Float64Array(16 * (halfX + 1));
    const waves = new Float64Array(2 * count * (halfX + 1));
    for (let q = 0; q < count; q++) {
      for (let x = 0; x <= halfX; x++) {
        waves[2 * (q * (halfX + 1) + x)] = alongX.cosines[x][q];
        waves[2 * (q * (halfX + 1) + x) + 1] = alongX.sines[x][q];
      }
    }
    // Per plane: sums over y and x of the conjugate gradient times each product, and times the
    // derivatives of each product for kx and ky.
    const [sums, sumsX, sumsY] = [list(8), list(8), list(8)];
    for (let z = 0; z < depth; z++) {
      for (const array of [...sums, ...sumsX, ...sumsY]) array.fill(0);
      for (let y = 0; y <= halfY; y++) {
        row.fill(0);
        for (let x = 0; x <= halfX; x++) {
          const at = 16 * x;
          for (let image = 0; image < 4; image++) {
            if (!isImage(y, x, image)) continue;
            const [signX, signY] = IMAGES[image];
            const index = imageIndex(z, y, x, image);
            const a = fieldReal[index];
            const b = -fieldImaginary[index];
            row[at] += a;
            row[at + 1] += b;
            row[at + 2] += signX * a;
            row[at + 3] += signX * b;
            row[at + 4] += signY * a;
            row[at + 5] += signY * b;
            row[at + 6] += signX * signY * a;
            row[at + 7] += signX * signY * b;
          }
          for (let i = at; i < at + 8; i++) row[i + 8] = x * dx * row[i];
        }
        addRow(waves, row, alongY.cosines[y], alongY.sines[y], y * dy, [sums, sumsX, sumsY]);
      }
      const step = z - halfZ;
      const cosZ = alongZ.cosines[Math.abs(step)];
      const sinZ = alongZ.sines[Math.abs(step)];
      for (let product = 0; product < 4; product++) {
        const pR = groups.real[product];
        const pI = groups.imaginary[product];
        const [sR, sI] = [sums[2 * product], sums[2 * product + 1]];
        const [xR, xI] = [sumsX[2 * product], sumsX[2 * product + 1]];
        const [yR, yI] = [sumsY[2 * product], sumsY[2 * product + 1]];
        const outR = gradientReal[product];
        const outI = gradientImaginary[product];
        for (let q = 0; q < count; q++) {
          const c = cosZ[q];
          const s = step < 0 ? -sinZ[q] : sinZ[q];
          const mR = sR[q] * c - sI[q] * s;
          const mI = sR[q] * s + sI[q] * c;
          // d scalar = Re(m dP), so the gradient for (Re P, Im P) is (Re m, -Im m).
          outR[q] += mR;
          outI[q] -= mI;
          // d exp(i kz z) = i z exp(i kz z) dkz.
          kz[q] -= step * dz * (mR * pI[q] + mI * pR[q]);
          const wR = pR[q] * c - pI[q] * s;
          const wI = pR[q] * s + pI[q] * c;
          kx[q] += xR[q] * wR - xI[q] * wI;
          ky[q] += yR[q] * wR - yI[q] * wI;
        }
      }
    }
    return { kx, ky, kz, real: gradientReal, imaginary: gradientImaginary };
  };
  return { real, imaginary, pullBack };
}

const ZEROS: readonly number[] = new Array<number>(8).fill(0);

/**
 * Adds one row |y| of folded gradients to the sums of a plane.
 *
 * @param waves - cos kx x and sin kx x, [count][steps][2].
 * @param row - The folded gradients and x times each of them, [steps][16].
 */
function addRow(
  waves: Float64Array,
  row: Float64Array,
  cosY: Float64Array,
  sinY: Float64Array,
  yUm: number,
  [sums, sumsX, sumsY]: readonly (readonly Float64Array[])[],
): void {
  const steps = row.length / 16;
  const [eeR, eeI, oeR, oeI, eoR, eoI, ooR, ooI] = sums;
  const [eeRx, eeIx, oeRx, oeIx, eoRx, eoIx, ooRx, ooIx] = sumsX;
  const [eeRy, eeIy, oeRy, oeIy, eoRy, eoIy, ooRy, ooIy] = sumsY;
  for (let q = 0; q < cosY.length; q++) {
    let [s0, s1, s2, s3, s4, s5, s6, s7] = ZEROS;
    let [d0, d1, d2, d3, d4, d5, d6, d7] = ZEROS;
    for (let x = 0; x < steps; x++) {
      const c = waves[2 * (q * steps + x)];
      const s = waves[2 * (q * steps + x) + 1];
      const at = 16 * x;
      s0 += c * row[at];
      s1 += c * row[at + 1];
      s2 += s * row[at + 2];
      s3 += s * row[at + 3];
      s4 += c * row[at + 4];
      s5 += c * row[at + 5];
      s6 += s * row[at + 6];
      s7 += s * row[at + 7];
      // d cos kx x = -x sin kx x dkx, d sin kx x = x cos kx x dkx.
      d0 -= s * row[at + 8];
      d1 -= s * row[at + 9];
      d2 += c * row[at + 10];
      d3 += c * row[at + 11];
      d4 -= s * row[at + 12];
      d5 -= s * row[at + 13];
      d6 += c * row[at + 14];
      d7 += c * row[at + 15];
    }
    const a = cosY[q];
    const b = sinY[q];
    const ya = yUm * a;
    const yb = yUm * b;
    eeR[q] += a * s0;
    eeI[q] += a * s1;
    oeR[q] += a * s2;
    oeI[q] += a * s3;
    eoR[q] += b * s4;
    eoI[q] += b * s5;
    ooR[q] += b * s6;
    ooI[q] += b * s7;
    eeRx[q] += a * d0;
    eeIx[q] += a * d1;
    oeRx[q] += a * d2;
    oeIx[q] += a * d3;
    eoRx[q] += b * d4;
    eoIx[q] += b * d5;
    ooRx[q] += b * d6;
    ooIx[q] += b * d7;
    eeRy[q] -= yb * s0;
    eeIy[q] -= yb * s1;
    oeRy[q] -= yb * s2;
    oeIy[q] -= yb * s3;
    eoRy[q] += ya * s4;
    eoIy[q] += ya * s5;
    ooRy[q] += ya * s6;
    ooIy[q] += ya * s7;
  }
}

function waveTable(frequencies: Float64Array, step: number, steps: number): WaveTable {
  const table = (wave: (angle: number) => number): Float64Array[] =>
    Array.from({ length: steps + 1 }, (_, i) => frequencies.map((k) => wave(k * i * step)));
  return { cosines: table(Math.cos), sines: table(Math.sin) };
}
