import { describe, expect, it } from 'vitest';
import { loadExperiments, resolveRun, statedOptics } from '../src/index.ts';
import { recordedRunSettingsSchema } from '../src/records/oldSettings.ts';
import { checkRunSettings } from '../src/settings/checkRunSettings.ts';
import { SHIPPED } from './experimentFiles.ts';

const shipped = loadExperiments(SHIPPED);
const pupilRun = resolveRun(shipped, { method: 'proposed-pupil', profile: 'quick', seed: 0 });
const { settings } = pupilRun;
const { network } = settings;
type Network = typeof network;

describe('the settings of a learned kernel', () => {
  const violations = (changed: Partial<Network>, pupil: Partial<Network['blurKernelPupil']> = {}) =>
    checkRunSettings({
      ...settings,
      network: {
        ...network,
        ...changed,
        blurKernelPupil: { ...network.blurKernelPupil, ...pupil },
      },
    }).map(({ path, rule }) => `${path} must ${rule}`);

  it('are sound as they are shipped, from an NA 10 % below that of the data', () => {
    expect(violations({})).toEqual([]);
    const { numericalAperture } = settings.dataset.psf;
    expect(network.blurKernelPupil.numericalAperture).toBeCloseTo(0.9 * numericalAperture, 10);
  });

  it.each([
    [
      { blurKernelInit: 'gaussian' },
      {},
      "network.blurKernelInit must be 'optics' or 'spectra' for a kernel with a pupil",
    ],
    [
      { blurKernelGauge: 'core' },
      {},
      "network.blurKernelGauge must be 'none' for a kernel with a pupil, which cannot shift or be negative",
    ],
    [
      { blurKernelConstraint: 'non-negative' },
      {},
      "network.blurKernelConstraint must be 'none' for a kernel with a pupil, which cannot shift or be negative",
    ],
    [
      { blurKernelForm: 'free', blurKernelInit: 'normal', blurKernelConstraint: 'mean-ratio' },
      {},
      "network.blurKernelInit must be 'gaussian', 'optics' or 'spectra' where blurKernelConstraint is 'mean-ratio'",
    ],
    [
      {},
      { numericalAperture: 1.5 },
      'network.blurKernelPupil.numericalAperture must be below the refractive index 1.5',
    ],
    [
      {},
      { sphericalStart: [0, 0] },
      'network.blurKernelPupil.sphericalStart must not be 0, where power spectra have no slope',
    ],
    [
      {},
      { sphericalStart: [0.3, 0], zernikeTerms: 17 },
      'network.blurKernelPupil.zernikeTerms must be 18 or more where sphericalStart is given',
    ],
    [
      { blurKernelSize: [33, 15, 15], blurKernelForm: 'free' },
      {},
      "network.blurKernelSize must be at most 2/3 of dataset.shape [48, 128, 128] for the start 'spectra'",
    ],
  ] as const)('refuse %j, %j', (changed, pupil, message) => {
    expect(violations(changed, pupil)).toContain(message);
  });

  it('decide nothing for a method that learns no kernel', () => {
    const { method } = resolveRun(shipped, {
      method: 'non-blind',
      profile: 'quick',
      seed: 0,
    }).settings;
    const changed = { ...network, blurKernelGauge: 'core', blurNoise: 'none' } as const;
    expect(checkRunSettings({ ...settings, method, network: changed })).toEqual([]);
  });

  it('take optics that they do not state from the data', () => {
    expect(statedOptics(network, settings.dataset.psf)).toEqual({
      numericalAperture: 1.26,
      immersionIndex: 1.5,
      emissionWavelengthUm: 0.61,
    });
    expect(() => statedOptics(network, null)).toThrow('nobody states the immersionIndex');
  });

  it('of older records mean a free kernel, in a first stage, too', () => {
    const two = resolveRun(shipped, { method: 'two-stage', profile: 'quick', seed: 0 }).settings;
    const without = ({ blurKernelForm, blurKernelPupil, ...others }: Network): object =>
      blurKernelForm === 'free' && blurKernelPupil.zernikeTerms === 18 ? others : {};
    if (two.first === undefined) throw new Error('no first stage');
    const old = {
      ...two,
      network: without(two.network),
      first: { ...two.first, network: without(two.first.network) },
    };
    expect(recordedRunSettingsSchema.parse(old)).toEqual(two);
  });
});
