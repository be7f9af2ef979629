import type { CommandModule } from 'yargs';

/** A command before its code is loaded: enough for the list of commands. */
export interface CommandEntry {
  readonly name: string;
  /** Name and positional arguments, as the module itself declares them. */
  readonly usage: string;
  readonly describe: string;
  readonly load: () => Promise<CommandModule<object, never>>;
}

/**
 * The commands in the order of the help text. The code of a command is loaded when it is called:
 * the libraries behind it take longer to load than most answers take to compute.
 */
export const COMMANDS: readonly CommandEntry[] = [
  entry(
    'list',
    'list',
    'experiments and the state of their results',
    async () => (await import('./list.ts')).listCommand,
  ),
  entry(
    'plan',
    'plan <experiment>',
    'what would run and why',
    async () => (await import('./plan.ts')).planCommand,
  ),
  entry(
    'run',
    'run <experiment>',
    'train what is missing and make the table',
    async () => (await import('./run.ts')).runCommand,
  ),
  entry(
    'train',
    'train <method>',
    'one training run',
    async () => (await import('./train.ts')).trainCommand,
  ),
  entry(
    'dataset',
    'dataset <experiment>',
    'make the data sets that an experiment trains on',
    async () => (await import('./dataset.ts')).datasetCommand,
  ),
  entry(
    'table',
    'table <experiment>',
    'the table of an experiment from finished runs',
    async () => (await import('./table.ts')).tableCommand,
  ),
  entry(
    'verify',
    'verify [experiment]',
    'hash and score stored results again, and compare',
    async () => (await import('./verify.ts')).verifyCommand,
  ),
  entry(
    'slurm',
    'slurm <experiment>',
    'a script that runs an experiment on a SLURM cluster',
    async () => (await import('./slurm.ts')).slurmCommand,
  ),
  entry(
    'report',
    'report [experiment]',
    'the HTML report of the results that are there',
    async () => (await import('./report.ts')).reportCommand,
  ),
  entry(
    'doctor',
    'doctor',
    'back-ends, versions, what is missing and how to get it',
    async () => (await import('./doctor.ts')).doctorCommand,
  ),
  entry(
    'psf',
    'psf',
    'a point spread function from the optics',
    async () => (await import('./psf.ts')).psfCommand,
  ),
  entry(
    'phantom',
    'phantom <kind>',
    'a simulated specimen: microtubules, beads or hollow bars',
    async () => (await import('./phantom.ts')).phantomCommand,
  ),
  entry(
    'degrade',
    'degrade <truth>',
    'blur a specimen with a PSF and add photon and read noise',
    async () => (await import('./degrade.ts')).degradeCommand,
  ),
  entry(
    'deconvolve',
    'deconvolve <stack>',
    'a sharper stack, by a classical method or a trained model',
    async () => (await import('./deconvolve.ts')).deconvolveCommand,
  ),
  entry(
    'evaluate',
    'evaluate <estimate> <truth>',
    'score a stack, or a blur kernel, against the truth',
    async () => (await import('./evaluate.ts')).evaluateCommand,
  ),
  entry(
    'fit',
    'fit',
    'train a model on stacks of your own',
    async () => (await import('./fit.ts')).fitCommand,
  ),
  entry(
    'export',
    'export <model>',
    'a model as a BioImage Model Zoo package, or as ONNX',
    async () => (await import('./export.ts')).exportCommand,
  ),
  entry(
    'bench',
    'bench <what>',
    'time convolutions, a training step, PSFs, a deconvolution',
    async () => (await import('./bench.ts')).benchCommand,
  ),
];

function entry<T>(
  name: string,
  usage: string,
  describe: string,
  load: () => Promise<CommandModule<object, T>>,
): CommandEntry {
  // yargs hands a command the options that its own builder declares; that their types agree is the
  // module's business.
  return { name, usage, describe, load: load as unknown as CommandEntry['load'] };
}
