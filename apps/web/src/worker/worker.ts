/** @file The script of the worker: does one task at a time, and says how far it is. */
import type { Volume } from '@blurcycle/core';
import { applyModel, describeModel } from './applyModel.ts';
import { deconvolve } from './deconvolve.ts';
import type { Reply, Request, Tasks } from './protocol.ts';
import { describeFiles, readFiles } from './readFiles.ts';

function send(reply: Reply, volumes: readonly Volume[] = []): void {
  const transfer = volumes.map(({ data }) => data.buffer as ArrayBuffer);
  self.postMessage(reply, { transfer });
}

const onProgress = (done: number, most: number): void => send({ kind: 'progress', done, most });

async function answer(request: Request): Promise<void> {
  switch (request.task) {
    case 'describe':
      return reply(await describeFiles(request.ask));
    case 'read': {
      const stack = await readFiles(request.ask.files, request.ask.choice);
      return reply(stack, [stack.volume]);
    }
    case 'deconvolve': {
      const result = await deconvolve(request.ask, onProgress);
      return reply(result, [result.estimate, result.psf]);
    }
    case 'describeModel':
      return reply(await describeModel(request.ask));
    case 'applyModel': {
      const result = await applyModel(request.ask, onProgress);
      return reply(result, [result.estimate]);
    }
  }
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
