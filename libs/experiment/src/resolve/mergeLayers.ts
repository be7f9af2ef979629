import { describeViolation, InputError } from '@blurcycle/core';
import type { z } from 'zod';
import { ruleOf, type ValuePath, type YamlSource } from '../files/yamlSource.ts';
import { datasetKeys, type DatasetSettings, ownDatasetKeys } from '../settings/datasetSettings.ts';
import type { Origins } from '../settings/runSettings.ts';

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

/**
 * Merged settings with only those of the data set's own kind.
 *
 * Defaults and profiles speak of the usual kind: what another kind does not have falls away, and so
 * does what they cannot know of it. What the experiment itself sets must belong to its kind.
 *
 * @param shared - Origins of the layers that all experiments have.
 * @throws {InputError} If the experiment sets something that its kind of data does not have.
 */
export function keepKind(merged: MergedLayers, shared: readonly string[]): MergedLayers {
  const dataset = structuredClone(merged.values['dataset']) as Dataset;
  const known = datasetKeys(dataset.kind);
  const strange = Object.keys(dataset).filter((key) => !known.includes(key));
  const origins = Object.entries(merged.origins);
  for (const key of strange) {
    const path = `dataset.${key}`;
    const own = origins.find(([leaf, origin]) => isInside(leaf, path) && !shared.includes(origin));
    if (own !== undefined) {
      const rule = `be left out for data of the kind '${dataset.kind}'`;
      throw new InputError(describeViolation(merged.locate(own[0]), path, rule, dataset[key]));
    }
    Reflect.deleteProperty(dataset, key);
  }
  const foreign = origins
    .filter(([, origin]) => shared.includes(origin))
    .map(([leaf]) => leaf)
    .filter((leaf) => ownDatasetKeys(dataset.kind).some((key) => isInside(leaf, `dataset.${key}`)));
  for (const leaf of foreign) removeAt(dataset, leaf.split('.').slice(1));
  const keeps = (leaf: string): boolean =>
    !foreign.includes(leaf) && !strange.some((key) => isInside(leaf, `dataset.${key}`));
  return {
    ...merged,
    values: { ...merged.values, dataset },
    origins: Object.fromEntries(origins.filter(([leaf]) => keeps(leaf))),
  };
}

type Dataset = Record<string, unknown> & Pick<DatasetSettings, 'kind'>;

function isInside(leaf: string, path: string): boolean {
  return leaf === path || leaf.startsWith(`${path}.`);
}

function removeAt(target: Record<string, unknown>, [first, ...rest]: readonly string[]): void {
  if (rest.length === 0) Reflect.deleteProperty(target, first);
  else removeAt(target[first] as Record<string, unknown>, rest);
}

/**
 * Merged settings as their schema types them.
 *
 * Every layer was checked when it was read, so all that can be wrong here is what no layer gives.
 *
 * @throws {InputError} One line: the file that chose the kind of data, and what is missing.
 */
export function parseMerged<T>(schema: z.ZodType<T>, merged: MergedLayers): T {
  const result = schema.safeParse(merged.values);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue.path.map(String);
  const value = path.reduce<unknown>(
    (inner, key) => (inner as Record<string, unknown> | undefined)?.[key],
    merged.values,
  );
  if (value !== undefined) {
    const setting = path.join('.');
    throw new InputError(describeViolation(merged.locate(setting), setting, ruleOf(issue), value));
  }
  const { kind } = merged.values['dataset'] as { readonly kind: string };
  throw new InputError(
    `${merged.locate('dataset.kind')}: ${path.join('.')} must be given for data of the kind '${kind}'`,
  );
}
