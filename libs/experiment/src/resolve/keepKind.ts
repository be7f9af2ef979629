import { describeViolation, InputError } from '@blurcycle/core';
import { datasetKeys, ownDatasetKeys, type DatasetSettings } from '../settings/datasetSettings.ts';
import type { MergedLayers } from './mergeLayers.ts';

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
