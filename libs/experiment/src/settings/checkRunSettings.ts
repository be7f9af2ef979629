import { formatValue, type Modality, type Shape3 } from '@blurcycle/core';
import { checkBlurKernel } from './blurKernelSettings.ts';
import type { RunSettings } from './runSettings.ts';

/** A rule between settings that does not hold. */
export interface SettingsViolation {
  /** Setting to name in the message, `training.patch`. */
  readonly path: string;
  /** What follows "must". */
  readonly rule: string;
  readonly value: unknown;
  readonly remedy?: string;
}

/**
 * The rules that hold between settings, checked before anything is trained.
 *
 * @returns Every violation, the most basic first; empty when the run can start.
 */
export function checkRunSettings(settings: RunSettings): readonly SettingsViolation[] {
  return [
    ...checkGeometry(settings),
    ...checkOptics(settings),
    ...checkMethod(settings),
    ...checkBlurKernel(settings),
    ...checkChoice(settings),
  ];
}

function fits(inner: Shape3, outer: Shape3): boolean {
  return inner.every((side, axis) => side <= outer[axis]);
}

function checkGeometry({
  dataset,
  training,
  inference,
  network,
}: RunSettings): SettingsViolation[] {
  const found: SettingsViolation[] = [];
  const volume = formatValue(dataset.shape);
  const inside = [
    ['training.patch', training.patch],
    ['inference.tile', inference.tile],
    ['dataset.psf.size', dataset.psf.size],
    ['network.blurKernelSize', network.blurKernelSize],
  ] as const;
  for (const [path, value] of inside) {
    if (!fits(value, dataset.shape))
      found.push({ path, rule: `fit into dataset.shape ${volume}`, value });
  }
  const kernel = network.blurKernelSize;
  const left = training.patch.map((side, axis) => side - (kernel[axis] - 1));
  if (training.cycleBorder === 'exclude' && left.some((side) => side < 1)) {
    found.push({
      path: 'training.cycleBorder',
      rule: `not be 'exclude' where the kernel ${formatValue(kernel)} reaches all of the patch ${formatValue(training.patch)}`,
      value: 'exclude',
      remedy: 'take a larger patch or a smaller kernel',
    });
  }
  const pooled = inside.slice(0, 2);
  for (const [path, value] of pooled) {
    if (value.some((side) => side % 4 !== 0)) {
      found.push({
        path,
        rule: 'be multiples of 4',
        value,
        remedy: 'the U-Net halves every side twice',
      });
    }
  }
  if (inference.overlap.some((overlap, axis) => overlap >= inference.tile[axis])) {
    const tile = formatValue(inference.tile);
    found.push({
      path: 'inference.overlap',
      rule: `be smaller than inference.tile ${tile}`,
      value: inference.overlap,
    });
  }
  return found;
}

function checkOptics({ dataset: { psf } }: RunSettings): SettingsViolation[] {
  const found: SettingsViolation[] = [];
  if (psf.numericalAperture >= psf.immersionIndex) {
    found.push({
      path: 'dataset.psf.numericalAperture',
      rule: `be below dataset.psf.immersionIndex ${psf.immersionIndex}`,
      value: psf.numericalAperture,
    });
  }
  for (const key of ['sampleIndex', 'sourceDepthUm'] as const) {
    if (psf[key] === undefined || psf.model.startsWith('gibson-lanni')) continue;
    const rule = `be left out for the model '${psf.model}', which knows no layers`;
    found.push({ path: `dataset.psf.${key}`, rule, value: psf[key] });
  }
  return [...found, ...checkModality(psf)];
}

/** Numbers that a modality must have, may have, and must not have. */
const OF_MODALITY = {
  excitationWavelengthUm: { needed: ['confocal', 'spinning-disk', 'two-photon'], free: [] },
  pinholeAiryUnits: { needed: [], free: ['confocal', 'spinning-disk'] },
  sheetThicknessUm: { needed: ['light-sheet'], free: [] },
} as const satisfies Record<string, Record<'needed' | 'free', readonly Modality[]>>;

function checkModality(psf: RunSettings['dataset']['psf']): SettingsViolation[] {
  const { modality = 'widefield', model, zernike = [] } = psf;
  const found: SettingsViolation[] = [];
  const refuse = (key: keyof typeof psf, rule: string): void => {
    found.push({ path: `dataset.psf.${key}`, rule, value: psf[key] });
  };
  for (const key of ['excitationWavelengthUm', 'pinholeAiryUnits', 'sheetThicknessUm'] as const) {
    const needed: readonly Modality[] = OF_MODALITY[key].needed;
    const free: readonly Modality[] = OF_MODALITY[key].free;
    const given = psf[key] !== undefined;
    if (!given && needed.includes(modality)) refuse(key, `be given for the modality '${modality}'`);
    if (given && !needed.includes(modality) && !free.includes(modality))
      refuse(key, `be left out for the modality '${modality}'`);
  }
  if (model === 'gaussian' && modality !== 'widefield')
    refuse('modality', "be left out for the model 'gaussian'");
  const isPupil = model !== 'gaussian' && model !== 'richards-wolf-psfgenerator';
  if (zernike.length > 0 && (!isPupil || modality !== 'widefield'))
    refuse('zernike', 'go with a diffraction model in widefield');
  return found;
}

function checkMethod(settings: RunSettings): SettingsViolation[] {
  const { method, network, training, dataset, first } = settings;
  const found: SettingsViolation[] = [];
  const { sampling, blurPath, discriminators, discriminatorSees, pixelLoss } = method;
  if (sampling === 'paired' && dataset.kind === 'tiff-folders') {
    const rule = `not be '${dataset.kind}' for the method '${method.id}', which learns from pairs`;
    const remedy = 'its sharp stacks show other places than the blurred ones: leave the row out';
    found.push({ path: 'dataset.kind', rule, value: dataset.kind, remedy });
  }
  if (sampling === 'unpaired' && pixelLoss !== 'none') {
    found.push({
      path: 'method.pixelLoss',
      rule: "be 'none' for unpaired sampling",
      value: pixelLoss,
    });
  }
  if (sampling === 'unpaired' && discriminatorSees === 'input-and-output') {
    const rule = "be 'output' for unpaired sampling";
    const remedy = 'no sharp patch belongs to the blurred one';
    found.push({ path: 'method.discriminatorSees', rule, value: discriminatorSees, remedy });
  }
  if (pixelLoss === 'none' && blurPath === 'none' && discriminators.length === 0) {
    found.push({
      path: 'method.pixelLoss',
      rule: 'leave at least one loss to train with',
      value: pixelLoss,
    });
  }
  if (discriminators.includes('blurred') && (blurPath === 'none' || blurPath === 'known-psf')) {
    const rule = `not name 'blurred' for blurPath '${blurPath}'`;
    const remedy = 'nothing that learns makes blurred volumes';
    found.push({ path: 'method.discriminators', rule, value: discriminators, remedy });
  }
  if (new Set(discriminators).size !== discriminators.length) {
    found.push({
      path: 'method.discriminators',
      rule: 'name each domain once',
      value: discriminators,
    });
  }
  const { blurNoise } = network;
  if (blurNoise === 'known' && first === undefined && dataset.kind !== 'microtubules') {
    const rule = `not be 'known' for data of the kind '${dataset.kind}'`;
    const remedy = "only simulated microtubules know their noise; take 'learned'";
    found.push({ path: 'network.blurNoise', rule, value: blurNoise, remedy });
  }
  if (first !== undefined && blurPath !== 'known-psf') {
    const rule = "be 'known-psf' for a method with kernelFrom";
    found.push({ path: 'method.blurPath', rule, value: blurPath });
  }
  if (first !== undefined && first.method.blurPath !== 'learned-kernel') {
    const rule = 'name a method that learns a kernel';
    found.push({ path: 'method.kernelFrom', rule, value: first.method.id });
  }
  if (first !== undefined && blurNoise === 'known' && first.network.blurNoise !== 'learned') {
    const rule = `not be 'known' where ${first.method.id} learns no noise`;
    found.push({ path: 'network.blurNoise', rule, value: blurNoise });
  }
  if (training.cycleNorm === 'anscombe' && blurPath !== 'none' && blurNoise === 'none') {
    const rule = "not be 'anscombe' without network.blurNoise";
    found.push({ path: 'training.cycleNorm', rule, value: training.cycleNorm });
  }
  if (blurNoise === 'learned' && method.cycles === 'sharp') {
    const rule = "not be 'learned' for a method without the cycle of blurred volumes";
    found.push({ path: 'network.blurNoise', rule, value: blurNoise, remedy: "take 'known'" });
  }
  const { randomGain, blurredCycleFrom } = training;
  if (randomGain !== null && randomGain[0] > randomGain[1]) {
    const rule = 'begin with the smaller factor';
    found.push({ path: 'training.randomGain', rule, value: randomGain });
  }
  if (randomGain !== null && (blurPath !== 'known-psf' || discriminators.includes('blurred'))) {
    const rule = 'be null for a method that does not know its kernel';
    const remedy = 'the gain of a learned kernel would have no value';
    found.push({ path: 'training.randomGain', rule, value: randomGain, remedy });
  }
  if (blurredCycleFrom > 0 && (blurPath !== 'known-psf' || method.cycles === 'sharp')) {
    const rule = 'be 0 for a method without a known kernel and the cycle of blurred volumes';
    const remedy = 'a learned kernel learns from that cycle';
    found.push({ path: 'training.blurredCycleFrom', rule, value: blurredCycleFrom, remedy });
  }
  if (training.select === 'average' && training.averageHalfLife === null) {
    const rule = "not be 'average' without training.averageHalfLife";
    found.push({ path: 'training.select', rule, value: training.select });
  }
  if (pixelLoss !== 'none' && training.lossWeights.pixel === 0) {
    found.push({
      path: 'training.lossWeights.pixel',
      rule: 'be positive for a method with a pixel loss',
      value: 0,
    });
  }
  return found;
}

function checkChoice({ dataset, method, training: { select } }: RunSettings): SettingsViolation[] {
  if (
    select === 'best-validation-psnr' &&
    dataset.kind === 'tiff-folders' &&
    dataset.truth === undefined
  ) {
    const rule = `not be '${select}' without dataset.truth`;
    return [{ path: 'training.select', rule, value: select }];
  }
  if (select !== 'best-cycle-residual' || method.blurPath !== 'none') return [];
  const rule = `not be '${select}' for a method without a cycle`;
  return [{ path: 'training.select', rule, value: select }];
}
