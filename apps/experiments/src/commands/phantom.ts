import {
  createRandomStream,
  describeUnknown,
  formatShape,
  InputError,
  mean,
  type Volume,
} from '@blurcycle/core';
import {
  beads,
  hollowBars,
  MICROTUBULE_PRESET,
  microtubules,
  writeTiffStack,
} from '@blurcycle/data';
import { writeFileAtomically } from '@blurcycle/files';
import {
  type ArgumentsOf,
  defineCommand,
  JSON_OPTION,
  type OptionGroup,
  triple,
} from './commonOptions.ts';

const KINDS = ['microtubules', 'beads', 'hollow-bars'] as const;
type Kind = (typeof KINDS)[number];

const KIND = {
  type: 'string',
  demandOption: true,
  describe: KINDS.join(', '),
  coerce: parseKind,
} as const;

const OPTIONS = {
  size: {
    type: 'string',
    default: MICROTUBULE_PRESET.shape.join(','),
    describe: 'sides in voxels, z,y,x',
    coerce: triple('--size', '64,128,128'),
  },
  voxel: {
    type: 'string',
    default: MICROTUBULE_PRESET.voxelSizeUm.join(','),
    describe: 'edge lengths of a voxel in µm, z,y,x',
    coerce: triple('--voxel', '0.25,0.1,0.1'),
  },
  radius: {
    type: 'number',
    describe: `radius in µm (${MICROTUBULE_PRESET.filamentRadiusUm} for microtubules, 0.25 for beads, 1 for the thickest bar)`,
  },
  density: {
    type: 'number',
    default: MICROTUBULE_PRESET.filamentDensityPerUm2,
    describe: 'microtubules: length of filament in each µm³',
  },
  persistence: {
    type: 'number',
    default: MICROTUBULE_PRESET.persistenceLengthUm,
    describe: 'microtubules: persistence length in µm',
  },
  count: { type: 'number', describe: 'number of beads (20) or bars (4)' },
  seed: { type: 'number', default: 1, describe: 'seed of the random streams' },
  out: { type: 'string', demandOption: true, describe: 'TIFF file to write' },
  lines: {
    type: 'string',
    describe: 'JSON file for the centerlines (or bead centers) in µm, z, y, x',
  },
  ...JSON_OPTION,
} as const satisfies OptionGroup;

type PhantomArguments = ArgumentsOf<typeof OPTIONS> & { readonly kind: Kind };

/** A phantom and the positions of its parts: polylines or points in µm. */
interface MadePhantom {
  readonly volume: Volume;
  readonly lines: readonly (readonly (readonly number[])[])[];
}

/** `blurcycle phantom`: a simulated specimen as a TIFF stack. */
export const phantomCommand = defineCommand({
  builder: (yargs) =>
    yargs
      .positional('kind', KIND)
      .options(OPTIONS)
      .example(
        '$0 phantom microtubules --size 64,128,128 --seed 1 --out truth.tif',
        'a tubulin network',
      )
      .example('$0 phantom microtubules --lines axes.json --out truth.tif', 'with its centerlines')
      .example('$0 phantom beads --count 20 --radius 0.1 --out beads.tif', 'small beads'),
  handler: async (options) => {
    const { volume, lines } = makePhantom(options);
    await writeTiffStack(options.out, volume);
    if (options.lines !== undefined) {
      const text = `${JSON.stringify({ unit: 'µm', order: 'z, y, x', lines })}\n`;
      await writeFileAtomically(options.lines, 'phantom', text);
    }
    const facts = {
      file: options.out,
      kind: options.kind,
      shape: volume.shape,
      voxelSizeUm: volume.voxelSizeUm,
      seed: options.seed,
      parts: lines.length,
      filled: mean(volume.data),
    };
    if (options.json) console.log(JSON.stringify(facts, null, 2));
    else {
      const parts = { microtubules: 'filaments', beads: 'beads', 'hollow-bars': 'bars' }[
        options.kind
      ];
      console.log(
        `${options.out}: ${lines.length} ${parts} in ${formatShape(volume.shape)} voxels, ${(100 * facts.filled).toFixed(2)} % filled`,
      );
    }
  },
});

function parseKind(name: string): Kind {
  const found = KINDS.find((known) => known === name);
  if (found === undefined) throw new InputError(describeUnknown('phantom', 'kind', name, KINDS));
  return found;
}

function makePhantom(options: PhantomArguments): MadePhantom {
  const { kind, size: shape, voxel: voxelSizeUm, seed } = options;
  switch (kind) {
    case 'microtubules': {
      const { volume, centerlines } = microtubules(
        {
          shape,
          voxelSizeUm,
          filamentRadiusUm: options.radius ?? MICROTUBULE_PRESET.filamentRadiusUm,
          filamentDensityPerUm2: options.density,
          persistenceLengthUm: options.persistence,
          curvatureLengthUm: MICROTUBULE_PRESET.curvatureLengthUm,
        },
        createRandomStream(seed, 'data/phantom'),
      );
      return { volume, lines: centerlines };
    }
    case 'beads': {
      const { radius: radiusUm = 0.25, count = 20 } = options;
      const phantom = beads(
        { shape, voxelSizeUm, radiusUm, count },
        createRandomStream(seed, 'data/phantom'),
      );
      return { volume: phantom.volume, lines: phantom.centers.map((center) => [center]) };
    }
    case 'hollow-bars': {
      const { radius: radiusUm = 1, count = 4 } = options;
      const { volume, axes } = hollowBars({ shape, voxelSizeUm, radiusUm, count });
      return { volume, lines: axes };
    }
  }
}
