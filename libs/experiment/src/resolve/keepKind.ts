import { describeViolation, InputError } from '@blurcycle/core';
import { datasetKeys, type DatasetSettings } from '../settings/datasetSettings.ts';
import type { MergedLayers } from './mergeLayers.ts';

/**
 * Merged settings with only those of the data set's own kind.
 *
 * Defaults and profiles speak of the usual kind: what another kind does not have falls away. What the experiment itself sets must
 * belong to its kind.
 *
 * @param shared - Origins of the layers that all experiments have.
 * @throws {InputError} If the experiment sets something that its kind of data does not have.
 */
export function keepKind(merged: MergedLayers, shared: readonly string[]): MergedLayers {
  const dataset = merged.values['dataset'] as Record<string, unknown> & Pick<DatasetSettings, 'kind'>;
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
  }
  const keeps = (leaf: string): boolean => !strange.some((key) => isInside(leaf, `dataset.${key}`));
  return {
    ...merged,
    values: {
      ...merged.values,
      dataset: Object.fromEntries(Object.entries(dataset).filter(([key]) => known.includes(key))),
    },
    origins: Object.fromEntries(origins.filter(([leaf]) => keeps(leaf))),
  };
}

function isInside(leaf: string, path: string): boolean {
  return leaf === path || leaf.startsWith(`${path}.`);
}
