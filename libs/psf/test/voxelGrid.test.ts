import { describe, expect, it } from 'vitest';
import { axialGrid, CENTER_RULE, lateralGrid } from '../src/voxelGrid.ts';

describe('lateralGrid, axialGrid', () => {
  it('share mirror images and equal radii: what the speed rests on', () => {
    const square = lateralGrid([256, 256], [0.1, 0.1], [CENTER_RULE, CENTER_RULE]);
    // Sums of two odd squares below 256²: fewer than the 128 · 129 / 2 pairs, because some radii
    // meet.
    expect(square.classes.length).toBeLessThan((128 * 129) / 2);
    const oblong = lateralGrid([256, 256], [0.1, 0.12], [CENTER_RULE, CENTER_RULE]);
    expect(oblong.classes).toHaveLength(128 * 128);
    expect(axialGrid(65, 0.25, CENTER_RULE, 0, true).positionsUm).toHaveLength(33);
    expect(axialGrid(65, 0.25, CENTER_RULE, 0, false).positionsUm).toHaveLength(65);
  });
});
