import { gaussLegendre } from './gaussLegendre.ts';
import type { IntensityModel, Profiler } from './rasterizePupil.ts';

/** Apertures over which an image is averaged: one disk, or one behind another of the same size. */
export type Aperture = 'disk' | 'two-disks';

/**
 * The image of a point averaged over an aperture of radius a about each place:
 * D(r, z) = ∬ h(|r - s|, z) w(|s|) d²s, w of unit integral.
 *
 * For a disk w is 1/(πa²) up to a. For two disks it is their correlation, (2/π)(θ - sin θ cos θ)
 * with s = 2a cos θ. The integral is a Gauss–Legendre rule in s (or θ), which makes the integrand
 * entire, and a rule of equal steps in the azimuth, which converges as fast for a periodic one. h
 * and D are band-limited, so that polynomials of even degree through Chebyshev's points hold them
 * to rounding: h is computed at few radii, whatever the grid.
 *
 * @param light - h; its part in cos 2φ must be zero.
 * @param radiusUm - Radius a of the disk in the specimen.
 */
export function averageOver(
  light: IntensityModel,
  aperture: Aperture,
  radiusUm: number,
): Pick<IntensityModel, 'prepare'> {
  const band = light.lateralBand;
  const support = aperture === 'disk' ? radiusUm : 2 * radiusUm;
  return {
    prepare(largestUm, zUm) {
      const inner = evenBasis(largestUm, band);
      const outer = evenBasis(largestUm + support, band);
      const profilerAt = light.prepare(largestUm + support, zUm);
      const rows = inner.radiiUm.map((radius) => {
        const row = new Float64Array(outer.radiiUm.length);
        for (const { square, weight } of nodesAbout(radius, aperture, radiusUm, band))
          outer.addCardinals(square, weight, row);
        return row;
      });
      return (positionsUm) => {
        const source = profilerAt(positionsUm);
        const table = rows.map(() => new Float64Array(positionsUm.length));
        outer.radiiUm.forEach((radius, k) => {
          source.profile(radius);
          rows.forEach((row, i) => {
            for (let p = 0; p < positionsUm.length; p++) table[i][p] += row[k] * source.mean[p];
          });
        });
        return tabulated(inner, table, positionsUm.length);
      };
    },
  };
}

function tabulated(basis: EvenBasis, table: readonly Float64Array[], count: number): Profiler {
  const mean = new Float64Array(count);
  const cardinals = new Float64Array(table.length);
  return {
    mean,
    angular: new Float64Array(count),
    profile(radiusUm) {
      cardinals.fill(0);
      basis.addCardinals(radiusUm * radiusUm, 1, cardinals);
      mean.fill(0);
      table.forEach((row, k) => {
        for (let p = 0; p < count; p++) mean[p] += cardinals[k] * row[p];
      });
    },
  };
}

/** Points of the aperture about a place, as squared distances from the axis; weights sum to 1. */
function nodesAbout(
  place: number,
  aperture: Aperture,
  radius: number,
  band: number,
): { readonly square: number; readonly weight: number }[] {
  const support = aperture === 'disk' ? radius : 2 * radius;
  const rule = gaussLegendre(ruleSize(band * support));
  const azimuths = Math.ceil(harmonics(band * Math.min(support, place)) / 2);
  const nodes: { square: number; weight: number }[] = [];
  let total = 0;
  rule.nodes.forEach((node, j) => {
    const theta = (Math.PI * (1 + node)) / 4;
    const s = aperture === 'disk' ? (radius * (1 + node)) / 2 : support * Math.cos(theta);
    // s ds, and for two disks the correlation: 4a² cos θ sin θ dθ
    const density =
      aperture === 'disk'
        ? s
        : (theta - Math.sin(theta) * Math.cos(theta)) * Math.cos(theta) * Math.sin(theta);
    for (let i = 0; i < azimuths; i++) {
      const angle = (Math.PI * (i + 0.5)) / azimuths;
      const weight = rule.weights[j] * density;
      nodes.push({ square: place * place + s * s + 2 * place * s * Math.cos(angle), weight });
      total += weight;
    }
  });
  return nodes.map(({ square, weight }) => ({ square, weight: weight / total }));
}

/** Polynomials in r² that are 1 at one of some radii and 0 at the others. */
interface EvenBasis {
  readonly radiiUm: readonly number[];
  /** Adds `weight` times the polynomials at r² = `square` to `into`. */
  addCardinals(square: number, weight: number, into: Float64Array): void;
}

/**
 * Cardinal polynomials at the positive half of 2N Chebyshev points on [-L, L].
 *
 * Source: Berrut & Trefethen (2004) doi:10.1137/S0036144502417715, barycentric formula.
 */
function evenBasis(largestUm: number, band: number): EvenBasis {
  // Beyond the axis itself a basis of some length costs little.
  const length = Math.max(largestUm, 1 / band);
  const half = Math.ceil(harmonics(band * length) / 2) + 2;
  const angle = (k: number): number => ((2 * k + 1) * Math.PI) / (4 * half);
  const radiiUm = Array.from({ length: half }, (_, k) => length * Math.cos(angle(k)));
  const factors = radiiUm.map((r, k) => (k % 2 === 0 ? 1 : -1) * Math.sin(angle(k)) * r);
  const terms = new Float64Array(half);
  return {
    radiiUm,
    addCardinals(square, weight, into) {
      let total = 0;
      for (let k = 0; k < half; k++) {
        const distance = square - radiiUm[k] ** 2;
        if (distance === 0) {
          into[k] += weight;
          return;
        }
        terms[k] = factors[k] / distance;
        total += terms[k];
      }
      for (let k = 0; k < half; k++) into[k] += (weight * terms[k]) / total;
    },
  };
}

/** Harmonics of exp(i x cos φ) above rounding: Bessel functions fall beyond their turning point. */
function harmonics(x: number): number {
  return x + 6 * Math.cbrt(x) + 24;
}

function ruleSize(x: number): number {
  return Math.ceil(x / 2 + 3 * Math.cbrt(x) + 12);
}
