import type { Hashes } from '@blurcycle/experiment';

/** One line for each file that is gone, new, or has other bytes than recorded. */
export function compareHashes(kind: 'input' | 'output', recorded: Hashes, found: Hashes): string[] {
  const names = [...new Set([...Object.keys(recorded), ...Object.keys(found)])].sort();
  return names.flatMap((name) => {
    if (recorded[name] === found[name]) return [];
    if (!(name in found)) return [`${kind} ${name} is missing`];
    if (!(name in recorded)) return [`${kind} ${name} is not in the record`];
    return [`${kind} ${name} has other bytes than recorded`];
  });
}
