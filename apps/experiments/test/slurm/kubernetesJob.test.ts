import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { blurcycle } from '../commandLine.ts';

/** What the test reads of a manifest. */
interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly completionMode: string;
    readonly completions: number;
    readonly template: {
      readonly spec: {
        readonly restartPolicy: string;
        readonly containers: readonly { readonly image: string; readonly command: string[] }[];
      };
    };
  };
}

async function manifestOf(...options: string[]): Promise<Manifest> {
  const { code, out } = await blurcycle('slurm', 'table3', '--for', 'kubernetes', ...options);
  expect(code).toBe(0);
  return JSON.parse(out) as Manifest;
}

/** The commands that the pod of an index runs, word by word. */
function commandsOf({ spec }: Manifest, index: number): string[][] {
  const [{ command }] = spec.template.spec.containers;
  const [shell, option, script] = command;
  const printed = script.replaceAll('exec node', 'node').replaceAll('node apps', 'echo apps');
  return execFileSync(shell, [option, printed], {
    encoding: 'utf8',
    env: { ...process.env, JOB_COMPLETION_INDEX: String(index) },
  })
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' ').slice(1));
}

describe('blurcycle slurm <experiment> --for kubernetes', () => {
  it('prints one indexed Job: an index for each run and one for the table', async () => {
    const manifest = await manifestOf('--profile', 'standard', '--image', 'lab/node:20');
    expect(manifest).toMatchObject({ apiVersion: 'batch/v1', kind: 'Job' });
    // A name that Kubernetes takes: RFC 1123.
    expect(manifest.metadata.name).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
    expect(manifest.spec).toMatchObject({ completionMode: 'Indexed', completions: 17 });
    expect(manifest.spec.template.spec.restartPolicy).toBe('OnFailure');
    expect(manifest.spec.template.spec.containers[0].image).toBe('lab/node:20');
  });

  it('gives each index its run, and the last one all of them and then the table', async () => {
    const manifest = await manifestOf('--profile', 'quick', '--cpus', '4');
    // Two methods and one seed.
    const [first] = commandsOf(manifest, 0);
    expect(first.slice(0, 4)).toEqual(['train', 'proposed', '--seed', '0']);
    expect(first).toEqual(expect.arrayContaining(['--wait', '--profile', 'quick']));
    expect(first.slice(-2)).toEqual(['--threads', '4']);
    const last = commandsOf(manifest, 2);
    expect(last.map(([command, name]) => `${command} ${name}`)).toEqual([
      'train proposed',
      'train non-blind',
      'table table3',
    ]);
  });

  it('submits nothing', async () => {
    const { code, error } = await blurcycle('slurm', 'table3', '--for', 'kubernetes', '--submit');
    expect({ code, error }).toMatchObject({
      code: 2,
      error: /^slurm: --submit must go with SLURM, got --for kubernetes/,
    });
  });
});
