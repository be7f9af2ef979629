import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '@blurcycle/files';
import { expect, it } from 'vitest';

it('docs/notation.md names what is in the files that it names', () => {
  const rows = readFileSync(join(PROJECT_ROOT, 'docs/notation.md'), 'utf8')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter((cells) => cells.length === 7 && cells[5].endsWith('.ts'));
  expect(rows.length).toBeGreaterThan(70);
  const missing = rows.flatMap(([, symbol, , codeName, , file]) => {
    const text = readFileSync(join(PROJECT_ROOT, file), 'utf8');
    const names = [...codeName.matchAll(/`([^`]+)`/g)].map((match) => match[1]);
    return names
      .filter((name) => !text.includes(name))
      .map((name) => `${symbol}: ${name} in ${file}`);
  });
  expect(missing).toEqual([]);
});
