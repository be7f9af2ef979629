import type { Shape3 } from '@blurcycle/core';
import type { RunSettings } from '@blurcycle/experiment';

/** Half a kernel: so far its zero border reaches into a patch. Zeros where the border is kept. */
export function cycleMargin({
  training,
  network,
}: Pick<RunSettings, 'training' | 'network'>): Shape3 {
  if (training.cycleBorder === 'keep') return [0, 0, 0];
  const [z, y, x] = network.blurKernelSize;
  return [(z - 1) / 2, (y - 1) / 2, (x - 1) / 2];
}
