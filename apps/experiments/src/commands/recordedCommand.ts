import { dirname, relative } from 'node:path';
import { namesOf, type OptionGroup } from './commonOptions.ts';
import { DECONVOLVE_OPTIONS, type DeconvolveArguments } from './deconvolveOptions.ts';

type Option = keyof typeof DECONVOLVE_OPTIONS;
const DEFAULTS: OptionGroup = DECONVOLVE_OPTIONS;

/** Options that name a file or a folder. */
const PATHS: readonly Option[] = ['psf', 'start', 'mask', 'truth', 'psf-out', 'stats', 'model'];
/** Words that `--start` takes beside files. */
const WORDS: readonly string[] = ['flat', 'observed'];
/** Options that change no result. */
const NOT_RECORDED: readonly Option[] = ['out', 'out-dir', 'preview', 'json', 'threads'];

/**
 * The command that makes one result: what was given, with paths from the folder of the result.
 *
 * @param stack - Input of this result.
 * @param out - Its file.
 */
export function recordedCommand(
  args: DeconvolveArguments,
  stack: string,
  out: string,
): readonly string[] {
  const from = (path: string): string => relative(dirname(out), path);
  const options = namesOf(DECONVOLVE_OPTIONS).flatMap((name) => {
    const value: unknown = args[name];
    if (NOT_RECORDED.includes(name) || value === undefined || value === DEFAULTS[name]?.default)
      return [];
    if (value === true) return [`--${name}`];
    if (value === false) return [`--no-${name}`];
    const isPath = PATHS.includes(name);
    const text = (part: unknown): string =>
      isPath && !WORDS.includes(String(part)) ? from(String(part)) : String(part);
    if (name === 'psf' && Array.isArray(value))
      return value.flatMap((path) => [`--${name}`, text(path)]);
    return [`--${name}`, Array.isArray(value) ? value.join(',') : text(value)];
  });
  return ['deconvolve', from(stack), ...options, '--out', from(out)];
}

/** The same command with paths from the working directory, and another result. */
export function commandInFolder(
  command: readonly string[],
  folder: (path: string) => string,
  out: string,
): string[] {
  const [name, stack, ...options] = command;
  const located = options.map((text, i) => {
    const option = options[i - 1]?.replace(/^--/, '');
    if (option === 'out') return out;
    const isPath = PATHS.some((path) => path === option) && !WORDS.includes(text);
    return isPath ? folder(text) : text;
  });
  return [name, folder(stack), ...located];
}
