import InlineWorker from './worker.ts?worker&inline';
import type { Reply, Request, Tasks } from './protocol.ts';

/** Thrown for a task that was cancelled. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

/** Does tasks in a worker, one after the other. */
export interface WorkerClient {
  /** @throws {Error} The one line of the worker, or `Cancelled`. */
  run<T extends keyof Tasks>(
    task: T,
    ask: Tasks[T]['ask'],
    onProgress?: (done: number, most: number) => void,
  ): Promise<Tasks[T]['answer']>;
  /** Ends the task at once; whatever it had is dropped with its worker. */
  cancel(): void;
}

/** Starts no worker before there is a task. */
export function createWorkerClient(): WorkerClient {
  let worker: Worker | undefined;
  let abort: ((reason: Error) => void) | undefined;
  const end = (reason: Error): void => {
    worker?.terminate();
    worker = undefined;
    abort?.(reason);
    abort = undefined;
  };
  return {
    cancel: () => end(new Cancelled('cancelled')),
    run: (task, ask, onProgress) => {
      end(new Cancelled('another task began'));
      const fresh = new InlineWorker();
      worker = fresh;
      return new Promise((resolve, reject) => {
        abort = reject;
        fresh.addEventListener('message', ({ data }: MessageEvent<Reply>) => {
          if (data.kind === 'progress') onProgress?.(data.done, data.most);
          else {
            abort = undefined;
            end(new Cancelled('done'));
            if (data.kind === 'failure') reject(new Error(data.message));
            else resolve(data.answer);
          }
        });
        fresh.addEventListener('error', (event) => {
          event.preventDefault();
          end(new Error(event.message === '' ? 'the worker could not start' : event.message));
        });
        const request = { task, ask } as Request;
        fresh.postMessage(request);
      });
    },
  };
}
