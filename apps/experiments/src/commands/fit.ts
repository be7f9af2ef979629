import { describeViolation, InputError } from '@blurcycle/core';
import { describeJudgment, describePlan, fitModel, type SharpSource } from '@blurcycle/pipeline';
import { expandPatterns } from '@blurcycle/stacks';
import { type ArgumentsOf, defineCommand, stackChoice } from './commonOptions.ts';
import { FIT_OPTIONS } from './fitOptions.ts';
import { createProgress } from './progress.ts';
import { namesPsf, PSF_GROUP, psfSource, statedOptics } from './psfSource.ts';

/** `blurcycle fit`: a model from one's own stacks. */
export const fitCommand = defineCommand({
  builder: (yargs) =>
    yargs
      .options(FIT_OPTIONS)
      .group(...PSF_GROUP)
      .example(
        "$0 fit --blurred 'raw/*.tif' --sharp 'sharp/*.tif' --psf psf.tif --out model",
        'pairs simulated from the sharp stacks, with the noise of the blurred ones',
      )
      .example(
        "$0 fit --blurred 'raw/*.tif' --sharp 'sharp/*.tif' --out model",
        'blind: kernel and noise are learned first',
      )
      .example(
        "$0 fit --blurred 'raw/*.tif' --sharp 'sharp/*.tif' --psf psf.tif --cycle --out model",
        'as in the paper, without pairs',
      )
      .example(
        "$0 fit --blurred 'raw/*.tif' --sharp 'sharp/*.tif' --kernel-form pupil --na 1.4 --ni 1.515 --wavelength 0.52 --out model",
        'blind, from optics that may be wrong: the pupil is learned',
      )
      .example(
        "$0 fit --blurred 'raw/*.tif' --sharp-from richardson-lucy --na 1.4 --ni 1.515 --wavelength 0.52 --dry-run",
        'no sharp stacks; check and estimate only',
      ),
  handler: async (args) => {
    const { json } = args;
    const outcome = await fitModel({
      ...args,
      blurred: expandPatterns('fit', '--blurred', args.blurred),
      sharp: sharpSource(args),
      ...psfAndKernel(args),
      reading: stackChoice(args),
      sharpReading: stackChoice({
        ...args,
        channel: args.sharpChannel ?? args.channel,
        timePoint: args.sharpTimePoint ?? args.timePoint,
        voxel: args.sharpVoxel ?? args.voxel,
      }),
      authors: args.author,
      progress: createProgress,
    });
    switch (outcome.kind) {
      case 'planned': {
        const { plan } = outcome;
        console.log(json ? JSON.stringify(plan, null, 2) : describePlan(plan).join('\n'));
        break;
      }
      case 'up to date': {
        const { model } = outcome;
        if (json) console.log(JSON.stringify({ model, upToDate: true }, null, 2));
        break;
      }
      case 'trained': {
        const { model, trainingFolder, plan, config } = outcome;
        if (json) {
          console.log(JSON.stringify({ model, upToDate: false, plan, config }, null, 2));
          break;
        }
        const [file] = plan.blurredFiles;
        const { selectedUpdate } = config.training;
        console.log(
          `${model}: model of update ${selectedUpdate}, training kept in ${trainingFolder}`,
        );
        for (const line of describeJudgment(config)) console.log(line);
        console.log(
          `next: npx blurcycle deconvolve ${file} --model ${model} --out deconvolved.tif`,
        );
      }
    }
  },
});

/** Which PSF is known, or what a learned kernel is and where it starts. */
function psfAndKernel(args: ArgumentsOf<typeof FIT_OPTIONS>): {
  readonly psf: ReturnType<typeof psfSource> | null;
  readonly wishes: Parameters<typeof fitModel>[0]['wishes'];
} {
  const { kernelForm: form, kernelInit: init } = args;
  const wishes = { ...args, kernelSize: args.kernel };
  if (form === undefined && init === undefined) {
    const psf = namesPsf(args) ? psfSource(args) : null;
    return { psf, wishes: { ...wishes, kernel: undefined } };
  }
  const needsOptics = form === 'pupil' || init === 'optics';
  if (!needsOptics && namesPsf(args)) {
    const option = form === undefined ? '--kernel-init' : '--kernel-form';
    const rule = 'be left out where the PSF is known';
    throw new InputError(describeViolation('fit', option, rule, form ?? init));
  }
  const optics = needsOptics ? statedOptics(args) : null;
  return { psf: null, wishes: { ...wishes, kernel: { form, init, optics } } };
}

function sharpSource({
  sharp,
  sharpFrom,
  iterations,
}: ArgumentsOf<typeof FIT_OPTIONS>): SharpSource {
  if ((sharp === undefined) === (sharpFrom === undefined)) {
    const value = sharp === undefined ? 'none' : 'both';
    throw new InputError(
      describeViolation('fit', 'one of --sharp and --sharp-from', 'be given', value),
    );
  }
  if (sharp !== undefined) return { kind: 'files', files: expandPatterns('fit', '--sharp', sharp) };
  if (!(Number.isSafeInteger(iterations) && iterations > 0)) {
    throw new InputError(
      describeViolation('fit', '--iterations', 'be a positive integer', iterations),
    );
  }
  return { kind: 'classical', method: sharpFrom ?? 'richardson-lucy', iterations };
}
