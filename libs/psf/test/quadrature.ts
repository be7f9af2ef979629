/**
 * @file An independent, slow reference: double-exponential (tanh-sinh) quadrature, Bessel functions
 *   from their integral, and the diffraction integrals written as in the papers.
 */

/** ∫ f from a to b: trapezoidal rule after x = tanh(π/2 sinh t). */
export function integrate(f: (x: number) => number, a: number, b: number, step = 1 / 24): number {
  let sum = 0;
  for (let t = -3.3; t <= 3.3 + 1e-9; t += step) {
    const inner = (Math.PI / 2) * Math.sinh(t);
    const weight = ((Math.PI / 2) * Math.cosh(t)) / Math.cosh(inner) ** 2;
    const x = (a + b) / 2 + ((b - a) / 2) * Math.tanh(inner);
    if (weight > 1e-17) sum += weight * f(x);
  }
  return (sum * step * (b - a)) / 2;
}

/** J_m(x) = 1/π ∫ cos(mτ - x sin τ) dτ, by equal steps, which is exact for a periodic integrand. */
function bessel(order: number, x: number): number {
  const count = 60 + 2 * Math.ceil(Math.abs(x));
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const tau = (2 * Math.PI * i) / count;
    sum += Math.cos(order * tau - x * Math.sin(tau));
  }
  return sum / count;
}

interface Objective {
  readonly na: number;
  readonly n: number;
  readonly wavelength: number;
}

/** Born & Wolf: |2 ∫ J0(k NA r ρ) exp(-i k ρ² z NA²/(2n)) ρ dρ|². */
export function bornWolf({ na, n, wavelength }: Objective, r: number, z: number): number {
  const k = (2 * Math.PI) / wavelength;
  const part = (wave: (x: number) => number): number =>
    integrate(
      (rho) =>
        2 * rho * bessel(0, k * na * r * rho) * wave((k * rho * rho * z * na * na) / (2 * n)),
      0,
      1,
    );
  return part(Math.cos) ** 2 + part(Math.sin) ** 2;
}

/**
 * Richards & Wolf with any phase W(q) in µm: [mean over the azimuth, part in cos 2φ], relative to
 * the focus without aberration.
 */
export function richardsWolf(
  { na, n, wavelength }: Objective,
  path: (q: number) => number,
  r: number,
  z: number,
): readonly [mean: number, angular: number] {
  const k0 = (2 * Math.PI) / wavelength;
  const alpha = Math.asin(na / n);
  const weights = [
    (t: number) => 1 + Math.cos(t),
    (t: number) => Math.sin(t),
    (t: number) => 1 - Math.cos(t),
  ];
  const field = (m: number, wave: (x: number) => number): number =>
    integrate(
      (t) => {
        const q = n * Math.sin(t);
        const phase = k0 * (z * n * Math.cos(t) + path(q));
        const density = Math.sqrt(Math.cos(t)) * Math.sin(t) * weights[m](t);
        return density * bessel(m, k0 * r * q) * wave(phase);
      },
      0,
      alpha,
    );
  const focus = integrate(
    (t) => Math.sqrt(Math.cos(t)) * Math.sin(t) * (1 + Math.cos(t)),
    0,
    alpha,
  );
  const [c, s] = [0, 1, 2].reduce<[number[], number[]]>(
    ([re, im], m) => [
      [...re, field(m, Math.cos) / focus],
      [...im, field(m, Math.sin) / focus],
    ],
    [[], []],
  );
  const square = (m: number): number => c[m] ** 2 + s[m] ** 2;
  return [square(0) + 2 * square(1) + square(2), 2 * (c[0] * c[2] + s[0] * s[2] + square(1))];
}
