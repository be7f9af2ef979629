import { InputError, RuleError } from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../src/main.ts';
import { COMMANDS } from '../src/commands/commandRegistry.ts';
import { blurcycle, spawnBlurcycle } from './commandLine.ts';

describe('blurcycle', () => {
  it('lists every command in its help', () => {
    const { code, out } = spawnBlurcycle('--help');
    expect(code).toBe(0);
    for (const { usage, describe: text } of COMMANDS) {
      expect(out).toContain(`blurcycle ${usage}`);
      expect(out).toContain(text);
    }
    expect(out).toContain('Examples:');
  });

  it.each([
    [['lst'], "blurcycle: unknown command 'lst' (did you mean 'list'?"],
    [['plan', 'tabel1'], "experiments: unknown experiment 'tabel1' (did you mean 'table1'?"],
    [
      ['plan', 'table1', '--profil', 'quick'],
      "blurcycle plan: unknown option 'profil' (did you mean 'profile'?",
    ],
    [
      ['plan', 'table1', '--profile', 'stndard'],
      "unknown profile 'stndard' (did you mean 'standard'?",
    ],
    [
      ['train', 'propsed', '--seed', '0'],
      "unknown method or row 'propsed' (did you mean 'proposed'?",
    ],
    [
      ['train', 'proposed', '--seed', '0', '--backend', 'nativ'],
      "unknown back-end 'nativ' (did you mean 'native'?",
    ],
    [['train', 'proposed', '--seed', '-1'], 'seed must be an integer from 0 on, got -1'],
    [['train', 'proposed'], 'Missing required argument: seed'],
    [
      ['list', '--experiments-dir', '/nowhere'],
      '/nowhere/_defaults.yaml must be readable, got ENOENT',
    ],
    [
      ['psf', '--sigma', '1,1,1', '--sigma=2,2,2'],
      "blurcycle psf: --sigma must be given once, got '2 times' (leave out the one that is not meant)",
    ],
    [['list', '--json', '--no-json'], 'blurcycle list: --json must be given once'],
    [
      ['deconvolve', 'a.tif', '--pageAxis', 'z', '--page-axis', 't'],
      '--page-axis must be given once',
    ],
    [['verify', 'table1', '--replay'], "blurcycle verify: --replay must have a value, got 'none'"],
    [['list', '--profile', '--json'], "blurcycle list: --profile must have a value, got 'none'"],
    [
      ['verify', 'table1', '--replay', 'abc'],
      "blurcycle verify: --replay must be a number, got 'abc'",
    ],
    [['train', 'proposed', '--seed=one'], "blurcycle train: --seed must be a number, got 'one'"],
    [[], 'command must be given (see blurcycle --help)'],
  ])('answers %j with one line and exit code 2', async (parameters, expected) => {
    const { code, out, error } = await blurcycle(...parameters);
    expect(error).toContain(expected);
    expect(error.trim().split('\n')).toHaveLength(1);
    expect(out).toBe('');
    expect(code).toBe(2);
  });

  it('exits with that code', () => {
    const { code, error } = spawnBlurcycle('lst');
    expect(code).toBe(2);
    expect(error).toBe(
      `blurcycle: unknown command 'lst' (did you mean 'list'? known: ${COMMANDS.map(({ name }) => name).join(', ')})\n`,
    );
  });

  it('shows where an error came from with --verbose', async () => {
    expect((await blurcycle('plan', 'tabel1', '--verbose')).error).toMatch(/\n\s+at .+\.ts:\d+/);
  });
});

describe('exitCodeOf(error)', () => {
  const line = 'psf: shape must be odd, got 4';
  it.each([
    ['InputError', new InputError(line), 2],
    ['RuleError', new RuleError(line), 2],
    ['an InputError without grammar', new InputError('the file is damaged'), 2],
    ['RangeError of the same words', new RangeError(line), 1],
    ['TypeError of the same words', new TypeError(line), 1],
    ['Error of the same words', new Error(line), 1],
    ['an interrupted run', Object.assign(new Error('stopped'), { exitCode: 143 }), 143],
  ])('%s', (_, error, expected) => {
    expect(exitCodeOf(error)).toBe(expected);
  });
});

describe('commands', () => {
  it.each(COMMANDS.map((command) => [command.name, command] as const))(
    '%s has a help that shows how it is used, with an example',
    async (name, { usage, describe: text }) => {
      const help = await blurcycle(name, '--help');
      expect(help.code).toBe(0);
      expect(help.out).toContain(`blurcycle ${usage}\n\n${text}\n`);
      expect(help.out).toContain('Examples:');
    },
  );

  it('list and plan answer in JSON', async () => {
    const list = JSON.parse((await blurcycle('list', '--json')).out) as {
      experiments: { name: string }[];
    };
    expect(list.experiments.map(({ name }) => name)).toContain('table1');
    const parameters = [
      'plan',
      'table1',
      '--json',
      '--profile',
      'smoke',
      '--results-dir',
      '/nowhere',
    ];
    const plan = JSON.parse((await blurcycle(...parameters)).out) as {
      steps: { name: string; state: string }[];
    };
    const missing = { state: 'missing', reason: 'never finished', action: 'train' };
    expect(plan.steps).toContainEqual(expect.objectContaining({ name: 'proposed-s0', ...missing }));
    expect(plan.steps.at(-1)).toMatchObject({ kind: 'table', name: 'table1', action: 'make' });
  });

  it('doctor names the back-ends and the one it would choose', async () => {
    const { code, out } = await blurcycle('doctor', '--json');
    const report = JSON.parse(out) as { backends: { name: string }[]; chosen: string };
    expect(code).toBe(0);
    expect(report.backends.map(({ name }) => name)).toContain(report.chosen);
  });
});
