import type { Argv } from 'yargs';
import type { Command } from './commonOptions.ts';

/** A command before its code is loaded: enough for the list of commands. */
interface CommandEntry {
  readonly name: string;
  /** Name and positional arguments. */
  readonly usage: string;
  readonly describe: string;
  /** Whether it works from the sources and results of the project, which the package has not. */
  readonly needsClone: boolean;
  /**
   * Loads the code of the command and adds it to the parser.
   *
   * @param onDeclared - Called with the parser once the options of the command are declared.
   */
  readonly addTo: (parser: Argv, onDeclared: (parser: Argv) => void) => Promise<void>;
}

/**
 * The commands in the order of the help text. The code of a command is loaded when it is called:
 * the libraries behind it take longer to load than most answers take to compute.
 */
export const COMMANDS: readonly CommandEntry[] = [
  entry(
    'list',
    'experiments and the state of their results',
    async () => (await import('./list.ts')).listCommand,
    'needs a clone',
  ),
  entry(
    'plan <experiment>',
    'what would run and why',
    async () => (await import('./plan.ts')).planCommand,
    'needs a clone',
  ),
  entry(
    'run <experiment>',
    'train what is missing and make the table',
    async () => (await import('./run.ts')).runCommand,
    'needs a clone',
  ),
  entry(
    'train <method>',
    'one training run',
    async () => (await import('./train.ts')).trainCommand,
    'needs a clone',
  ),
  entry(
    'dataset <experiment>',
    'make the data sets that an experiment trains on',
    async () => (await import('./dataset.ts')).datasetCommand,
    'needs a clone',
  ),
  entry(
    'classical <experiment>',
    'the classical methods of an experiment on its test volumes',
    async () => (await import('./classical.ts')).classicalCommand,
    'needs a clone',
  ),
  entry(
    'table <experiment>',
    'the table of an experiment from its finished runs',
    async () => (await import('./table.ts')).tableCommand,
    'needs a clone',
  ),
  entry(
    'verify [experiment]',
    'hash and score stored results again, and compare',
    async () => (await import('./verify.ts')).verifyCommand,
    'needs a clone',
  ),
  entry(
    'slurm <experiment>',
    'a script that runs an experiment on a SLURM cluster',
    async () => (await import('./slurm.ts')).slurmCommand,
    'needs a clone',
  ),
  entry(
    'report [experiment]',
    'the HTML report of the available results',
    async () => (await import('./report.ts')).reportCommand,
    'needs a clone',
  ),
  entry(
    'doctor',
    'back-ends, versions, what is missing and how to get it',
    async () => (await import('./doctor.ts')).doctorCommand,
  ),
  entry(
    'psf',
    'a point spread function from the optics',
    async () => (await import('./psf.ts')).psfCommand,
  ),
  entry(
    'phantom <kind>',
    'a simulated specimen: microtubules, beads or hollow bars',
    async () => (await import('./phantom.ts')).phantomCommand,
  ),
  entry(
    'degrade <truth>',
    'blur a specimen with a PSF and add photon and read noise',
    async () => (await import('./degrade.ts')).degradeCommand,
  ),
  entry(
    'deconvolve <stacks..>',
    'sharper stacks, by a classical method or a trained model',
    async () => (await import('./deconvolve.ts')).deconvolveCommand,
  ),
  entry(
    'repeat <record>',
    'a result again, from the record beside it',
    async () => (await import('./repeat.ts')).repeatCommand,
  ),
  entry(
    'evaluate <estimate> <truth>',
    'score a stack, or a blur kernel, against the truth',
    async () => (await import('./evaluate.ts')).evaluateCommand,
  ),
  entry(
    'fit',
    'train a model on stacks of your own',
    async () => (await import('./fit.ts')).fitCommand,
  ),
  entry(
    'export <model>',
    'a model as a BioImage Model Zoo package, or as ONNX',
    async () => (await import('./export.ts')).exportCommand,
  ),
  entry(
    'bench <what>',
    'time convolutions, a training step, PSFs, a deconvolution',
    async () => (await import('./bench.ts')).benchCommand,
  ),
];

function entry<T>(
  usage: string,
  describe: string,
  load: () => Promise<Command<T>>,
  where?: 'needs a clone',
): CommandEntry {
  return {
    name: usage.split(' ')[0],
    usage,
    describe,
    needsClone: where !== undefined,
    addTo: async (parser, onDeclared) => {
      const { builder, handler } = await load();
      const declare = (yargs: Argv): Argv<T> => {
        const declared = builder(yargs);
        onDeclared(yargs);
        return declared;
      };
      parser.command(usage, describe, declare, handler);
    },
  };
}
