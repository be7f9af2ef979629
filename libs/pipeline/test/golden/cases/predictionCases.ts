import { createRandomStream, type Normalization } from '@blurcycle/core';
import type { ClassicalSettings } from '@blurcycle/experiment';
import { preparePsf } from '@blurcycle/imaging';
import { buildUNet, disposeNetworks } from '@blurcycle/models';
import { deconvolveClassically } from '@blurcycle/deconvolution';
import { predictVolume, type InferenceSettings } from '@blurcycle/inference';
import { bell, spots } from '../inputs.ts';
import { native, portable, type GoldenCases } from './goldenCase.ts';

/** A U-Net with its first weights on a volume whose sides are no multiples of anything. */
async function unet(
  settings: InferenceSettings,
  normalization: Normalization = 'instance',
): Promise<unknown> {
  const options = { width: 3, outputBias: -1, normalization };
  const network = buildUNet(options, createRandomStream(1, 'golden'));
  try {
    return (await predictVolume(network, spots([11, 21, 30], 1), settings)).data;
  } finally {
    disposeNetworks(network);
  }
}

const TILES = { tile: [8, 16, 16], overlap: [4, 4, 4] } as const;

const OBSERVED = spots([7, 18, 20], 2);
const PSF = bell([3, 5, 5]);
const RL = { algorithm: 'richardson-lucy', iterations: 4 } as const;
const TV = { algorithm: 'rl-tv', iterations: 4 } as const;
const WIENER = { algorithm: 'wiener', iterations: 8 } as const;
const TIKHONOV = { algorithm: 'tikhonov', iterations: 8 } as const;
const BLIND = {
  algorithm: 'blind-rl',
  rounds: 2,
  objectIterations: 3,
  psfIterations: 2,
} as const;

const CLASSICAL: Readonly<Record<string, ClassicalSettings>> = {
  'richardson-lucy': RL,
  'richardson-lucy-observed': { ...RL, start: 'observed', background: 0.01 },
  'richardson-lucy-zero': { ...RL, boundary: 'zero' },
  'richardson-lucy-reflect': { ...RL, boundary: 'reflect' },
  'richardson-lucy-periodic': { ...RL, boundary: 'periodic' },
  'richardson-lucy-tolerance': { ...RL, iterations: 20, relativeTolerance: 0.05 },
  'richardson-lucy-accelerated': { ...RL, iterations: 6, accelerated: true },
  'richardson-lucy-discrepancy': { ...RL, iterations: 30, stop: 'discrepancy' },
  'richardson-lucy-accelerated-discrepancy': {
    ...RL,
    ...{ iterations: 30, accelerated: true, stop: 'discrepancy' },
  },
  'rl-tv': TV,
  'rl-tv-lambda': { ...TV, lambdaTv: 0.02, background: 0.01 },
  'rl-tv-accelerated': { ...TV, iterations: 6, accelerated: true },
  wiener: WIENER,
  'wiener-ratio': { ...WIENER, noiseToSignal: 0.05, background: 0.01, boundary: 'periodic' },
  'wiener-signed': { ...WIENER, nonNegative: false, boundary: 'zero' },
  tikhonov: TIKHONOV,
  'tikhonov-gradient': { ...TIKHONOV, lambda: 0.05, penalty: 'gradient' },
  'tikhonov-tolerance': { ...TIKHONOV, iterations: 50, tolerance: 0.1, boundary: 'reflect' },
  'blind-rl': BLIND,
  'blind-rl-first-psf': { ...BLIND, firstPsf: { size: [5, 7, 5], sigmaVoxels: 1.2 } },
  'blind-rl-zero': { ...BLIND, boundary: 'zero', background: 0.01 },
};

function classical(settings: ClassicalSettings): unknown {
  const { estimate, psf } = deconvolveClassically(OBSERVED, PSF, settings);
  return [estimate.data, psf?.data ?? null];
}

/** Negative values count as none where the settings say so. */
function clipped(): unknown {
  const observed = { ...OBSERVED, data: OBSERVED.data.map((value) => value - 0.05) };
  return deconvolveClassically(observed, PSF, { ...RL, negatives: 'clip' }).estimate.data;
}

/** Volumes from volumes: by networks, and by classical methods. */
export const PREDICTION_CASES: GoldenCases = {
  'unet-tiled': native(() => unet({ ...TILES, precision: 'float32' })),
  'unet-one-tile': native(() =>
    unet({ tile: [16, 32, 32], overlap: [4, 4, 4], precision: 'float32' }),
  ),
  'unet-no-normalization': native(() => unet({ ...TILES, precision: 'float32' }, 'none')),
  'unet-bfloat16': native(() => unet({ ...TILES, precision: 'bfloat16' })),
  ...Object.fromEntries(
    Object.entries(CLASSICAL).map(([name, settings]) => [
      `classical/${name}`,
      native(() => classical(settings)),
    ]),
  ),
  'classical/richardson-lucy-clipped': native(clipped),
  'prepare-psf': portable(() =>
    (['peak', 'centroid', 'middle'] as const).map(
      (center) => preparePsf(spots([4, 6, 7], 3), { center, background: 0.1 }).data,
    ),
  ),
};
