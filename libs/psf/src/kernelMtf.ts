import type { Volume } from '@blurcycle/core';

/** A transfer curve. */
export interface MtfCurve {
  /** Cycles per µm, from 0 to the Nyquist frequency of the voxels. */
  readonly frequencyPerUm: readonly number[];
  readonly modulation: readonly number[];
}

/**
 * How strongly a kernel transmits detail along z, y and x: what a blur with exactly these voxels
 * does.
 *
 * |Σ p_j exp(-2πi f j d)| / |Σ p_j|, p the kernel summed over the other two axes.
 *
 * @param points - Frequencies from 0 to 1/(2d), both included.
 */
export function kernelMtf(
  kernel: Volume,
  points = 65,
): Readonly<Record<'z' | 'y' | 'x', MtfCurve>> {
  const [z, y, x] = projections(kernel).map((line, axis) =>
    lineMtf(line, kernel.voxelSizeUm[axis], points),
  );
  return { z, y, x };
}

function projections(kernel: Volume): Float64Array[] {
  const [depth, height, width] = kernel.shape;
  const lines = kernel.shape.map((side) => new Float64Array(side));
  let i = 0;
  for (let z = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const value = kernel.data[i++];
        lines[0][z] += value;
        lines[1][y] += value;
        lines[2][x] += value;
      }
    }
  }
  return lines;
}

function lineMtf(line: Float64Array, stepUm: number, points: number): MtfCurve {
  const total = line.reduce((sum, value) => sum + value, 0);
  const frequencyPerUm = Array.from({ length: points }, (_, i) => i / (points - 1) / (2 * stepUm));
  const modulation = frequencyPerUm.map((frequency) => {
    let real = 0;
    let imaginary = 0;
    line.forEach((value, j) => {
      const phase = 2 * Math.PI * frequency * j * stepUm;
      real += value * Math.cos(phase);
      imaginary -= value * Math.sin(phase);
    });
    return Math.hypot(real, imaginary) / Math.abs(total);
  });
  return { frequencyPerUm, modulation };
}
