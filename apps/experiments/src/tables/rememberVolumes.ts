import type { ResolvedCondition, ResolvedExperiment } from '@blurcycle/experiment';
import { prepareTestVolumes } from '../conditions/prepareTestVolumes.ts';
import type { PreparedDataset } from '../runs/prepareDataset.ts';
import type { TestVolumesOf } from './readCells.ts';

/**
 * Test volumes of an experiment, made or read once for each condition, and only if something asks
 * for them.
 */
export function rememberVolumes(
  { settings, profile }: Pick<ResolvedExperiment, 'settings' | 'profile'>,
  resultsDir: string,
): TestVolumesOf {
  const known = new Map<ResolvedCondition, Promise<PreparedDataset>>();
  const say = (line: string): void => console.error(line);
  return (condition) => {
    const volumes =
      known.get(condition) ??
      prepareTestVolumes(settings.dataset, condition, { resultsDir, profile, say });
    known.set(condition, volumes);
    return volumes;
  };
}
