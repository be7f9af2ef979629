import type { PlaneOrder, StackDimensions } from './stackDimensions.ts';

/**
 * Dimensions that Python's tifffile wrote into an image description, or null when the text is not
 * tifffile's.
 *
 * tifffile keeps the shape of the array as JSON and names its axes only when the user does: a shape
 * of up to three unnamed sides is read as slices.
 *
 * @throws {Error} For more than three unnamed sides.
 */
export function parseTifffileDescription(description: string): StackDimensions | null {
  if (!description.startsWith('{"')) return null;
  const { shape, axes } = parseJson(description);
  if (shape === null || shape.length < 2) return null;
  const sides = shape.slice(0, -2).filter((side) => side > 1);
  if (axes === null || axes.length !== shape.length || !axes.endsWith('YX')) {
    if (sides.length > 1) {
      throw new Error(
        `its sides [${shape.join(', ')}] have no names (save it with metadata={'axes': 'TZYX'})`,
      );
    }
    return dimensions('plain', 'zct', new Map([['Z', sides[0] ?? 1]]));
  }
  const counts = new Map(
    [...axes.slice(0, -2)].map((axis, i): [string, number] => [axis, shape[i]]),
  );
  for (const axis of counts.keys()) {
    if (!'TCZ'.includes(axis) && counts.get(axis) !== 1)
      throw new Error(`its axis '${axis}' is none of T, C, Z`);
  }
  const present = [...counts.keys()].filter((axis) => 'TCZ'.includes(axis));
  const missing = ['Z', 'C', 'T'].filter((axis) => !present.includes(axis));
  const order = [...present.reverse(), ...missing].join('').toLowerCase() as PlaneOrder;
  return dimensions('tifffile', order, counts);
}

function dimensions(
  source: 'plain' | 'tifffile',
  order: PlaneOrder,
  counts: ReadonlyMap<string, number>,
): StackDimensions {
  return {
    source,
    order,
    channels: counts.get('C') ?? 1,
    slices: counts.get('Z') ?? 1,
    timePoints: counts.get('T') ?? 1,
    pages: null,
    voxelSizeUm: [null, null, null],
  };
}

function parseJson(text: string): { shape: number[] | null; axes: string | null } {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('shape' in value))
      return { shape: null, axes: null };
    const shape: unknown = value.shape;
    const sound =
      Array.isArray(shape) && shape.every((side) => Number.isSafeInteger(side) && side > 0);
    const axes: unknown = 'axes' in value ? value.axes : null;
    return {
      shape: sound ? (shape as number[]) : null,
      axes: typeof axes === 'string' ? axes : null,
    };
  } catch {
    return { shape: null, axes: null };
  }
}
