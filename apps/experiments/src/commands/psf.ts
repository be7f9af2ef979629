import { describeViolation, formatShape, InputError } from '@blurcycle/core';
import { writeTiffStack } from '@blurcycle/data';
import { writeFileAtomically } from '@blurcycle/files';
import { beadWindow, psfFromBeads } from '@blurcycle/imaging';
import { kernelMetrics } from '@blurcycle/metrics';
import {
  createPsf,
  focusUm,
  normalizePsf,
  psfFigure,
  psfFwhmUm,
  type PsfRequest,
  psfWarnings,
  samplingLimits,
  windowEnergy,
} from '@blurcycle/psf';
import { checkOutputs, readStackFile } from '@blurcycle/stacks';
import {
  type ArgumentsOf,
  defineCommand,
  JSON_OPTION,
  namesOf,
  type OptionGroup,
} from './commonOptions.ts';
import { GRID_OPTIONS, OPTICS_OPTIONS, psfRequest } from './psfOptions.ts';

const OUTPUT_OPTIONS = {
  out: {
    type: 'string',
    describe: 'TIFF file to write; without it the numbers are only printed',
  },
  scale: {
    choices: ['sum', 'peak'],
    default: 'sum',
    describe: 'unit sum, for blurring, or 1 in the focus',
  },
  'from-beads': {
    type: 'string',
    describe: 'TIFF stack of beads to make the PSF of, instead of optics',
  },
  bead: { type: 'number', describe: 'with --from-beads: diameter of the beads in µm' },
  figure: {
    type: 'string',
    describe: 'JSON file for sections, profiles, widths and transfer functions',
  },
} as const satisfies OptionGroup;

type BeadArguments = ArgumentsOf<
  typeof GRID_OPTIONS & typeof OPTICS_OPTIONS & typeof OUTPUT_OPTIONS & typeof JSON_OPTION
> & { readonly fromBeads: string };

/**
 * `blurcycle psf`: a point spread function as a TIFF stack, with its widths and warnings.
 */
export const psfCommand = defineCommand({
  builder: (yargs) =>
    yargs
      .options({ ...GRID_OPTIONS, ...OPTICS_OPTIONS, ...OUTPUT_OPTIONS, ...JSON_OPTION })
      .example(
        '$0 psf --model born-wolf --na 1.4 --ni 1.5 --wavelength 0.5 --out psf.tif',
        "the paper's model",
      )
      .example(
        '$0 psf --preset paper-microscope --size 61,61,61 --out psf.tif',
        'NA 1.49 oil, 64/64/60 nm',
      )
      .example(
        '$0 psf --model gibson-lanni --ni 1.515 --ns 1.33 --depth 5 --out psf.tif',
        '5 µm deep in water',
      )
      .example(
        '$0 psf --modality confocal --excitation 0.488 --pinhole 1 --wavelength 0.52 --out psf.tif',
        'confocal, a pinhole of one Airy unit',
      )
      .example('$0 psf --zernike 0,0.5,0,0.3 --out psf.tif', 'astigmatism and coma, in rad RMS')
      .example(
        '$0 psf --from-beads beads.tif --bead 0.17 --size 31,31,31 --out psf.tif',
        'measured: lone beads are found, aligned, averaged, and their size taken out',
      )
      .example('$0 psf --model richards-wolf --polarization x --json', 'numbers only'),
  handler: async (args) => {
    if (args.fromBeads !== undefined) return distill({ ...args, fromBeads: args.fromBeads });
    if (args.bead !== undefined)
      throw new InputError(describeViolation('psf', '--bead', 'go with --from-beads', args.bead));
    const request = psfRequest(args);
    const psf = createPsf(request);
    const warnings = psfWarnings(request, psf);
    if (args.out !== undefined)
      await writeTiffStack(args.out, args.scale === 'sum' ? normalizePsf(psf) : psf);
    if (args.figure !== undefined) await writeFigure(args.figure, request);
    const facts = {
      file: args.out ?? null,
      ...request,
      fwhmUm: psfFwhmUm(request),
      samplingLimits: samplingLimits(request),
      windowEnergy: windowEnergy(request, psf),
      ...(request.model.startsWith('gibson-lanni') ? { focusDepthUm: focusUm(request) } : {}),
      scale: args.scale,
      warnings,
    };
    if (args.json) console.log(JSON.stringify(facts, null, 2));
    else {
      console.log(describe(facts).join('\n'));
      for (const { severity, message } of warnings) console.error(`${severity}: ${message}`);
    }
  },
});

async function distill(args: BeadArguments): Promise<void> {
  const { fromBeads, bead, out, size, voxel } = args;
  assertNoOptics(args);
  if (bead === undefined) {
    const remedy = '0.17 for the usual ones; 0 for points';
    throw new InputError(describeViolation('psf', '--bead', 'be given', bead, remedy));
  }
  await checkOutputs('psf', { '--out': out }, [fromBeads]);
  const { volume } = await readStackFile(
    fromBeads,
    voxel === undefined ? {} : { voxelSizeUm: voxel },
  );
  const made = psfFromBeads(volume, { diameterUm: bead, sides: size ?? beadWindow(volume) });
  if (out !== undefined) await writeTiffStack(out, made.psf);
  const { used, atEdge, crowded, saturated, unlike } = made;
  const facts = {
    ...{ file: out ?? null, shape: made.psf.shape, voxelSizeUm: made.psf.voxelSizeUm },
    ...{ beads: { used, atEdge, crowded, saturated, unlike }, diameterUm: bead },
    fwhmUm: kernelMetrics(made.psf).fwhmUm,
    beadFwhmUm: kernelMetrics(made.bead).fwhmUm,
  };
  const widths = (of: readonly (number | null)[]): string =>
    ['z', 'y', 'x'].map((axis, i) => `${axis} ${of[i]?.toFixed(3) ?? '-'}`).join(', ');
  const text = [
    `${out ?? 'not written (--out)'}: ${used} ${used === 1 ? 'bead' : 'beads'}, ${formatShape(facts.shape)} voxels of ${formatShape(facts.voxelSizeUm, 4)} µm`,
    `left out: ${atEdge} at the edges, ${crowded} near another one, ${saturated} saturated, ${unlike} unlike the others`,
    `FWHM ${widths(facts.fwhmUm)} µm; of the mean bead ${widths(facts.beadFwhmUm)} µm`,
  ];
  console.log(args.json ? JSON.stringify(facts, null, 2) : text.join('\n'));
}

function assertNoOptics(args: BeadArguments): void {
  for (const option of namesOf({ model: GRID_OPTIONS.model, ...OPTICS_OPTIONS, figure: {} })) {
    if (args[option] === undefined) continue;
    const rule = 'be left out with --from-beads';
    throw new InputError(describeViolation('psf', `--${option}`, rule, args[option]));
  }
}

async function writeFigure(path: string, request: PsfRequest): Promise<void> {
  const [{ psf, ...figure }] = psfFigure([request]);
  const text = JSON.stringify({ request, shape: psf.shape, ...figure }, (_, value: unknown) =>
    value instanceof Float32Array ? Array.from(value) : value,
  );
  await writeFileAtomically(path, 'psf', `${text}\n`);
}

interface Facts {
  readonly file: string | null;
  readonly model: string;
  readonly shape: readonly number[];
  readonly voxelSizeUm: readonly number[];
  readonly fwhmUm: Readonly<Record<'z' | 'y' | 'x', number>>;
  readonly samplingLimits: { readonly lateralUm: number; readonly axialUm: number };
  readonly windowEnergy: { readonly fraction: number; readonly poorestPlane: number } | null;
  readonly focusDepthUm?: number;
}

function describe(facts: Facts): string[] {
  const { fwhmUm, samplingLimits: limits, windowEnergy: energy } = facts;
  const length = (value: number): string => value.toFixed(4);
  return [
    `${facts.file ?? 'not written (--out)'}: ${facts.model}, ${formatShape(facts.shape)} voxels of ${formatShape(facts.voxelSizeUm)} µm`,
    `FWHM z ${length(fwhmUm.z)}, y ${length(fwhmUm.y)}, x ${length(fwhmUm.x)} µm`,
    `Nyquist limit: planes ${length(limits.axialUm)}, pixels ${length(limits.lateralUm)} µm`,
    ...(energy === null
      ? []
      : [`light of its planes inside the window: ${(100 * energy.fraction).toFixed(1)} %`]),
    ...(facts.focusDepthUm === undefined
      ? []
      : [`brightest at nominal focus depth ${length(facts.focusDepthUm)} µm`]),
  ];
}
