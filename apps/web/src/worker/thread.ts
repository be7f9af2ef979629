/** @file The script of a further thread of the kernels. */
import { runThread, type ThreadStart } from '@blurcycle/compute/webassembly-thread';

self.addEventListener('message', ({ data }: MessageEvent<ThreadStart>) =>
  runThread(data, () => self.postMessage('began')),
);
