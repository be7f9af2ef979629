/**
 * @file The entry for the scripts of threads, `@blurcycle/compute/webassembly-thread`: without
 *   networks, as each thread loads its own copy.
 */
export { runThread, type ThreadStart } from './wasm/threads.ts';
