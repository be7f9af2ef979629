import { createVolume, mean, type Volume } from '@blurcycle/core';
import { EXPERIMENTS_DIRECTORY } from '@blurcycle/files';
import { createForwardModel } from '@blurcycle/imaging';

import { gaussianPsf, normalizePsf } from '@blurcycle/psf';
import { chooseIntensities, fromNetworkScale, toNetworkScale, toTarget } from '@blurcycle/stacks';
import { describe, expect, it } from 'vitest';
import { firstGuess } from '../src/fit/classicalSharpSet.ts';
import { type FitKind, fitSettings } from '../src/fit/fitSettings.ts';
import { checkStackSides, stackSidesNeeded } from '../src/fit/patchSides.ts';

const VOXEL = [0.25, 0.1, 0.1] as const;

/** Bars of brightness 1 on black. */
function bars(): Volume {
  const volume = createVolume([24, 48, 48], VOXEL);
  for (let z = 8; z < 14; z++) {
    for (let y = 12; y < 36; y++)
      for (const x of [20, 21, 22, 30]) volume.data[(z * 48 + y) * 48 + x] = 1;
  }
  return volume;
}

function changed(
  { shape, voxelSizeUm, data }: Volume,
  change: (value: number, i: number) => number,
): Volume {
  return createVolume(shape, voxelSizeUm, data.map(change));
}

describe('chooseIntensities(blurred, sharp)', () => {
  const object = bars();
  const psf = normalizePsf(
    gaussianPsf({
      numericalAperture: 1.4,
      immersionIndex: 1.5,
      emissionWavelengthUm: 0.5,
      voxelSizeUm: VOXEL,
      shape: [5, 9, 9],
      sigmaUm: [0.3, 0.15, 0.15],
    }),
  );
  const image = createForwardModel(psf, object.shape).forward(object);

  it('makes a unit-sum kernel join the two domains, whatever their units', () => {
    const blurred = changed(image, (value) => 110 + 3000 * value);
    const sharp = changed(object, (value) => 5 + 40 * value);
    const scales = chooseIntensities([blurred], [sharp]);
    const x = toTarget(sharp, scales.sharp);
    const y = toNetworkScale(blurred, scales.blurred);
    const again = createForwardModel(psf, x.shape).forward(x);
    // float32 of values up to 3110, and the level of the darkest blocks.
    again.data.forEach((value, i) => expect(Math.abs(value - y.data[i])).toBeLessThan(2e-3));
    expect(Math.max(...x.data)).toBe(1);
  });

  it('gives a result the light and the units of the blurred stack', () => {
    const blurred = changed(image, (value) => 110 + 3000 * value);
    const { blurred: scale, sharp } = chooseIntensities([blurred], [object]);
    const perfect = fromNetworkScale(toTarget(object, sharp), scale);
    // Nothing of the bars' blur leaves the stack.
    expect(mean(perfect.data) / mean(blurred.data)).toBeCloseTo(1, 3);
  });

  it('refuses a domain without light', () => {
    const dark = createVolume([8, 16, 16], VOXEL);
    expect(() => chooseIntensities([dark], [object])).toThrow(
      /--blurred stacks must hold light above their background, got 0/,
    );
  });
});

describe('firstGuess(size, voxel)', () => {
  it('has unit sum, its peak in the middle, and falls to almost nothing at the border', () => {
    const { data, shape } = firstGuess([7, 15, 15], VOXEL);
    expect(data.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    const middle = (data.length - 1) / 2;
    expect(Math.max(...data)).toBe(data[middle]);
    // Three standard deviations from the middle of a side, less half a voxel: e^-(2.57²/2) = 0.037.
    expect(data[3 * shape[1] * shape[2] + 7 * shape[2]] / data[middle]).toBeLessThan(0.04);
  });
});

describe('fitSettings(directory, wishes, kind)', () => {
  const wishes = {
    profile: 'quick',
    seed: 0,
    updates: undefined,
    patch: undefined,
    width: undefined,
    kernelSize: undefined,
  };
  const settings = (more: object, kind: FitKind = 'blind') =>
    fitSettings(EXPERIMENTS_DIRECTORY, { ...wishes, ...more }, kind);

  it('takes the profile, changed by wishes; the discriminators keep their share', () => {
    expect(settings({}).method.id).toBe('proposed');
    expect(settings({}, 'non-blind').method.id).toBe('non-blind');
    const wide = settings({ width: 16, updates: 5 });
    expect(wide.network.discriminatorWidth).toBe(2 * settings({}).network.discriminatorWidth);
    expect(wide.training.updates).toBe(5);
  });

  it('trains a network without normalization on simulated pairs, of any patch that it can halve', () => {
    const { method, network, training } = settings({ patch: [8, 24, 24] }, 'simulated');
    expect(method).toMatchObject({ id: 'simulated-pairs', sampling: 'paired', blurPath: 'none' });
    expect(network.normalization).toBe('none');
    expect(training.patch).toEqual([8, 24, 24]);
    expect(settings({ patch: [1, 64, 64] }, 'simulated').training.patch).toEqual([4, 64, 64]);
    expect(() => settings({ patch: [6, 64, 64] }, 'simulated')).toThrow(
      '--patch must be multiples of 4, or 1 plane, got [6, 64, 64]',
    );
    expect(settings({}).network.normalization).toBeUndefined();
  });

  it('selects by what a kind of training can look at', () => {
    const chosen = (select: string, kind: FitKind) => settings({ select }, kind).training.select;
    expect(chosen('last', 'simulated')).toBe('average');
    expect(chosen('held-out', 'simulated')).toBe('best-validation-psnr');
    expect(chosen('cycle-residual', 'blind')).toBe('best-cycle-residual');
    expect(() => chosen('cycle-residual', 'simulated')).toThrow('--select must go with --cycle');
    expect(() => chosen('held-out', 'non-blind')).toThrow('--select must be left out with --cycle');
  });

  it('learns kernel and noise from spectra where a first stage is needed', () => {
    expect(settings({}, 'kernel').method.id).toBe('proposed-spectra');
  });

  it('predicts by the moving average of the weights, over a part of the updates', () => {
    const ofUpdates = (updates: number) => settings({ updates }).training;
    expect(ofUpdates(2500)).toMatchObject({ averageHalfLife: 50, select: 'average' });
    expect(ofUpdates(5).averageHalfLife).toBe(1);
  });

  it('takes the method that goes with the form and the start of a kernel', () => {
    const optics = { numericalAperture: 1.3, immersionIndex: 1.515, emissionWavelengthUm: 0.52 };
    const kernel = { form: undefined, init: undefined, optics: null };
    const pupil = settings({ kernel: { ...kernel, form: 'pupil', optics } });
    expect(pupil.method.id).toBe('proposed-pupil');
    expect(pupil.network).toMatchObject({
      ...{ blurKernelForm: 'pupil', blurKernelInit: 'spectra' },
      blurKernelPupil: { ...optics, zernikeTerms: 18 },
    });
    const free = settings({ kernel: { ...kernel, init: 'spectra' } });
    expect(free.method.id).toBe('proposed-spectra');
    expect(free.network).toMatchObject({ blurKernelForm: 'free', blurKernelInit: 'spectra' });
    const noise = settings({ kernel: { ...kernel, init: 'normal' } });
    expect(noise.method.id).toBe('proposed');
    expect(noise.network.blurKernelInit).toBe('normal');
  });

  it.each([
    [
      { kernel: { form: 'pupil', init: 'gaussian', optics: null } },
      "--kernel-init must be 'optics' or 'spectra' with --kernel-form pupil, got 'gaussian'",
    ],
    [{ patch: [16, 50, 48] }, '--patch must be multiples of 4, 16 or more, got [16, 50, 48]'],
    [{ patch: [8, 48, 48] }, '--patch must be multiples of 4, 16 or more'],
    [{ kernelSize: [7, 14, 15] }, '--kernel must be odd'],
    [{ kernelSize: [31, 31, 31] }, '--kernel must be no larger than the patch [16, 48, 48]'],
    [{ updates: 0 }, '--updates must be a positive integer, got 0'],
    [{ width: 1.5 }, '--width must be a positive integer, got 1.5'],
  ])('refuses %j', (more, expected) => {
    expect(() => settings(more)).toThrow(expected);
  });

  it('says which patch would fit stacks that are too small', () => {
    const { training, network } = settings({});
    expect(training.cycleBorder).toBe('exclude');
    expect(stackSidesNeeded(settings({}))).toEqual(
      training.patch.map((side, axis) => side + network.blurKernelSize[axis] - 1),
    );
    expect(() => checkStackSides(settings({}), [40, 50, 100])).toThrow(
      /every stack must be at least .+, got \[40, 50, 100\] \(give --patch 16,36,48\)/,
    );
    expect(() => checkStackSides(settings({}), [20, 100, 100])).toThrow(
      /take larger stacks or a smaller --kernel/,
    );
  });
});
