/**
 * @file Program, `npm run golden`: writes the bits of now into golden.json, where that is allowed.
 */
import { NUMERICS } from '@blurcycle/experiment';
import { readGoldenFile, writeGoldenFile } from './goldenFile.ts';
import { collectBits, mergeGolden } from './goldenRules.ts';
import { bundleCases, runEverywhere } from './goldenRun.ts';

const program = await bundleCases();
try {
  const { failures, ...found } = collectBits(await runEverywhere(program, true));
  const merged =
    failures.length > 0 ? { refusals: failures } : mergeGolden(readGoldenFile(), NUMERICS, found);
  if ('refusals' in merged) {
    process.stderr.write(`${[...merged.refusals, 'golden: nothing was written'].join('\n')}\n`);
    process.exitCode = 1;
  } else {
    writeGoldenFile(merged.file);
    process.stdout.write(`${[...merged.notes, 'golden: golden.json is written'].join('\n')}\n`);
  }
} finally {
  program.dispose();
}
