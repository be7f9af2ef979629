/** A function and its gradient; an infinite value marks a point outside its domain. */
export type Objective = (point: Float64Array) => {
  readonly value: number;
  readonly gradient: Float64Array;
};

/** Where a minimization ended. */
export interface Minimum {
  readonly point: Float64Array;
  readonly value: number;
  readonly evaluations: number;
}

const MEMORY = 8;
/** Armijo's condition: the least part of the predicted decrease. */
const SUFFICIENT = 1e-4;
const MOST_EVALUATIONS = 300;
/** Stops when an iteration decreases the value by less than this part of it. */
const RELATIVE_DECREASE = 1e-10;

/**
 * A local minimum by L-BFGS with backtracking; deterministic.
 *
 * Source: Nocedal & Wright, Numerical Optimization (2006), algorithms 7.4 and 3.1.
 *
 * @param start - A point inside the domain.
 * @param firstStep - Length of the first step, before curvature is known.
 */
export function minimize(objective: Objective, start: Float64Array, firstStep = 0.02): Minimum {
  let point = start;
  let current = objective(point);
  let evaluations = 1;
  const pairs: { readonly step: Float64Array; readonly change: Float64Array }[] = [];
  while (evaluations < MOST_EVALUATIONS) {
    const direction = searchDirection(current.gradient, pairs, firstStep);
    const slope = dot(direction, current.gradient);
    if (!(slope < 0)) break;
    let length = 1;
    let next = current;
    let moved = point;
    do {
      const scale = length;
      moved = point.map((value, i) => value + scale * direction[i]);
      next = objective(moved);
      evaluations++;
      length /= 2;
    } while (
      !(next.value <= current.value + SUFFICIENT * 2 * length * slope) &&
      evaluations < MOST_EVALUATIONS
    );
    if (!(next.value < current.value)) break;
    const decrease = current.value - next.value;
    const step = moved.map((value, i) => value - point[i]);
    const change = next.gradient.map((value, i) => value - current.gradient[i]);
    // Without positive curvature the pair would make the approximation indefinite.
    if (dot(step, change) > 1e-12 * dot(step, step)) pairs.push({ step, change });
    if (pairs.length > MEMORY) pairs.shift();
    [point, current] = [moved, next];
    if (decrease < RELATIVE_DECREASE * Math.abs(current.value)) break;
  }
  return { point, value: current.value, evaluations };
}

/** The two loops of L-BFGS: minus the approximate inverse Hessian times the gradient. */
function searchDirection(
  gradient: Float64Array,
  pairs: readonly { readonly step: Float64Array; readonly change: Float64Array }[],
  firstStep: number,
): Float64Array {
  const q = gradient.slice();
  const alphas = new Array<number>(pairs.length);
  for (let i = pairs.length - 1; i >= 0; i--) {
    const { step, change } = pairs[i];
    alphas[i] = dot(step, q) / dot(step, change);
    addScaled(q, change, -alphas[i]);
  }
  const last = pairs.at(-1);
  const scale =
    last === undefined
      ? firstStep / Math.sqrt(dot(gradient, gradient))
      : dot(last.step, last.change) / dot(last.change, last.change);
  for (let i = 0; i < q.length; i++) q[i] *= scale;
  pairs.forEach(({ step, change }, i) => {
    addScaled(q, step, alphas[i] - dot(change, q) / dot(step, change));
  });
  return q.map((value) => -value);
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

function addScaled(to: Float64Array, from: Float64Array, scale: number): void {
  for (let i = 0; i < to.length; i++) to[i] += scale * from[i];
}
