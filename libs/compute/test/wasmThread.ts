/** The script of a thread under Node. */
import { parentPort, workerData } from 'node:worker_threads';
import { runThread, type ThreadStart } from '../src/wasm/threads.ts';

runThread(workerData as ThreadStart, () => parentPort?.postMessage('began'));
