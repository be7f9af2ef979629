#!/usr/bin/env node
// Runs a bundle of the TypeScript; with BLURCYCLE_SOURCE=1, or where none can be made, TypeScript
// itself: tsx strips the types while loading.
import { join } from 'node:path';
import { bundle } from './bundle.mjs';
import { watchOutput } from './watchOutput.mjs';

watchOutput();
const root = join(import.meta.dirname, '../../..');
const entry = 'apps/experiments/src/main.ts';
const bundled = process.env.BLURCYCLE_SOURCE === '1' ? null : await bundle(root, entry);
if (bundled === null) (await import('tsx/esm/api')).register();
// Stack traces name lines of the TypeScript.
else process.setSourceMapsEnabled(true);
try {
  const { main } = await import(bundled ?? join(root, entry));
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  // Modules are opened many at a time, before there is a main function that speaks.
  if (!(error instanceof Error && 'code' in error && error.code === 'EMFILE')) throw error;
  process.stderr.write(
    "blurcycle: a process must be allowed to open 256 files at once, got 'EMFILE' (ulimit -n 1024, then again)\n",
  );
  process.exitCode = 1;
}
