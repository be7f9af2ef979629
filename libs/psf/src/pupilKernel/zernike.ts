import { assertRange } from '@blurcycle/core';

/** A Zernike polynomial Z_n^m: radial degree n, azimuthal frequency m, cosine or sine. */
export interface ZernikeMode {
  readonly degree: number;
  readonly frequency: number;
  /** `even`: cos mφ (and m = 0); `odd`: sin mφ. */
  readonly parity: 'even' | 'odd';
}

/**
 * The mode of Noll's index j = 1, 2, 3, …: piston, tip (along x), tilt (along y), defocus, two of
 * astigmatism, two of coma, two of trefoil, spherical aberration (11), …
 *
 * Within a degree the modes are ordered by m; an even j is a cosine, an odd j a sine.
 * Source: Noll (1976), doi:10.1364/JOSA.66.000207, table I.
 */
export function nollMode(index: number): ZernikeMode {
  assertRange(
    Number.isSafeInteger(index) && index >= 1,
    'nollMode',
    'index',
    'be a positive integer',
    index,
  );
  let degree = 0;
  let before = 0; // modes of lower degrees
  while (before + degree + 1 < index) before += ++degree;
  const place = index - before; // 1 … degree + 1
  // An odd degree has m = 1, 1, 3, 3, …, an even one 0, 2, 2, 4, 4, …
  const frequency = degree % 2 === 1 ? 2 * Math.ceil(place / 2) - 1 : 2 * Math.floor(place / 2);
  return {
    degree,
    frequency,
    parity: frequency === 0 || index % 2 === 0 ? 'even' : 'odd',
  };
}

/**
 * Value of a Zernike polynomial at (ρ, φ), normalized to unit RMS over the unit disk.
 *
 * Z = √(n + 1) R_n^m(ρ) · {1 for m = 0, √2 cos mφ, √2 sin mφ}, R_n^m(ρ) = Σ_s (-1)^s (n - s)! / (s!
 * ((n + m)/2 - s)! ((n - m)/2 - s)!) ρ^(n - 2s).
 *
 * Source: Noll (1976), doi:10.1364/JOSA.66.000207, eqs. (1) and (2).
 */
export function zernike(
  { degree, frequency, parity }: ZernikeMode,
  rho: number,
  phi: number,
): number {
  let radial = 0;
  for (let s = 0; s <= (degree - frequency) / 2; s++) {
    const below = factorial((degree + frequency) / 2 - s) * factorial((degree - frequency) / 2 - s);
    const weight = factorial(degree - s) / (factorial(s) * below);
    radial += (s % 2 === 0 ? weight : -weight) * rho ** (degree - 2 * s);
  }
  const angular =
    frequency === 0
      ? 1
      : Math.SQRT2 * (parity === 'even' ? Math.cos(frequency * phi) : Math.sin(frequency * phi));
  return Math.sqrt(degree + 1) * radial * angular;
}

function factorial(n: number): number {
  let product = 1;
  for (let i = 2; i <= n; i++) product *= i;
  return product;
}
