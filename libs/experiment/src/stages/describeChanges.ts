/**
 * What differs between two plain values, one phrase for each leaf: `training.updates: 4 -> 9`.
 * Arrays are leaves.
 *
 * @param ignored - Paths that do not count.
 */
export function describeChanges(
  before: object,
  now: object,
  ignored: readonly string[] = [],
): string[] {
  const [was, is] = [leavesOf(before), leavesOf(now)];
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((path) => !ignored.includes(path) && was.get(path) !== is.get(path))
    .map((path) => `${path}: ${was.get(path) ?? 'unset'} -> ${is.get(path) ?? 'unset'}`);
}

function leavesOf(
  value: object,
  prefix = '',
  found = new Map<string, string>(),
): Map<string, string> {
  for (const [key, inner] of Object.entries(value) as [string, unknown][]) {
    const path = `${prefix}${key}`;
    if (typeof inner === 'object' && inner !== null && !Array.isArray(inner))
      leavesOf(inner, `${path}.`, found);
    else if (inner !== undefined) found.set(path, JSON.stringify(inner));
  }
  return found;
}
