import { createHash } from 'node:crypto';
import type { RunSettings } from '../settings/runSettings.ts';

/**
 * Stable hash of what decides the numbers of a run: the seed and all settings but the label of the
 * method.
 *
 * The order of keys does not matter.
 *
 * @returns 64 hexadecimal digits (SHA-256).
 */
export function runKey(settings: RunSettings, seed: number): string {
  const method = { ...settings.method, label: undefined };
  return contentHash({ settings: { ...settings, method }, seed });
}

/** SHA-256 of a plain value as JSON with sorted keys, 64 hexadecimal digits. */
export function contentHash(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`);
    return `{${entries.join(',')}}`;
  }
  return JSON.stringify(value);
}
