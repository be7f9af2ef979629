/**
 * The weights of the tiles along one side of a volume: they sum to 1 in each of its voxels.
 *
 * Each weight falls as sin² towards the neighbour over the whole overlap, so that a voxel near the
 * edge of a tile, where the network knows least of the surroundings, counts least; at the border of
 * the volume nothing falls. Where more than two tiles meet, or overlaps differ by a voxel, division
 * by the sum keeps it 1.
 *
 * @param side - Voxels of the volume along this side.
 * @param tile - Voxels of a tile.
 * @param origins - First voxels of the tiles, ascending.
 * @returns One window for each tile; 0 where the tile leaves the volume.
 */
export function blendingWindows(
  side: number,
  tile: number,
  origins: readonly number[],
): Float64Array[] {
  const windows = origins.map((origin, i) => {
    const before = i === 0 ? 0 : origins[i - 1] + tile - origin;
    const after = i === origins.length - 1 ? 0 : origin + tile - origins[i + 1];
    return Float64Array.from({ length: tile }, (_, place) => {
      if (origin + place < 0 || origin + place >= side) return 0;
      return ramp(place, before) * ramp(tile - 1 - place, after);
    });
  });
  const sums = new Float64Array(side);
  windows.forEach((window, i) =>
    window.forEach((weight, place) => {
      if (weight > 0) sums[origins[i] + place] += weight;
    }),
  );
  return windows.map((window, i) =>
    window.map((weight, place) => (weight > 0 ? weight / sums[origins[i] + place] : 0)),
  );
}

/** Rises from near 0 at the edge of the tile to 1 at the end of the overlap. */
function ramp(distance: number, overlap: number): number {
  return distance >= overlap ? 1 : Math.sin((Math.PI / 2) * ((distance + 0.5) / overlap)) ** 2;
}
