import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * The script of the page: the viewer of volumes, and Vega with an interpreter that needs no `eval`.
 */
export async function bundleScript(): Promise<string> {
  const result = await build({
    entryPoints: [fileURLToPath(new URL('../client/client.ts', import.meta.url))],
    bundle: true,
    minify: true,
    charset: 'utf8',
    format: 'iife',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'silent',
    write: false,
  });
  return result.outputFiles[0].text;
}
