import { writeFileAtomically } from '@blurcycle/files';
import {
  generatorToOnnx,
  loadModel,
  modelWeights,
  writeBioimagePackage,
} from '@blurcycle/inference';
import { openBackend } from '@blurcycle/pipeline';
import type { CommandModule } from 'yargs';
import { type ComputeArguments, withCompute, withJson } from './commonOptions.ts';

const FORMATS = ['bioimageio', 'onnx'] as const;

interface ExportArguments extends ComputeArguments {
  model: string;
  format: (typeof FORMATS)[number];
  out: string;
  json: boolean;
}

/** `blurcycle export <model>`: a model for other programs. */
export const exportCommand: CommandModule<object, ExportArguments> = {
  command: 'export <model>',
  describe: 'a model as a BioImage Model Zoo package, or as ONNX',
  builder: (yargs) =>
    withJson(
      withCompute(yargs)
        .positional('model', { type: 'string', demandOption: true, describe: 'folder of a model' })
        .option('format', {
          choices: FORMATS,
          demandOption: true,
          describe:
            'bioimageio: a zip with TensorFlow.js and ONNX weights and test tensors; onnx: the network alone',
        })
        .option('out', { type: 'string', demandOption: true, describe: 'file to write' }),
    )
      .example('$0 export model --format bioimageio --out model.zip', 'for bioimage.io')
      .example('$0 export model --format onnx --out model.onnx', 'for ONNX Runtime'),
  handler: async ({ model: folder, format, out, json, backend, threads }) => {
    await openBackend({ backend, threads });
    const model = await loadModel(folder);
    try {
      if (format === 'bioimageio') await writeBioimagePackage(out, model);
      else {
        const bytes = generatorToOnnx(model.config, await modelWeights(model));
        await writeFileAtomically(out, 'export', async (file) => {
          await file.writeFile(bytes);
        });
      }
      const { name, license } = model.config;
      if (json) console.log(JSON.stringify({ file: out, format, model: name, license }, null, 2));
      else console.log(`${out}: ${name} as ${format}, licence ${license}`);
    } finally {
      model.dispose();
    }
  },
};
