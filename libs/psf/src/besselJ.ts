/**
 * @file Bessel functions of the first kind J0, J1 and J2 for x ≥ 0, to a few 1e-16 of their
 *   envelope.
 *
 * Below 24: a Taylor polynomial about the nearest multiple of 1/4, its coefficients made when the
 * module loads from d^n/dx^n J0 = 2^-n Σ_k (-1)^k C(n, k) J_{2k-n} with the J's from Miller's
 * downward recurrence.
 * Above: Hankel's asymptotic series, whose terms there fall below 1e-17 before they grow again.
 * Source: Digital Library of Mathematical Functions, 10.6.7, 10.17.3, 10.74(iv).
 */

const SPACING = 1 / 4;
const SWITCH = 24;
const DEGREE = 11; // (1/8)^11 / 11! < 3e-18
const TERMS = DEGREE + 1;
const HANKEL_TERMS = 20; // even; the last term at x = 24 is below 1e-17
const TAYLOR = taylorTable();
const HANKEL_0 = hankelCoefficients(0);
const HANKEL_1 = hankelCoefficients(1);

/** Receives both orders at once: [J0(x), J1(x)]. */
export type BesselPair = Float64Array;

/** Writes J0(x) and J1(x), x ≥ 0, into `out`: the pair costs little more than one of them. */
export function besselJ01(x: number, out: BesselPair): void {
  if (x >= SWITCH) {
    hankel(x, out);
    return;
  }
  const center = Math.round(x / SPACING);
  const t = x - center * SPACING;
  const first = center * TERMS;
  let value = TAYLOR[first + DEGREE];
  let slope = 0;
  for (let n = DEGREE - 1; n >= 0; n--) {
    slope = slope * t + value;
    value = value * t + TAYLOR[first + n];
  }
  out[0] = value;
  out[1] = -slope; // J0' = -J1
}

/** J2(x) from the other two; its own series where the recurrence would cancel. */
export function besselJ2(x: number, j0: number, j1: number): number {
  if (x >= 2) return (2 * j1) / x - j0;
  const quarter = -(x * x) / 4;
  let term = (x * x) / 8;
  let sum = term;
  for (let k = 1; k < 13; k++) {
    term *= quarter / (k * (k + 2));
    sum += term;
  }
  return sum;
}

function hankel(x: number, out: BesselPair): void {
  const inverse = 1 / x;
  const square = -inverse * inverse;
  let p0 = 0;
  let q0 = 0;
  let p1 = 0;
  let q1 = 0;
  for (let k = HANKEL_TERMS - 2; k >= 0; k -= 2) {
    p0 = p0 * square + HANKEL_0[k];
    q0 = q0 * square + HANKEL_0[k + 1];
    p1 = p1 * square + HANKEL_1[k];
    q1 = q1 * square + HANKEL_1[k + 1];
  }
  q0 *= inverse;
  q1 *= inverse;
  // cos(x - π/4) = (cos x + sin x)/√2 and so on: no error from rounding x - π/4. √(2/πx)/√2 =
  // 1/√(πx).
  const scale = 1 / Math.sqrt(Math.PI * x);
  const cosine = Math.cos(x);
  const sine = Math.sin(x);
  const sum = (cosine + sine) * scale;
  const difference = (sine - cosine) * scale;
  out[0] = p0 * sum - q0 * difference;
  out[1] = p1 * difference + q1 * sum;
}

/** a_k(ν) of DLMF 10.17.1. */
function hankelCoefficients(order: number): Float64Array {
  const coefficients = new Float64Array(HANKEL_TERMS).fill(1);
  for (let k = 1; k < HANKEL_TERMS; k++) {
    coefficients[k] = (coefficients[k - 1] * (4 * order * order - (2 * k - 1) ** 2)) / (8 * k);
  }
  return coefficients;
}

function taylorTable(): Float64Array {
  const centers = Math.round(SWITCH / SPACING) + 1;
  const table = new Float64Array(centers * TERMS);
  for (let c = 0; c < centers; c++) {
    const orders = millerOrders(c * SPACING);
    let scale = 1; // 2^-n / n!
    for (let n = 0; n < TERMS; n++) {
      let sum = 0;
      let binomial = 1;
      for (let k = 0; k <= n; k++) {
        const order = Math.abs(2 * k - n);
        // J_{-m} = (-1)^m J_m
        const reflected = 2 * k < n && order % 2 === 1 ? -1 : 1;
        sum += (k % 2 === 0 ? 1 : -1) * binomial * reflected * orders[order];
        binomial = (binomial * (n - k)) / (k + 1);
      }
      // (d/dx)^n of a cylinder function: 2^-n Σ (-1)^k C(n,k) J_{ν-n+2k}
      table[c * TERMS + n] = sum * scale;
      scale /= 2 * (n + 1);
    }
  }
  return table;
}

/** J_0 … J_DEGREE at x: downward recurrence from far above x, scaled by J0 + 2 Σ J_2k = 1. */
function millerOrders(x: number): Float64Array {
  const orders = new Float64Array(DEGREE + 1);
  if (x === 0) {
    orders[0] = 1;
    return orders;
  }
  const start = 2 * Math.ceil((x + 40) / 2);
  let above = 0;
  let current = 1e-250;
  let total = 0;
  for (let n = start; n >= 0; n--) {
    if (n <= DEGREE) orders[n] = current;
    if (n % 2 === 0) total += n === 0 ? current : 2 * current;
    const below = ((2 * n) / x) * current - above;
    above = current;
    current = below;
    if (Math.abs(current) > 1e200) {
      current *= 1e-200;
      above *= 1e-200;
      total *= 1e-200;
      for (let m = 0; m <= DEGREE; m++) orders[m] *= 1e-200;
    }
  }
  for (let m = 0; m <= DEGREE; m++) orders[m] /= total;
  return orders;
}
