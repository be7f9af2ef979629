// Preloaded into a training: writes down the memory of the process once in every so many updates,
// after a garbage collection, so that what is no longer reachable does not count.
import { appendFileSync, readFileSync } from 'node:fs';

const { MEMORY_LOG: log = '', MEMORY_METRICS: metrics = '', MEMORY_EVERY: every } = process.env;

let next = 0;
const timer = setInterval(() => {
  const step = lastStep();
  if (step < next) return;
  next = step - (step % Number(every)) + Number(every);
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  appendFileSync(log, `${JSON.stringify({ step, rss, heapUsed })}\n`);
}, 20);
timer.unref();

function lastStep() {
  try {
    const lines = readFileSync(metrics, 'utf8').trimEnd().split('\n');
    return JSON.parse(lines.at(-1) ?? '').step;
  } catch {
    return -1; // No line yet, or half of one.
  }
}
