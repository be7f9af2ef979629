import type { YamlSource, ValuePath } from '../files/yamlSource.ts';
import type { Origins } from '../settings/resolvedRun.ts';

/** Settings from one place; later layers override earlier ones. */
export interface SettingsLayer {
  /** `experiments/_profiles.yaml#quick`. */
  readonly origin: string;
  readonly source: YamlSource;
  /** Where in the file the settings stand. */
  readonly at: ValuePath;
  readonly values: object;
}

/** Merged settings and the layer that gave each leaf. */
export interface MergedLayers {
  readonly values: Record<string, unknown>;
  readonly origins: Origins;
  /** `file:line` of the last layer that sets `path` or something inside it. */
  locate(path: string): string;
}

/** Merges layers key by key; arrays and null replace what was there. Changes no argument. */
export function mergeLayers(layers: readonly SettingsLayer[]): MergedLayers {
  const leaves = new Map<string, { value: unknown; layer: SettingsLayer }>();
  for (const layer of layers) {
    for (const [path, value] of leavesOf(layer.values)) leaves.set(path, { value, layer });
  }
  const values: Record<string, unknown> = {};
  const origins: Record<string, string> = {};
  for (const [path, { value, layer }] of leaves) {
    setAt(values, path.split('.'), value);
    origins[path] = layer.origin;
  }
  const locate = (path: string): string => {
    const leaf = leaves.get(path) ?? [...leaves].find(([key]) => key.startsWith(`${path}.`))?.[1];
    if (leaf === undefined) return layers[0].source.file;
    const { source, at } = leaf.layer;
    return `${source.file}:${source.lineOf([...at, ...path.split('.')])}`;
  };
  return { values, origins, locate };
}

function* leavesOf(value: object, prefix = ''): Generator<readonly [string, unknown]> {
  for (const [key, inner] of Object.entries(value) as [string, unknown][]) {
    if (inner === undefined) continue;
    const path = `${prefix}${key}`;
    if (typeof inner === 'object' && inner !== null && !Array.isArray(inner))
      yield* leavesOf(inner, `${path}.`);
    else yield [path, inner];
  }
}

function setAt(target: Record<string, unknown>, [first, ...rest]: string[], value: unknown): void {
  if (rest.length === 0) target[first] = value;
  else {
    target[first] ??= {};
    setAt(target[first] as Record<string, unknown>, rest, value);
  }
}
