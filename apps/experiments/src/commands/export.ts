import { describeViolation, InputError } from '@blurcycle/core';
import { writeFileAtomically } from '@blurcycle/files';
import {
  generatorToOnnx,
  loadModel,
  modelWeights,
  writeBioimagePackage,
} from '@blurcycle/inference';
import { openBackend } from '@blurcycle/pipeline';
import { COMPUTE_OPTIONS, defineCommand, JSON_OPTION, type OptionGroup } from './commonOptions.ts';

const OPTIONS = {
  ...COMPUTE_OPTIONS,
  format: {
    choices: ['bioimageio', 'onnx'],
    demandOption: true,
    describe:
      'bioimageio: a zip with TensorFlow.js and ONNX weights and test tensors; onnx: the network alone',
  },
  out: { type: 'string', demandOption: true, describe: 'file to write' },
  maintainer: {
    type: 'string',
    array: true,
    describe:
      'bioimageio: name on GitHub of who looks after the package; may be given several times',
    default: [],
    defaultDescription: 'none; the Zoo asks for one',
  },
  ...JSON_OPTION,
} as const satisfies OptionGroup;

/** `blurcycle export <model>`: a model for other programs. */
export const exportCommand = defineCommand({
  builder: (yargs) =>
    yargs
      .positional('model', { type: 'string', demandOption: true, describe: 'folder of a model' })
      .options(OPTIONS)
      .example('$0 export model --format bioimageio --out model.zip', 'for bioimage.io')
      .example('$0 export model --format onnx --out model.onnx', 'for ONNX Runtime'),
  handler: async ({ model: folder, format, out, maintainer, json, backend, threads }) => {
    checkMaintainers(maintainer, format);
    await openBackend({ backend, threads });
    const model = await loadModel(folder);
    try {
      if (format === 'bioimageio') await writeBioimagePackage(out, model, maintainer);
      else {
        const bytes = generatorToOnnx(model.config, await modelWeights(model));
        await writeFileAtomically(out, 'export', bytes);
      }
      const { name, license } = model.config;
      if (json) console.log(JSON.stringify({ file: out, format, model: name, license }, null, 2));
      else console.log(`${out}: ${name} as ${format}, license ${license}`);
    } finally {
      model.dispose();
    }
  },
});

/** Of GitHub: letters, digits and single hyphens inside, at most 39. */
const GITHUB_NAME = /^[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}$/;

function checkMaintainers(maintainers: readonly string[], format: string): void {
  if (maintainers.length > 0 && format !== 'bioimageio') {
    const remedy = 'ONNX has no place for them';
    throw new InputError(
      describeViolation(
        'export',
        '--maintainer',
        'stand beside --format bioimageio',
        format,
        remedy,
      ),
    );
  }
  const wrong = maintainers.find((name) => !GITHUB_NAME.test(name));
  if (wrong === undefined) return;
  const rule = 'be a name on GitHub: letters, digits and hyphens';
  throw new InputError(describeViolation('export', '--maintainer', rule, wrong));
}
