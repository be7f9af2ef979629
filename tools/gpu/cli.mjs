// The command line in the archive of pack.mjs.
import { main } from '../../apps/experiments/src/main.ts';

process.exitCode = await main(process.argv.slice(2));
