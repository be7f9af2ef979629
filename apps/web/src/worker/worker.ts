/** @file The script of the worker: does one task at a time, and says how far it is. */
import fftModule from '@blurcycle/compute/fft.wasm?inline';
import { startWebAssembly } from '@blurcycle/compute/webassembly';
import type { Volume } from '@blurcycle/core';
import { deconvolve } from './deconvolve.ts';
import type { Reply, Request, Tasks } from './protocol.ts';
import { describeFiles, readFiles } from './readFiles.ts';

function send(reply: Reply, volumes: readonly Volume[] = []): void {
  const transfer = volumes.map(({ data }) => data.buffer as ArrayBuffer);
  self.postMessage(reply, { transfer });
}

async function answer(request: Request): Promise<void> {
  switch (request.task) {
    case 'describe':
      return reply(await describeFiles(request.ask));
    case 'read': {
      const stack = await readFiles(request.ask.files, request.ask.choice);
      return reply(stack, [stack.volume]);
    }
    case 'deconvolve': {
      const engine = request.ask.engine === 'js' ? 'js' : startWebAssembly(bytesOf(fftModule));
      const result = await deconvolve(request.ask, (done, most) =>
        send({ kind: 'progress', done, most }),
      );
      return reply({ ...result, engine }, [result.estimate, result.psf]);
    }
  }
}

/** The bytes of a `data:` URL; the policy of the page forbids to fetch it. */
function bytesOf(url: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(url.slice(url.indexOf(',') + 1)), (character) =>
    character.charCodeAt(0),
  );
}

function reply(value: Tasks[keyof Tasks]['answer'], volumes: readonly Volume[] = []): void {
  send({ kind: 'answer', answer: value }, volumes);
}

/** A browser's words for too little memory, and ours. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [line] = error.message.split('\n');
  return error.name === 'RangeError' && /allocation|array length|array size/i.test(line)
    ? `too little memory in this browser (${line}): crop the stack, close other tabs, or take the command line, which cuts a stack into tiles`
    : line;
}

self.addEventListener('message', ({ data }: MessageEvent<Request>) => {
  answer(data).catch((error: unknown) => send({ kind: 'failure', message: messageOf(error) }));
});
