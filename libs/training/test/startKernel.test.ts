import { selectBackend } from '@blurcycle/compute';
import {
  createVolume,
  KERNEL_CONSTRAINTS,
  KERNEL_GAUGES,
  type KernelConstraint,
  type KernelInit,
  type KernelGauge,
} from '@blurcycle/core';
import { disposeNetworks } from '@blurcycle/models';
import { beforeAll, describe, expect, it } from 'vitest';
import { startKernelOf } from '../src/learnedKernel.ts';
import { buildMethodNetworks } from '../src/methodNetworks.ts';

const METHOD = {
  id: 'proposed',
  sampling: 'unpaired',
  blurPath: 'learned-kernel',
  discriminators: [],
  pixelLoss: 'none',
} as const;

const COMBINATIONS = (['gaussian', 'normal'] as const).flatMap((init) =>
  KERNEL_GAUGES.flatMap((symmetry) =>
    KERNEL_CONSTRAINTS.map((constraint) => [init, symmetry, constraint] as const),
  ),
);

function settingsOf(init: KernelInit, symmetry: KernelGauge, constraint: KernelConstraint) {
  return {
    width: 2,
    discriminatorWidth: 2,
    blurredDiscriminator: 'plain',
    outputBias: 0,
    blurKernelSize: [3, 5, 7],
    blurKernelInit: init,
    blurKernelSigmaVoxels: 1.1,
    blurKernelGauge: symmetry,
    blurKernelConstraint: constraint,
  } as const;
}

describe('startKernelOf(network, seed, voxelSizeUm)', () => {
  beforeAll(async () => {
    await selectBackend('js');
  });

  it.each(COMBINATIONS)(
    'is the kernel that the networks start with: %s, symmetry %s, constraint %s',
    (init, symmetry, constraint) => {
      const network = settingsOf(init, symmetry, constraint);
      const { sharpGenerator, blurGenerator } = buildMethodNetworks(METHOD, network, 5, {
        kernel: null,
        noise: null,
      });
      if (blurGenerator === null || !('kernel' in blurGenerator)) throw new Error('no kernel');
      const built = Float32Array.from(blurGenerator.kernel().dataSync());
      disposeNetworks(sharpGenerator, blurGenerator);
      const { data, shape, voxelSizeUm } = startKernelOf(network, 5, [0.25, 0.1, 0.1]);
      expect(shape).toEqual([3, 5, 7]);
      expect(voxelSizeUm).toEqual([0.25, 0.1, 0.1]);
      if (constraint !== 'unit-sum') return expect(data).toEqual(built);
      // The back-end sums 105 values in float32: a few times 6e-8 of each.
      data.forEach((value, i) =>
        expect(Math.abs(value - built[i])).toBeLessThan(1e-6 * built[i] + 1e-12),
      );
    },
  );

  it.each(KERNEL_GAUGES)('is what the networks make of a given kernel: gauge %s', (gauge) => {
    const network = {
      ...settingsOf('gaussian', gauge, 'non-negative'),
      blurKernelInit: 'spectra',
    } as const;
    const given = Float32Array.from({ length: 105 }, (_, i) => Math.cos(i));
    const start = { kernel: createVolume([3, 5, 7], [1, 1, 1], given), pupil: null };
    const known = { kernel: null, noise: null };
    const { sharpGenerator, blurGenerator } = buildMethodNetworks(METHOD, network, 5, {
      ...known,
      start,
    });
    if (blurGenerator === null || !('kernel' in blurGenerator)) throw new Error('no kernel');
    const built = Float32Array.from(blurGenerator.kernel().dataSync());
    disposeNetworks(sharpGenerator, blurGenerator);
    expect(startKernelOf(network, 5, [1, 1, 1], start).data).toEqual(built);
    expect(Math.min(...built)).toBe(0);
    expect(() => buildMethodNetworks(METHOD, network, 5, known)).toThrow(
      "the start 'spectra' needs values",
    );
  });

  it('differs between seeds where it is drawn, and not where it is a Gaussian', () => {
    const start = (init: KernelInit, seed: number) =>
      startKernelOf(settingsOf(init, 'none', 'none'), seed, [1, 1, 1]).data;
    expect(start('normal', 1)).not.toEqual(start('normal', 2));
    expect(start('gaussian', 1)).toEqual(start('gaussian', 2));
  });
});
