import { formatSeconds, formatShape } from '@blurcycle/core';
import type { Computed, DeconvolutionResult, ModelResult } from '../worker/protocol.ts';

/** What came out of a deconvolution, in a few sentences. */
export function describeResult(result: DeconvolutionResult): string {
  const { estimate, psf, updates, seconds, residual, offset } = result;
  const subtracted = offset === 0 ? '' : `, offset ${offset.toPrecision(5)} subtracted`;
  return (
    `${formatShape(estimate.shape)} voxels, ${updates} ${updates === 1 ? 'update' : 'updates'}, ` +
    `${formatSeconds(seconds, 1)} ${computedIn(result)}${subtracted}; ` +
    `PSF of ${formatShape(psf.shape)} voxels; ` +
    `data minus blurred estimate: ${percent(residual)} of the data (RMS).` +
    result.notes.map((note) => ` PSF: ${note}.`).join('')
  );
}

/** What came out of a model. */
export function describeModelResult(result: ModelResult): string {
  const { estimate, name, seconds, tile, tiles, tileMismatch, trust } = result;
  const disagree =
    tileMismatch === null
      ? ''
      : `; tiles differ by ${percent(tileMismatch)} of the result's deviation where they meet`;
  const sentence = trust === null ? '' : ` ${trust[0].toUpperCase()}${trust.slice(1)}.`;
  return (
    `${formatShape(estimate.shape)} voxels by ${name}, ${tiles} ` +
    `${tiles === 1 ? 'tile' : 'tiles'} of ${formatShape(tile)}, ` +
    `${formatSeconds(seconds, 1)} ${computedIn(result)}${disagree}.${sentence}`
  );
}

function computedIn({ engine, device, threads }: Computed): string {
  if (engine === 'webgpu') return `in WebGPU on ${device}`;
  const name = engine === 'wasm' ? 'WebAssembly' : 'JavaScript';
  return `in ${name}, ${threads === 1 ? 'one thread' : `${threads} threads`}`;
}

function percent(part: number): string {
  return `${(100 * part).toPrecision(3)} %`;
}
