/** A broadcast operation as three nested loops: their lengths and the steps of both operands. */
export interface BroadcastSides {
  readonly extent: [number, number, number];
  readonly a: [number, number, number];
  readonly b: [number, number, number];
}

/**
 * Joins neighbouring axes along which both operands go on in the same way (dense or repeated).
 *
 * @returns Undefined where more than three loops are left.
 */
export function collapseBroadcast(
  outShape: readonly number[],
  aShape: readonly number[],
  bShape: readonly number[],
): BroadcastSides | undefined {
  const aSteps = steps(outShape, aShape);
  const bSteps = steps(outShape, bShape);
  const extent: number[] = [];
  const a: number[] = [];
  const b: number[] = [];
  for (let axis = outShape.length - 1; axis >= 0; axis--) {
    const side = outShape[axis];
    if (side === 1) continue;
    const inner = extent[0];
    if (inner !== undefined && aSteps[axis] === a[0] * inner && bSteps[axis] === b[0] * inner) {
      extent[0] = inner * side;
    } else {
      extent.unshift(side);
      a.unshift(aSteps[axis]);
      b.unshift(bSteps[axis]);
    }
  }
  if (extent.length > 3) return undefined;
  return { extent: fill(extent, 1), a: fill(a, 0), b: fill(b, 0) };
}

/** Distance between neighbours along every axis of the result; 0 where the operand is repeated. */
function steps(outShape: readonly number[], shape: readonly number[]): number[] {
  const result = outShape.map(() => 0);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] > 1) result[axis + outShape.length - shape.length] = step;
    step *= shape[axis];
  }
  return result;
}

function fill(values: readonly number[], value: number): [number, number, number] {
  const missing = 3 - values.length;
  const at = (i: number): number => (i < missing ? value : values[i - missing]);
  return [at(0), at(1), at(2)];
}
