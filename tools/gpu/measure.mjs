// The measurements of measure.sh, one after the other, each in a process of its own with a limit:
// what fails or takes too long costs the others nothing. Plain JavaScript without packages.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const BIN = import.meta.dirname;
const PROJECT = join(BIN, '..');
const MINUTES = 8.5;
/** A program in place of a GPU takes its time. */
const PATIENCE = 20;
const METHODS = ['supervised-mse', 'supervised-gan', 'cyclegan', 'proposed', 'non-blind'];

if (process.argv[2] === '--has-vulkan') process.exit(hasVulkan() ? 0 : 1);

const [out = '.', ...options] = process.argv.slice(2);
const tiny = options.includes('--tiny');
const scale = tiny
  ? ['--width', '4', '--patch', '16,16,16']
  : ['--width', '64', '--patch', '64,64,64'];
const gpu = ['--backend', 'webgpu', '--json'];
const patience = tiny ? PATIENCE : 1;
const end = Date.now() + patience * MINUTES * 60_000;
const log = join(out, 'gpu.log');
mkdirSync(out, { recursive: true });
writeFileSync(log, '');

/** @type {Record<string, unknown>} */
const results = { startedAt: new Date().toISOString(), tiny };
await measure('doctor', 30, ['cli.mjs', 'doctor', '--json']);
await measure('checks', 150, [
  'checks.mjs',
  ...['test0.mjs', 'test1.mjs', 'test2.mjs'].map((name) => join(BIN, name)),
]);
await measure('conv', 60, [
  'cli.mjs',
  'bench',
  'conv',
  ...scale,
  ...gpu,
  '--repeat',
  tiny ? '1' : '5',
]);
for (const method of METHODS)
  await measure(`step ${method}`, 45, [
    'cli.mjs',
    'bench',
    'step',
    '--method',
    method,
    ...scale,
    '--psf',
    tiny ? '7' : '31',
    ...gpu,
    '--repeat',
    tiny ? '1' : '10',
  ]);
await measure('richardson-lucy', 60, [
  'cli.mjs',
  'bench',
  'rl',
  '--patch',
  tiny ? '6,16,16' : '64,512,512',
  '--psf',
  tiny ? '5' : '31',
  ...gpu,
  '--repeat',
  tiny ? '1' : '3',
]);
await measurePyTorch();
await measureTraining();
results.endedAt = new Date().toISOString();
save();

/** Whether the system has a Vulkan loader of its own. */
function hasVulkan() {
  const folders = [
    '/usr/lib/x86_64-linux-gnu',
    '/usr/lib64',
    '/usr/lib',
    '/lib64',
    '/usr/local/lib',
  ];
  return folders.some((folder) => existsSync(join(folder, 'libvulkan.so.1')));
}

/**
 * Runs one measurement and keeps what it prints, as JSON where it is.
 *
 * @param {string} name
 * @param {number} seconds
 * @param {readonly string[]} parameters
 */
async function measure(name, seconds, parameters) {
  results[name] = await run(name, seconds, parameters);
  save();
}

/**
 * @param {string} name
 * @param {number} seconds
 * @param {readonly string[]} parameters
 * @param {() => boolean} [isDone]
 */
function run(name, seconds, [program, ...parameters], isDone = () => false) {
  return runProgram(name, seconds, process.execPath, [join(BIN, program), ...parameters], isDone);
}

/**
 * @param {string} name
 * @param {number} seconds
 * @param {string} program
 * @param {readonly string[]} parameters
 * @param {() => boolean} [isDone]
 */
function runProgram(name, seconds, program, parameters, isDone = () => false) {
  const left = Math.min(patience * seconds * 1000, end - Date.now());
  if (left < 1000) return Promise.resolve({ skipped: 'no time is left' });
  const started = Date.now();
  const child = spawn(program, parameters, { cwd: PROJECT });
  let [text, errors] = ['', ''];
  child.stdout.on('data', (part) => (text += part));
  child.stderr.on('data', (part) => (errors += part));
  const timer = setTimeout(() => child.kill('SIGKILL'), left);
  const look = setInterval(() => isDone() && child.kill('SIGTERM'), 200);
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      clearInterval(look);
      const took = (Date.now() - started) / 1000;
      writeFileSync(log, `== ${name}: ${code ?? signal} after ${took} s\n${text}${errors}\n`, {
        flag: 'a',
      });
      console.log(`${name}: ${code ?? signal} after ${took.toFixed(1)} s`);
      resolve({ code: code ?? signal, seconds: took, result: parsed(text) });
    });
  });
}

/** The same steps in PyTorch with cuDNN, where this machine has both. */
async function measurePyTorch() {
  const python = ['python3', '/usr/bin/python3', 'python'].find(
    (name) => spawnSync(name, ['-c', 'import torch']).status === 0,
  );
  if (python === undefined) {
    results.pytorch = { skipped: 'no Python with PyTorch on this machine' };
    return save();
  }
  const hasGpu =
    spawnSync(python, ['-c', 'import torch; assert torch.cuda.is_available()']).status === 0;
  // On a processor the paper's scale would take minutes.
  if (!hasGpu && !tiny) {
    results.pytorch = { skipped: 'PyTorch finds no GPU here' };
    return save();
  }
  const device = ['--device', hasGpu ? 'cuda' : 'cpu', '--repeat', tiny ? '1' : '10'];
  const steps = [join(BIN, 'torchStep.py'), ...scale, '--psf', tiny ? '7' : '31', ...device];
  for (const factors of hasGpu ? ['float32', 'tf32'] : ['float32']) {
    const options = factors === 'tf32' ? ['--tf32'] : [];
    const name = `pytorch ${factors}`;
    results[name] = await runProgram(name, 45, python, [...steps, ...options]);
    save();
  }
}

/**
 * 200 updates of the blind method at the paper's scale, and their first three losses beside those
 * of the processor.
 */
async function measureTraining() {
  const experiments = join(out, 'experiments');
  rmSync(experiments, { recursive: true, force: true });
  for (const name of ['_defaults.yaml', '_profiles.yaml', 'methods.yaml', 'classical.yaml'])
    cpSync(join(PROJECT, 'experiments', name), join(experiments, name));
  const updates = tiny ? 4 : 200;
  const rows = `rows: [{ method: proposed, id: gpu, label: GPU, settings: { training: { updates: ${updates}, logEvery: 1, validateEvery: ${updates}, checkpointEvery: ${updates} } } }]`;
  writeFileSync(join(experiments, 'gpu.yaml'), `title: A GPU\nplace: Test\n${rows}\nclaims: []\n`);
  const profile = tiny ? 'smoke' : 'paper';
  /** @type {Record<string, unknown[]>} */
  const losses = {};
  for (const backend of ['webgpu', 'auto']) {
    const folder = join(out, backend === 'webgpu' ? 'on-gpu' : 'on-cpu');
    const metrics = join(folder, profile, 'runs/gpu-s0/metrics.jsonl');
    rmSync(folder, { recursive: true, force: true });
    // The native kernels, or JavaScript where they do not load.
    const chosen = backend === 'webgpu' ? backend : hasNative() ? 'native' : 'js';
    const places = ['--experiments-dir', experiments, '--results-dir', folder, '--backend', chosen];
    const enough = () => backend !== 'webgpu' && linesOf(metrics).length >= 3;
    const name = `training on ${chosen}`;
    results[name] = await run(
      name,
      240,
      ['cli.mjs', 'train', 'gpu', '--seed', '0', '--profile', profile, ...places],
      enough,
    );
    losses[chosen] = linesOf(metrics).slice(0, 3);
    results['first losses'] = losses;
    results[`updates on ${chosen}`] = linesOf(metrics).length;
    save();
  }
}

function hasNative() {
  const doctor = /** @type {{ result?: { backends?: { name: string, available: boolean }[] } }} */ (
    results.doctor
  );
  return (
    doctor?.result?.backends?.some(({ name, available }) => name === 'native' && available) ?? false
  );
}

/** @param {string} path @returns {unknown[]} */
function linesOf(path) {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => parsed(line)).filter((line) => line?.kind === 'train');
}

/**
 * JSON, or lines of JSON as a list; other text as it is.
 *
 * @param {string} text
 */
function parsed(text) {
  for (const json of [text, `[${text.trim().split('\n').join(',')}]`]) {
    try {
      return JSON.parse(json);
    } catch {
      // The next reading.
    }
  }
  return text;
}

function save() {
  writeFileSync(join(out, 'gpu.json'), `${JSON.stringify(results, null, 2)}\n`);
}
