import type { CurvesBlock } from '@blurcycle/experiment';
import type { PsfModel } from './psfModel.ts';

/** Intensity along the axis and across it through the focus. */
export function psfProfiles(id: string, models: readonly PsfModel[]): CurvesBlock[] {
  return (['z', 'x'] as const).map((axis) => ({
    kind: 'curves',
    id: `${id}-profile-${axis}`,
    title: `Profile along ${axis} through the focus`,
    x: { label: `${axis} from the focus`, unit: 'µm', scale: 'linear' },
    y: { label: 'intensity relative to the focus', unit: null, scale: 'linear' },
    series: models.map(({ id: model, label, figure }) => {
      const { offsetUm, intensity } = figure.profiles[axis];
      return {
        id: model,
        label,
        method: null,
        points: offsetUm.map((x, i) => ({ x, y: intensity[i], low: null, high: null })),
      };
    }),
  }));
}
