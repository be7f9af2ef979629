import type { Volume } from '@blurcycle/core';
import type { NamedStack } from '@blurcycle/stacks';
import { classicalSharpSet, firstGuess } from './classicalSharpSet.ts';
import type { FitInput, FitRoute, SharpSource } from './readFit.ts';

/** Progress of a classical sharp set, and where it is kept. */
interface SharpSetOptions {
  readonly sharpFolder: string | null;
  readonly onSharpUpdate: (done: number, most: number) => void;
}

/**
 * The input with its sharp set, which is made where there is none.
 */
export async function withSharpStacks(
  input: FitInput,
  options: SharpSetOptions,
): Promise<FitInput> {
  const { source } = input;
  if (source.kind === 'files') return input;
  return { ...input, sharp: await makeSharpStacks(input, source, options) };
}

async function makeSharpStacks(
  { blurred, route, settings }: FitInput,
  { method, iterations }: Extract<SharpSource, { kind: 'classical' }>,
  { sharpFolder, onSharpUpdate }: SharpSetOptions,
): Promise<readonly NamedStack[]> {
  const psf = psfOf(route);
  return classicalSharpSet(blurred, {
    method,
    iterations,
    psf: psf ?? firstGuess(settings.network.blurKernelSize, blurred[0].volume.voxelSizeUm),
    folder: sharpFolder,
    onUpdate: onSharpUpdate,
  });
}

function psfOf(route: FitRoute): Volume | null {
  switch (route.kind) {
    case 'simulated':
      return route.psf.psf;
    case 'two-stage':
      return null;
    case 'cycle':
      return route.known?.psf ?? null;
  }
}
