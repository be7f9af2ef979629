import { createVolume, mean, type Shape3, standardDeviation, type Volume } from '@blurcycle/core';
import { crop, exposureGain } from '@blurcycle/data';
import { EXPERIMENTS_DIRECTORY } from '@blurcycle/files';
import { createForwardModel } from '@blurcycle/imaging';
import { scaleOfStack, stackLevels } from '@blurcycle/inference';
import { describe, expect, it } from 'vitest';
import { prepareTuning, wantsTuning } from '../src/fit/fineTuning.ts';
import { fitSettings, type FitSettings } from '../src/fit/fitSettings.ts';
import { holdOut } from '../src/fit/holdOut.ts';
import { implausibleIntensities } from '../src/fit/implausibleIntensities.ts';
import { asLight, chooseTarget, measureNoise, simulateImages } from '../src/fit/simulateImages.ts';
import { createSimulatedSource, simulatePair } from '../src/fit/simulatedSource.ts';
import { bell, spots } from './golden/inputs.ts';

const PSF = bell([5, 7, 7]);
const SHAPE = [16, 40, 48] as const;
const PATCH = [8, 16, 16] as const;
const SPECIMENS = [1, 2].map((seed) => ({ name: `s${seed}.tif`, volume: spots(SHAPE, seed) }));

function changed({ shape, voxelSizeUm, data }: Volume, change: (value: number) => number): Volume {
  return createVolume(shape, voxelSizeUm, data.map(change));
}

function simulation(variation: Parameters<typeof createSimulatedSource>[0]['variation']) {
  const specimens = simulateImages(SPECIMENS, PSF, 0.1);
  const target = chooseTarget(specimens, variation.gain[1]);
  const noise = measureNoise([spots(SHAPE, 3)], PSF);
  return { specimens, brightness: 1, target, noise, psf: PSF, variation };
}

describe('simulateImages(specimens, psf, tolerance)', () => {
  it('blurs whole stacks by the PSF and by narrower and wider ones, mirrored at the border', () => {
    const [{ sharp, images }] = simulateImages(SPECIMENS, PSF, 0.1);
    expect(images).toHaveLength(3);
    const expected = createForwardModel(PSF, SHAPE, { border: 'reflect' }).forward(sharp);
    expect(images[0].volume.data).toEqual(expected.data);
    const [right, narrow, wide] = images.map(({ volume }) => standardDeviation(volume.data));
    expect(narrow).toBeGreaterThan(right);
    expect(wide).toBeLessThan(right);
  });
});

describe('stackLevels(stack, psf)', () => {
  it('follows a factor and an offset of the stack', () => {
    const stack = spots(SHAPE, 4);
    const { black, level } = stackLevels(stack, PSF);
    const other = stackLevels(
      changed(stack, (value) => 300 * value + 100),
      PSF,
    );
    // float32 rounding of values up to 400.
    expect(other.black).toBeCloseTo(300 * black + 100, 2);
    expect(other.level / level / 300).toBeCloseTo(1, 4);
    expect(scaleOfStack({ black: 100, level: 50 }, 0.25)).toEqual({ black: 100, white: 300 });
  });
});

describe('createSimulatedSource(simulation, training, seed)', () => {
  const training = { patch: PATCH, augment: 'none' } as const;

  it('gives an image and its specimen on one scale: without noise the one is the blur of the other', () => {
    const still = { gain: [1, 1], noise: [1e-12, 1e-12], crowd: 1 } as const;
    const { specimens, ...rest } = simulation(still);
    const [{ name, sharp, images }] = specimens;
    const alone = {
      ...rest,
      specimens: [{ name, sharp, images: images.slice(0, 1) }],
      brightness: 0.1,
      target: 0.1, // nothing is clipped at 1
    };
    // One patch that is the whole stack.
    const whole = { patch: SHAPE, augment: 'none' } as const;
    const pair = createSimulatedSource(alone, whole, 1).next();
    const again = createForwardModel(PSF, SHAPE, { border: 'reflect' }).forward(pair.sharp);
    const offset = mean(again.data) - mean(pair.blurred.data);
    // Noise of a millionth of that of the stack, float32 rounding.
    again.data.forEach((value, i) =>
      expect(Math.abs(value - offset - pair.blurred.data[i])).toBeLessThan(1e-5),
    );
  });

  it('keeps every specimen below 1, and goes on from a saved state', () => {
    const varied = simulation({ gain: [0.5, 1.5], noise: [0.5, 4], crowd: 3 });
    const source = createSimulatedSource(varied, training, 7);
    source.next();
    const state = source.state();
    const next = source.next();
    expect(Math.max(...next.sharp.data)).toBeLessThanOrEqual(1);
    expect(next.sharp.shape).toEqual(PATCH);
    const other = createSimulatedSource(varied, training, 7);
    other.restore(state);
    expect(other.next()).toEqual(next);
  });

  it('brings a patch of a real image along for fine tuning, and draws the same pairs as without', () => {
    const plain = simulation({ gain: [0.8, 1.25], noise: [0.5, 2], crowd: 4 });
    const image = changed(spots(SHAPE, 5), (value) => value + 10);
    const tuned = { ...plain, observed: [image] };
    const [source, without] = [tuned, plain].map((one) => createSimulatedSource(one, training, 7));
    const { observed, ...pair } = source.next();
    expect(pair).toEqual(without.next());
    expect(observed?.shape).toEqual(PATCH);
    expect(Math.min(...(observed?.data ?? []))).toBeGreaterThanOrEqual(Math.min(...image.data));
    const state = source.state();
    const next = source.next();
    expect(next.observed?.data).not.toEqual(observed?.data);
    const other = createSimulatedSource(tuned, training, 7);
    other.restore(state);
    expect(other.next()).toEqual(next);
  });

  it('adds the light of several places in half of the pairs, in image and specimen alike', () => {
    const still = { gain: [1, 1], noise: [1e-12, 1e-12], crowd: 4 } as const;
    const { specimens, ...rest } = simulation(still);
    // One plain image, so that a pair is the sum of whole stacks: a specimen with itself.
    const [{ name, sharp, images }] = specimens;
    const alone = [{ name, sharp, images: images.slice(0, 1) }];
    const light = { ...rest, specimens: alone, brightness: 0.1, target: 0.02 };
    const source = createSimulatedSource(light, { patch: SHAPE, augment: 'none' }, 3);
    const pairs = Array.from({ length: 40 }, () => source.next());
    const single = 0.02 / images[0].level;
    const factors = pairs.map(({ sharp: sum }) => mean(sum.data) / mean(sharp.data) / single);
    const plain = factors.filter((factor) => Math.abs(factor - 1) < 1e-6);
    // Half of 40, three standard deviations of a binomial around it.
    expect(Math.abs(plain.length - 20)).toBeLessThan(10);
    // The light of k places over a factor from 1 to k.
    for (const factor of factors) {
      expect(factor).toBeGreaterThan(1 - 1e-6);
      expect(factor).toBeLessThan(4 + 1e-6);
    }
    expect(Math.max(...factors)).toBeGreaterThan(1.5);
    pairs.forEach(({ blurred, sharp: sum }) => {
      const again = createForwardModel(PSF, SHAPE, { border: 'reflect' }).forward(sum);
      const scale = (standardDeviation(blurred.data) / standardDeviation(again.data)) * 0.2;
      // The same factor in both: 0.1 of the level in the image is 0.02 of it in the specimen.
      expect(scale).toBeCloseTo(1, 3);
    });
  });

  it('has the noise of the stacks', () => {
    const { specimens, noise, brightness, target } = simulation({
      gain: [1, 1],
      noise: [1, 1],
      crowd: 1,
    });
    const known = noise.map((one) => ({ ...one, a: 0, b: 1e-4 }));
    const { blurred } = simulatePair(specimens[0], { noise: known, brightness, target }, 1);
    const [{ volume, black, level }] = specimens[0].images;
    const errors = blurred.data.map(
      (value, i) => value - ((volume.data[i] - black) * brightness) / level,
    );
    // σ = 0.01 of the level; 30,000 voxels know it to 0.4 %.
    expect(standardDeviation(errors) / (0.01 * brightness)).toBeCloseTo(1, 1);
  });

  it('repeats a single plane to the depth that the network halves', () => {
    const planes = SPECIMENS.map(({ name, volume }) => ({
      name,
      volume: createVolume([1, 40, 48], volume.voxelSizeUm, volume.data.slice(0, 40 * 48)),
    }));
    const flat = {
      ...simulation({ gain: [1, 1], noise: [1, 1], crowd: 1 }),
      specimens: simulateImages(planes, PSF, 0),
    };
    const { blurred, sharp } = createSimulatedSource(
      flat,
      { patch: [4, 16, 16], augment: 'none' },
      1,
    ).next();
    for (const { shape, data } of [blurred, sharp]) {
      expect(shape).toEqual([4, 16, 16]);
      expect(data.slice(256, 512)).toEqual(data.slice(0, 256));
    }
  });
});

describe('holdOut(specimens, patch)', () => {
  it('spares the last of five stacks, or the last quarter of the last one of fewer', () => {
    const wide = (count: number) =>
      Array.from({ length: count }, (_, i) => ({
        name: `${i}.tif`,
        volume: createVolume([8, 32, 128], [1, 1, 1]),
      }));
    const many = holdOut(wide(5), PATCH);
    expect(many.trained).toHaveLength(4);
    expect(many.heldOut?.name).toBe('4.tif');
    const few = holdOut(wide(2), PATCH);
    expect(few.trained.map(({ volume }) => volume.shape[2])).toEqual([128, 96]);
    expect(few.heldOut?.volume.shape).toEqual([8, 32, 32]);
    expect(holdOut(SPECIMENS, PATCH).heldOut).toBeNull();
  });
});

describe('implausibleIntensities(stacks, option)', () => {
  it('names a stack of another exposure, and hot voxels', () => {
    const usual = [1, 2, 3].map((seed) => ({ file: `a/${seed}.tif`, volume: spots(SHAPE, seed) }));
    expect(implausibleIntensities(usual, 'sharp')).toEqual([]);
    const bright = { file: 'a/b.tif', volume: changed(usual[0].volume, (value) => 50 * value) };
    expect(implausibleIntensities([...usual, bright], 'sharp').join()).toMatch(
      /'b.tif' is \d+ times as bright as the other --sharp stacks/,
    );
    const hot = changed(usual[0].volume, (value) => value);
    hot.data[5000] = 60 / exposureGain([hot]);
    expect(implausibleIntensities([{ file: 'h.tif', volume: hot }], 'blurred').join()).toMatch(
      /'h.tif' has 1 voxel of up to/,
    );
  });
});

describe('asLight(specimens, black)', () => {
  it('has no negative light', () => {
    const [{ volume }] = asLight([{ name: 'x', volume: spots(SHAPE, 1) }], 0.2);
    expect(Math.min(...volume.data)).toBe(0);
  });
});

describe('prepareTuning(fit, psf, noise, scales)', () => {
  const blurred = [3, 4].map((seed) => ({
    file: `raw${seed}.tif`,
    volume: changed(spots(SHAPE, seed), (value) => 300 * value + 100),
  }));
  const settings = (window: Shape3): FitSettings => {
    const wishes = {
      ...{ profile: 'smoke', seed: 0, updates: 4, patch: PATCH, width: undefined },
      ...{ precision: undefined },
    };
    return fitSettings(
      EXPERIMENTS_DIRECTORY,
      { ...wishes, kernelSize: window, fineTune: true },
      'simulated',
    );
  };
  const noise = measureNoise(
    blurred.map(({ volume }) => volume),
    PSF,
  );
  const scales = { brightness: 0.5, target: 0.1 };

  it('is the PSF from the scale of specimens to that of images, and the images on theirs', () => {
    const tuned = settings([5, 7, 7]);
    expect(wantsTuning(tuned)).toBe(true);
    const { kernel, keptLight, observed } = prepareTuning(
      { settings: tuned, blurred },
      PSF,
      noise,
      scales,
    );
    expect(keptLight).toBeCloseTo(1, 6); // float32
    const total = kernel.data.reduce((sum, value) => sum + value, 0);
    expect(total).toBeCloseTo(0.5 / 0.1, 4); // float32 sums
    observed.forEach((image) => {
      const { black, level } = stackLevels(image, PSF);
      expect(black).toBeCloseTo(0, 4); // float32 of values up to 400
      expect(level).toBeCloseTo(0.5, 4);
    });
  });

  it('cuts the PSF to the window, and says how much light is left', () => {
    const {
      kernel,
      keptLight,
      settings: cut,
    } = prepareTuning({ settings: settings([3, 5, 5]), blurred }, PSF, noise, scales);
    expect(kernel.shape).toEqual([3, 5, 5]);
    expect(cut.network.blurKernelSize).toEqual([3, 5, 5]);
    const inside = crop(PSF, [1, 1, 1], [3, 5, 5]).data.reduce((sum, value) => sum + value, 0);
    const whole = PSF.data.reduce((sum, value) => sum + value, 0);
    expect(keptLight).toBeCloseTo(inside / whole, 5); // float32 sums
  });

  it('refuses a window larger than the patch, and images smaller than it', () => {
    const small = blurred.map(({ file, volume }) => ({
      file,
      volume: crop(volume, [0, 0, 0], [4, 40, 48]),
    }));
    expect(() =>
      prepareTuning({ settings: settings([5, 7, 7]), blurred: small }, PSF, noise, scales),
    ).toThrow(
      'fit: --fine-tune must go with blurred stacks of at least the patch, [8, 16, 16], got [4, 40, 48]',
    );
    const wide = bell([9, 7, 7]);
    expect(() =>
      prepareTuning({ settings: settings([9, 7, 7]), blurred }, wide, noise, scales),
    ).toThrow(
      "fit: --fine-tune must go with patches at least as large as the kernel's window, [9, 7, 7], got [8, 16, 16]",
    );
  });
});
